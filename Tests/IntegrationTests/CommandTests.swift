import Glibc
import Testing

extension IntegrationTests {
    /// The commands that need no server.
    @Suite struct CommandTests {
        static let verbs = ["run", "demo", "check", "replay", "eval"]

        @Test(arguments: verbs) func helpShowsAnExample(_ verb: String) throws {
            let result = try Child.run([verb, "--help"])
            #expect(result.status == 0 && result.errors == "")
            #expect(result.output.contains("vane \(verb) "))
            #expect(result.output.lowercased().contains("example"))
            #expect(try Child.run(["help", verb]).output == result.output)
        }

        @Test func helpNamesEveryVerb() throws {
            let result = try Child.run(["--help"])
            #expect(result.status == 0)
            for verb in Self.verbs { #expect(result.output.contains("  \(verb) ")) }
            #expect(try Child.run(["--version"]).output.hasPrefix("vane 0."))
        }

        @Test(arguments: [
            (["chekc"], "did you mean 'check'?"), (["run", "--confg", "x"], "did you mean '--config'?"), (["replay"], "EVENTS is missing"), ([], "no command"),
            (["eval"], "no expression"), (["demo", "--rate", "fast"], "--rate"), (["demo", "--duration", "soon"], "30s"), (["check"], "PATH is missing"),
            (["check", "--format", "yaml", "x"], "text, json"), (["replay", "x.jsonl"], "--schema"), (["run", "extra"], "too many"),
        ])
        func wrongCommandLinesSayWhatToDo(_ words: [String], _ said: String) throws {
            let result = try Child.run(words)
            #expect(result.status == 64)
            #expect(result.errors.contains(said), "\(result.errors)")
            #expect(result.output == "")
        }

        @Test func generatesCompletionsAndManual() throws {
            for (shell, sign) in [("bash", "complete -"), ("zsh", "#compdef vane"), ("fish", "complete -c vane")] {
                let result = try Child.run(["completions", shell])
                #expect(result.status == 0 && result.output.contains(sign) && result.output.contains("replay"))
                let script = Folder()
                let path = try script.write("completions", result.output)
                if shell == "bash" { try Shell.run("bash -n '\(path)'") }
            }
            let manual = try Child.run(["manual"])
            #expect(manual.status == 0 && manual.output.contains(".TH") && manual.output.contains("EXIT STATUS"))
        }

        // MARK: check

        @Test func checkAcceptsWhatIsShipped() throws {
            let result = try Child.run(["check", Places.rules])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("5 files checked: 0 errors"))
            let json = try Child.run(["check", "--format", "json", Places.rules])
            #expect(json.status == 0 && JSON(parsing: json.output)["files"].int == 5 && JSON(parsing: json.output)["findings"].array.isEmpty)
        }

        @Test func checkReportsEveryFaultWithItsPlace() throws {
            let folder = Folder()
            try folder.write("schema.yaml", Folder.read(Places.fixtures + "/handbook/schema.yaml"))
            let package = try folder.write(
                "package.yaml",
                """
                package: faulty
                version: "1"
                on: [transactoin]
                indicators:
                  - {id: a, entity: customer, aggregate: cuont, window: 1d}
                rules:
                  - {id: r, kind: hit, when: 'amount >= "x"', colour: red}
                """)
            let result = try Child.run(["check", folder.path])
            #expect(result.status == 1)
            let lines = result.errors.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("\(package):3:6: error[unknown-event-type]: ") && $0.contains("'transaction'") }, "\(result.errors)")
            #expect(lines.contains { $0.hasPrefix("\(package):5:") && $0.contains("'count'") }, "\(result.errors)")
            #expect(lines.contains { $0.hasPrefix("\(package):7:") && $0.contains("error[unknown-key]") && $0.contains("colour") }, "\(result.errors)")

            let json = try Child.run(["check", "--format", "json", folder.path])
            #expect(json.status == 1)
            let findings = JSON(parsing: json.output)["findings"].array
            #expect(findings.count == lines.count)
            let first = try #require(findings.first)
            #expect(first.keys == ["severity", "code", "message", "remedy", "file", "line", "column"])
            #expect(first["file"].string == package && first["line"].int == 3 && first["severity"].string == "error" && first["remedy"].string != nil)
        }

        @Test func checkNamesWhatCannotBeRead() throws {
            let result = try Child.run(["check", "/nowhere/package.yaml"])
            #expect(result.status == 1 && result.errors.contains("/nowhere/package.yaml:1:1: error[cannot-read]"))
            let folder = Folder()
            let path = try folder.write("package.yaml", "package: x\nversion: [\n")
            let syntax = try Child.run(["check", path])
            #expect(syntax.status == 1 && syntax.errors.contains("package.yaml:3:1: error["), "\(syntax.errors)")
        }

        // MARK: eval

        @Test(arguments: [
            ("1 + 2", nil, "{\"value\":3}", 0), ("amount * 2.0 > 500.0", "{\"amount\":250.5}", "{\"value\":true}", 0),
            ("{'a': [1, 2.5, null, 'x']}", nil, "{\"value\":{\"a\":[1,2.5,null,\"x\"]}}", 0), ("1 / 0", nil, "", 1), ("nobody", nil, "", 1),
            ("1 +", nil, "", 1),
        ])
        func evalPrintsValueOrError(_ expression: String, _ bind: String?, _ expected: String, _ status: Int32) throws {
            let result = try Child.run(["eval", expression] + (bind.map { ["--bind", $0] } ?? []))
            #expect(result.status == status)
            if status == 0 { #expect(result.output == expected + "\n") } else { #expect(JSON(parsing: result.output)["error"].string?.isEmpty == false) }
        }

        @Test func evalRefusesBindingsThatAreNoObject() throws {
            for text in ["[1]", "{", "7"] { #expect(try Child.run(["eval", "x", "--bind", text]).status == 64) }
        }

        @Test func evalBatchAnswersLineByLine() throws {
            let folder = Folder()
            let input = try folder.write(
                "cases.jsonl",
                """
                {"expr":"x + 1","bind":{"x":41}}
                {"expr":"x + 1.0","bind":{"x":0.5}}
                {"expr":"1 / 0"}
                no JSON
                {"bind":{}}
                {"expr":"timestamp('2026-01-01T00:00:00Z') + duration('1h')"}
                {"expr":"uint(7)"}
                {"expr":"b'ab'"}
                {"expr":"missing"}
                {"expr":"'last'"}
                """)
            let result = try Child.run(["eval", "--batch"], input: input)
            #expect(result.status == 0)
            let answers = result.lines.map { JSON(parsing: $0) }
            try #require(answers.count == 10, "\(result.output)")
            #expect(answers[0]["value"].int == 42 && answers[1]["value"].double == 1.5)
            for index in [2, 3, 4, 8] { #expect(answers[index]["error"].string?.isEmpty == false && answers[index].keys == ["error"]) }
            for index in [5, 6, 7] { #expect(answers[index].keys == ["value", "type"], "\(result.lines[index])") }
            #expect(answers[9]["value"].string == "last")
        }

        // MARK: replay

        @Test func replayReadsStandardInputAndReportsRefusedLines() throws {
            let folder = Folder()
            let schema = try folder.write("schema.yaml", Folder.read(Places.fixtures + "/handbook/schema.yaml"))
            let package = try folder.write(
                "package.yaml",
                """
                package: p
                version: "1"
                on: [transaction]
                indicators: [{id: n, entity: customer, aggregate: count, window: 1d}]
                rules: [{id: second, kind: hit, when: 'n >= 2'}]
                """)
            func event(_ id: Int, _ amount: String) -> String {
                "{\"tx_id\":\"\(id)\",\"time\":\"2026-01-01T00:00:0\(id)Z\",\"customer_id\":\"c\",\"terminal_id\":\"t\",\"amount\":\(amount),\"fraud\":0}"
            }
            let input = try folder.write(
                "events.jsonl", [event(1, "1"), event(2, "\"much\""), "", event(3, "2"), event(3, "2")].joined(separator: "\n") + "\n")
            let arguments = ["replay", "-s", schema, "-p", package]
            let all = try Child.run(arguments + ["--all", "--indicators", "-"], input: input)
            #expect(all.status == 1, "a refused event shows in the status")
            #expect(all.errors.contains("<stdin>:2:1: error["))
            let lines = all.lines.map { JSON(parsing: $0) }
            #expect(lines.map { $0["event_id"].string } == ["1", "3", "3"])
            #expect(lines.map { $0["indicators"]["n"].int } == [1, 2, 2])
            #expect(lines.map { $0["decision"]["hits"].array.count } == [0, 1, 1])
            #expect(lines[2]["decision"]["duplicate"].bool == true)
            let hits = try Child.run(arguments + [input])
            #expect(hits.lines.count == 2 && !hits.output.contains("indicators"))
            #expect(hits.errors.contains("events.jsonl:2:1: error["))
            #expect(try Child.run(arguments + ["/nowhere.jsonl"]).status == 1)
            #expect(try Child.run(arguments + ["--all", "--indicators", "-"], input: input).output == all.output, "byte for byte the same")
        }

        // MARK: demo

        /// The cluster within the process once kept the engine waiting for its group: no run may.
        @Test func theDemoNeverStalls() throws {
            for seed in 1...3 {
                let watch = Stopwatch()
                let result = try Child.run(
                    ["demo", "--duration", "5s", "--rate", "500", "--seed", "\(seed)", "--rules", Places.rules, "--format", "json"])
                let lap = watch.lap
                try #require(result.status == 0 && result.errors == "", "\(result.errors)")
                let lines = result.lines.map { JSON(parsing: $0) }
                let alerts = lines.filter { $0["alert"].exists }
                let summary = try #require(lines.last)["summary"]
                #expect(!alerts.isEmpty && summary["alerts"].int == alerts.count, "\(result.lines.last ?? "")")
                for alert in alerts {
                    #expect(alert["alert"]["alert_id"].string?.count == 32 && alert["end_to_end_ms"].int != nil)
                    #expect(!alert["alert"]["hits"].array.isEmpty)
                }
                let events = try #require(summary["events"].int)
                let seconds = try #require(summary["seconds"].double)
                let longest = try #require(summary["latency_max_ms"].double)
                #expect((1...2_600).contains(events) && seconds >= 5, "\(summary)")
                #expect((summary["stories"].int ?? 0) > 0 && (summary["stories_caught"].int ?? 9) <= (summary["stories"].int ?? 0))
                // A busy machine makes it slow, but never stalls it; the budget has a test of its own.
                lap.expect(seconds <= 8 && longest < 3_000 && events >= 1_000, "\(summary)")
            }
        }

        /// What the demo claims. On a machine that others keep busy it is measured again, and not judged in the end.
        @Test func theDemoKeepsItsBudget() throws {
            var measured: [Double] = []
            var busiest = 0.0
            for seed in 1...5 {
                let before = Machine.waitingSeconds
                let result = try Child.run(
                    ["demo", "--duration", "8s", "--rate", "500", "--seed", "\(seed)", "--rules", Places.rules, "--format", "json"])
                try #require(result.status == 0, "\(result.errors)")
                let waiting = Machine.waitingSeconds - before
                let summary = try #require(result.lines.last.map { JSON(parsing: $0) })["summary"]
                let p99 = try #require(summary["latency_p99_ms"].double)
                #expect(p99 > 0, "no alert came after the first phase: \(summary)")
                if p99 <= 500 { return }
                measured.append(p99)
                busiest = max(busiest, waiting)
                print("the demo's p99 was \(p99) ms while programs waited \(waiting) of 8 seconds for a processor: measuring again")
            }
            if busiest > 4 {
                print("the demo's budget is not judged: this machine is too busy")
            } else {
                Issue.record("p99 above the budget of 500 ms, time and again, on a quiet machine: \(measured)")
            }
        }

        @Test func theDemoEndsAtASignal() throws {
            let demo = try Child(["demo", "--rules", Places.rules, "--format", "text"])
            #expect(demo.output.wait(within: patience) { $0.count(of: "──") > 0 })
            demo.signal(SIGINT)
            #expect(try demo.wait() == 0)
            #expect(demo.output.text.contains("latency p50"))
        }
    }
}
