import Testing

extension IntegrationTests {
    /// `check` says what `run`, `replay` and `demo` would say, and nothing else.
    @Suite struct CheckTests {
        private let folder = Folder()

        private static let schema = """
            events:
              pay:
                topic: pay
                id: id
                time: time
                fields: {account: {type: string}, phone: {type: string, sensitive: true}, amount: {type: double}}
            entities:
              account: {key: account, history: 1d, record: [amount]}

            """
        private static let warned = schema.replacing(
            "amount: {type: double}}", with: "amount: {type: double}}\n    derived: {prefix: {expr: 'phone.substring(0, 3)'}}")
        private static let warning = ":7:15: warning[clear-derivation]: "

        private func addPackage(_ name: String, _ rules: String, _ more: String = "") throws {
            try folder.write("\(name)/package.yaml", "package: \(name)\nversion: '1'\non: pay\n\(more)rules:\n\(rules)")
        }

        private func configuration(_ more: String = "", kafka: String = "") throws -> String {
            try folder.write("pseudonym.key", String(repeating: "k", count: 64))
            return try folder.write(
                "vane.yaml",
                "schema: schema.yaml\npackages: [{path: a}]\npseudonym: {key_file: pseudonym.key}\nkafka:\n  bootstrap: \"127.0.0.1:1\"\n\(kafka)\(more)")
        }

        @Test func warningsAreShownOnceAndCanBeDenied() throws {
            try folder.write("schema.yaml", Self.warned)
            try addPackage("a", "  - {id: r, kind: hit, when: 'amount > 1.0'}\n")
            try addPackage("b", "  - {id: r, kind: hit, when: 'amount > 1.0'}\n")
            let warning = folder.path + "/schema.yaml" + Self.warning
            for path in [folder.path, folder.path + "/schema.yaml", try configuration()] {
                let result = try Child.run(["check", path])
                #expect(result.status == 0 && result.errors.hasPrefix(warning) && result.errors.split(separator: "\n").count == 1, "\(path): \(result.errors)")
                #expect(result.output.contains("0 errors, 1 warning\n"))
                #expect(try Child.run(["check", "--deny-warnings", path]).status == 1)
            }
            let events = try folder.write("events.jsonl", "{\"id\":\"1\",\"time\":1780000000000,\"account\":\"a\",\"phone\":\"12345\",\"amount\":2}\n")
            let replay = try Child.run(["replay", "-p", folder.path + "/a", events])
            #expect(replay.status == 0 && replay.errors.hasPrefix(warning) && replay.lines.count == 1)
            let demo = try Child.run(["demo", "--rules", folder.path, "--duration", "1s", "--rate", "10", "--format", "json"])
            #expect(demo.errors.contains(warning), "\(demo.errors)")
        }

        @Test func aListOfAnotherPackageIsKnown() throws {
            try folder.write("schema.yaml", Self.schema)
            try addPackage("a", "  - {id: r, kind: hit, when: 'in_list(\"grey\", account)'}\n")
            try addPackage("b", "  - {id: l, kind: list, when: 'amount > 1.0', list: {name: grey, subject: account}}\n")
            let path = try configuration()
            let alone = try Child.run(["check", path])
            #expect(alone.status == 1 && alone.errors.contains("a/package.yaml:5:39: error[unknown-list]"), "\(alone.errors)")
            try folder.write("vane.yaml", Folder.read(path).replacing("{path: a}", with: "{path: a}, {path: b}"))
            let both = try Child.run(["check", path])
            #expect(both.status == 0, "\(both.errors)")
        }

        /// `check` finds what `run` exits with 78 for, at the same place.
        @Test(arguments: [
            ("", "journals: {redis: {url: 'rediss://127.0.0.1:1'}}\n", "error[bad-value]"),
            ("", "lists: [{name: black, file: absent.csv}]\n", "absent.csv:1:1: error[cannot-read]"),
            ("  properties: {no.such.property: 1}\n", "", "vane.yaml:6:34: error[bad-property]"),
            ("  consumer: {client.id: x, fetch.wait.max.ms: soon}\n", "", "vane.yaml:6:47: error[bad-property]"),
            ("  producer: {batch.size: -1}\n", "", "vane.yaml:6:26: error[bad-property]"),
            ("  properties: {security.protocol: ssl, ssl.ca.location: absent.pem}\n", "", "/absent.pem"),
        ])
        func checkRefusesWhatRunRefuses(kafka: String, more: String, said: String) throws {
            try folder.write("schema.yaml", Self.schema)
            try addPackage("a", "  - {id: r, kind: hit, when: 'amount > 1.0'}\n")
            let path = try configuration(more, kafka: kafka)
            let run = try Child.run(["run", "--config", path])
            let check = try Child.run(["check", path])
            #expect(run.status == 78 && check.status == 1)
            for errors in [run.errors, check.errors] { #expect(errors.contains(said), "\(errors)") }
            #expect(check.errors.split(separator: "\n").sorted() == run.errors.split(separator: "\n").sorted())
        }

        @Test func checkNeedsKafkaAsRunDoes() throws {
            try folder.write("schema.yaml", Self.schema)
            let path = try folder.write("vane.yaml", "schema: schema.yaml\n")
            for words in [["check", path], ["run", "--config", path]] {
                #expect(try Child.run(words).errors.contains("error[missing-key]: the configuration has no 'kafka'"))
            }
        }

        @Test func anAbsentKeyIsAWarningWhereNothingRuns() throws {
            try folder.write("schema.yaml", Self.schema)
            try addPackage("a", "  - {id: r, kind: hit, when: 'amount > 1.0'}\n")
            let path = try configuration()
            try folder.write("vane.yaml", Folder.read(path).replacing("pseudonym: {key_file: pseudonym.key}\n", with: ""))
            let check = try Child.run(["check", path])
            #expect(check.status == 0 && check.errors.contains("warning[missing-key]"), "\(check.errors)")
            #expect(try Child.run(["run", "--config", path]).status == 78)
        }

        @Test func pathsOfPropertiesStartAtTheConfiguration() throws {
            try folder.write("schema.yaml", Self.schema)
            let path = try configuration(
                kafka: "  properties: {ssl.ca.location: certificates/ca.pem, sasl.kerberos.keytab: /etc/x}\n  consumer: {ssl.key.location: a.key}\n")
            let shown = try Child.run(["run", "--config", path, "--print-config"]).output
            for part in ["= \(folder.path)/certificates/ca.pem", "= /etc/x", "= \(folder.path)/a.key"] { #expect(shown.contains(part), "\(shown)") }
        }

        @Test func replayReadsLists() throws {
            try folder.write("schema.yaml", Self.schema)
            try addPackage("a", "  - {id: r, kind: hit, when: 'in_list(\"black\", account) || list_attr(\"grey\", account, \"why\") == \"x\"'}\n")
            let black = try folder.write("black.csv", "subject\nbad\n")
            let grey = try folder.write("grey.csv", "subject,why\nworse,x\nbetter,y\n")
            let events = try folder.write(
                "events.jsonl",
                ["bad", "good", "worse", "better"].map { "{\"id\":\"\($0)\",\"time\":1780000000000,\"account\":\"\($0)\",\"phone\":\"1\",\"amount\":2}\n" }
                    .joined())
            func ids(_ lists: [String]) throws -> [String] {
                let result = try Child.run(["replay", "-p", folder.path + "/a"] + lists.flatMap { ["--list", $0] } + [events])
                #expect(result.status == 0, "\(result.errors)")
                return result.lines.map { JSON(parsing: $0)["event_id"].string ?? "" }
            }
            #expect(try ids([]) == [])
            #expect(try ids(["black=\(black)", "grey=\(grey)"]) == ["bad", "worse"])
            for wrong in ["black", "=x", "black="] { #expect(try Child.run(["replay", "-p", folder.path + "/a", "--list", wrong, events]).status == 64) }
            let absent = try Child.run(["replay", "-p", folder.path + "/a", "--list", "black=/nowhere", events])
            #expect(absent.status == 1 && absent.errors.contains("/nowhere:1:1: error[cannot-read]"))
        }
    }
}
