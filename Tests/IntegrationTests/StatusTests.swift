import Glibc
import TestSupport
import Testing

extension IntegrationTests {
    /// What a running process says about itself, and what that says about packages.
    @Suite struct StatusTests {
        private struct Answer { var status: Int, body: String }

        /// Status 0 where there is no answer.
        private func ask(_ url: String, _ options: String = "") throws -> Answer {
            let output = try Shell.run("curl -s -m 10 \(options) -w '\\n%{http_code}' '\(url)' || true")
            let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
            return Answer(status: Int(lines.last ?? "") ?? 0, body: lines.dropLast().joined(separator: "\n"))
        }

        private func wait(_ what: Comment, _ condition: () throws -> Bool) throws {
            let deadline = ContinuousClock.now + patience
            while try !condition() {
                try #require(ContinuousClock.now < deadline, what)
                usleep(50_000)
            }
        }

        private func evidence(_ tap: Tap, _ vane: Deployment, _ id: String) throws -> [String: JSON] {
            let alert = try #require(tap.of(vane.alerts).last { $0.eventID == id })
            return Dictionary(uniqueKeysWithValues: alert.json["evidence"].array.map { ($0["indicator"].string ?? "", $0) })
        }

        @Test func theEndpointSaysWhatIsAndTheDocumentsDescribeIt() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1)
            let url = "http://127.0.0.1:\(FreePort.find())"
            let process = try vane.start(["http.listen=\(url.dropFirst(7))"])
            try process.says("listening")
            try wait("it becomes ready") { try ask(url + "/readyz").status == 200 }
            let contract = try Contract("docs/openapi.yaml")
            #expect(contract.operations == ["GET /livez", "GET /readyz", "GET /metrics", "GET /v1/status", "POST /v1/packages:refresh"])
            for operation in contract.operations {
                let words = operation.split(separator: " ").map(String.init)
                let answer = try ask(url + words[1], "-X \(words[0])")
                #expect(contract.statuses(words[1], words[0].lowercased()).contains("\(answer.status)"), "\(operation): \(answer)")
            }
            #expect(try ask(url + "/livez").body == "alive\n")
            #expect(try ask(url + "/v1/packages:refresh", "-X POST").status == 409)

            // Three events within an hour of a process that knows nothing of before, and three when it has seen two hours.
            let tap = try Tap(vane.cluster, [vane.alerts])
            let feed = try Feed(vane.cluster)
            for number in 1...3 { vane.send(feed, "e\(number)", seconds: number) }
            feed.flush()
            try tap.read([vane.alerts: 3])
            #expect(try evidence(tap, vane, "e3")["count_1h"]?["warming"].bool == true)
            var status = ""
            try wait("the status has the latest event") {
                status = try ask(url + "/v1/status").body
                return JSON(parsing: status)["latest_event_time"].string == "2026-03-01T00:00:03Z"
            }
            #expect(try contract.faults(status, schema: "status") == [])
            #expect(JSON(parsing: status)["warming"].array.map { $0["indicator"].string } == ["count_1h", "sum_1h"])
            #expect(JSON(parsing: status)["packages"].array.first?["version"].string == "7")
            #expect(JSON(parsing: status)["lists"].array.first { $0["name"].string == "black" }?["entries"].int == 2)
            #expect(!status.contains("mule-1") && !status.contains("\"A\""), "no value is given out")
            for number in 4...6 { vane.send(feed, "e\(number)", seconds: 7_200 + number) }
            feed.flush()
            try tap.read([vane.alerts: 6])
            let late = try evidence(tap, vane, "e6")
            #expect(late["count_1h"]?["value"].int == 3 && late["count_1h"]?["warming"].exists == false)
            try wait("nothing is warming any more") { JSON(parsing: try ask(url + "/v1/status").body)["warming"].array.isEmpty }
            let metrics = try ask(url + "/metrics").body
            #expect(metrics.contains("\nvane_events_total 6\n") && metrics.contains("\nvane_indicators_warming 0.0\n"), "\(metrics)")

            // What it does not take.
            #expect(try ask(url + "/nowhere").status == 404)
            #expect(try ask(url + "/v1/status", "-X DELETE").status == 405)
            #expect(try ask(url + "/v1/packages:refresh").status == 405)
            #expect(try ask(url + "/v1/packages:refresh", "-X POST -d '\(String(repeating: "x", count: 5_000))'").status == 413)
            #expect(try ask(url + "/v1/packages:refresh", "-X POST -H 'Transfer-Encoding: chunked' -d '\(String(repeating: "x", count: 5_000))'").status == 0)
            #expect(try ask(url + "/" + String(repeating: "x", count: 2_000)).status == 414)
            #expect(try ask(url + "/livez", "-I").status == 200)

            // The address is taken.
            let second = try vane.start(["http.listen=\(url.dropFirst(7))"])
            #expect(try second.wait() == 78 && second.errors.text.contains("error[cannot-listen]"))

            // For people.
            let shown = try Child.run(["status", url])
            #expect(shown.status == 0 && shown.output.contains("\nready\n") && shown.output.contains("  watch 7, live, 7 rules\n"), "\(shown.output)")
            #expect(shown.output.contains("no indicator is warming"))
            #expect(JSON(parsing: try Child.run(["status", url, "--format", "json"]).output)["ready"].bool == true)
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
            #expect(try Child.run(["status", url]).status == 69)
            #expect(try Child.run(["check", vane.folder.path + "/rules", "--against", url]).status == 69)
        }

        @Test func aCheckAgainstAProcessTellsWhatItLacks() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1)
            let url = "http://127.0.0.1:\(FreePort.find())"
            let process = try vane.start(["http.listen=\(url.dropFirst(7))"])
            let feed = try Feed(vane.cluster)
            let tap = try Tap(vane.cluster, [vane.alerts])
            vane.send(feed, "e1", seconds: 1)
            feed.flush()
            try tap.read([vane.alerts: 1])
            try wait("the status has the event") { JSON(parsing: try ask(url + "/v1/status").body)["latest_event_time"].string != nil }
            let folder = vane.folder
            let schema = try Folder.read(folder.path + "/schema.yaml").replacing(
                "record: [amount, direction]", with: "record: [amount, direction, counterparty]")
            try folder.write("next/schema.yaml", schema)
            let package = try Folder.read(folder.path + "/rules/watch/package.yaml")
            let path = try folder.write("next/package.yaml", package)

            let same = try Child.run(["check", path, "--against", url])
            #expect(
                same.status == 0 && same.errors.contains("warning[warming]: indicator 'count_1h'") && same.errors.contains("until 2026-03-01T01:00:01Z"),
                "\(same.errors)")
            #expect(try Child.run(["check", path, "--against", url, "--deny-warnings"]).status == 1)
            // The same from a file.
            let kept = try folder.write("status.json", ask(url + "/v1/status").body)
            #expect(try Child.run(["check", path, "--against", kept]).errors == same.errors)
            #expect(try Child.run(["check", path, "--against", path]).errors.contains("error[bad-status]"))

            try folder.write("next/package.yaml", package.replacing("version: \"7\"", with: "version: \"6\""))
            #expect(try Child.run(["check", path, "--against", url]).errors.contains("warning[older-version]: the process runs version 7"))
            try folder.write("next/package.yaml", package.replacing("aggregate: count,", with: "aggregate: distinct(counterparty),"))
            let field = try Child.run(["check", path, "--against", url])
            #expect(
                field.status == 1 && field.errors.contains("error[not-recorded]: indicator 'count_1h': the process does not record 'counterparty'"),
                "\(field.errors)")
            try folder.write("next/package.yaml", package.replacing("in_list(\"black\"", with: "in_list(\"blue\""))
            let list = try Child.run(["check", path, "--against", url])
            #expect(list.status == 1 && list.errors.contains("error[unknown-list]: there is no list 'blue'"), "\(list.errors)")
            try folder.write("next/schema.yaml", schema.replacing("history: 30d", with: "history: 90d"))
            try folder.write("next/package.yaml", package.replacing("aggregate: count, window: 1h", with: "aggregate: count, window: 60d"))
            let history = try Child.run(["check", path, "--against", url])
            #expect(history.status == 1 && history.errors.contains("the process keeps records of 'account' for 40d only"), "\(history.errors)")
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }

        @Test(.enabled(if: RedisServer.isAvailable, RedisServer.skipReason)) func aFieldThatIsNewIsWarmingAfterARestart() throws {
            let redis = try RedisServer()
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1, rest: RedisFaultTests.settings(redis))
            let feed = try Feed(vane.cluster)
            let tap = try Tap(vane.cluster, [vane.alerts])
            func run(_ events: [(id: String, seconds: Int)]) throws {
                let process = try vane.start()
                for (id, seconds) in events {
                    vane.send(feed, id, payee: "P", seconds: seconds)
                    feed.flush()
                    try tap.read("an alert about \(id)") { tap.of(vane.alerts).contains { $0.eventID == id } }
                }
                try redis.wait("it is noted what is recorded") { try redis.ask("exists vane:account:recorded") == "1" }
                process.signal(SIGTERM)
                #expect(try process.wait() == 0)
            }
            try run([("a1", 1), ("a2", 2), ("a3", 3), ("b1", 7_201), ("b2", 7_202), ("b3", 7_203)])
            #expect(try evidence(tap, vane, "a3")["count_1h"]?["warming"].bool == true)
            #expect(try evidence(tap, vane, "b3")["count_1h"]?["warming"].exists == false)

            // The account records who is paid, and a new indicator asks for it.
            let folder = vane.folder
            try folder.write(
                "schema.yaml",
                Folder.read(folder.path + "/schema.yaml").replacing("record: [amount, direction]", with: "record: [amount, direction, counterparty]"))
            try folder.write(
                "rules/watch/package.yaml",
                Folder.read(folder.path + "/rules/watch/package.yaml")
                    .replacing("rules:\n", with: "  - {id: payees_1h, entity: account, aggregate: distinct(counterparty), window: 1h}\nrules:\n")
                    .replacing("'count_1h >= 3 && sum_1h >= 3000.0'", with: "'count_1h >= 3 && sum_1h >= 3000.0 && payees_1h >= 1'"))
            try run([("c1", 7_204), ("c2", 7_205), ("d1", 18_001), ("d2", 18_002), ("d3", 18_003)])
            let early = try evidence(tap, vane, "c2")
            #expect(early["payees_1h"]?["warming"].bool == true && early["count_1h"]?["warming"].exists == false, "\(early)")
            #expect(early["count_1h"]?["value"].int == 5, "what was recorded counts at once")
            let late = try evidence(tap, vane, "d3")
            #expect(late["payees_1h"]?["warming"].exists == false && late["payees_1h"]?["value"].int == 1, "\(late)")
        }
    }
}
