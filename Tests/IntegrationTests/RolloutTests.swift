import Glibc
import TestSupport
import Testing

extension IntegrationTests {
    /// A new revision from a package server: for a share of the subjects, beside the one before, and back.
    @Suite struct RolloutTests {
        private let folder = Folder()
        private static let accounts = (0..<200).map { "account-\($0)" }

        /// Offers a revision of the package `watch` that alerts from an amount on.
        private func offer(_ version: String, from amount: String, _ more: String = "") throws {
            let text = """
                package: watch
                version: "\(version)"
                on: [transaction]
                priority: critical
                \(more)
                rules: [{id: large, kind: score, when: 'amount >= \(amount)', score: 45}]
                decide: {levels: {yellow: 40}, actions: {yellow: [{action: step_up, on: account}]}}
                """
            // Made aside and moved: the server never sees half of it.
            try folder.write("\(version).yaml", text)
            try Shell.run(
                "mkdir -p '\(folder.path)/served' && cp '\(folder.path)/\(version).yaml' '\(folder.path)/new' && mv '\(folder.path)/new' '\(folder.path)/served/watch.yaml'"
            )
        }

        /// The version of each account's only alert among records.
        private func versions(_ records: [Record]) throws -> [String: String] {
            var versions: [String: String] = [:]
            for record in records {
                let hits = record.json["hits"].array
                let account = try #require(record.key)
                #expect(hits.count == 1 && versions[account] == nil, "one revision acts for \(account)")
                versions[account] = hits.first?["version"].string
            }
            return versions
        }

        @Test func aShareOfTheSubjectsMeetsTheNewRevisionUntilItLeavesItsBounds() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1)
            try vane.cluster.createTopic(vane.name + "-control", partitions: 1)
            try offer("1", from: "1000.0")
            let server = try Child(["package", "serve", folder.path + "/served", "--listen", "127.0.0.1:0"])
            try #require(server.output.wait(within: patience) { $0.count(of: "http://") > 0 || $0.isClosed })
            let url = try #require(server.output.text.split(separator: " ").last).dropLast()
            let settings = ["packages=[{url: '\(url)watch.yaml', every: 1h}]", "state_directory=\(folder.path)/state"]
            let feed = try Feed(vane.cluster)
            let tap = try Tap(vane.cluster, [vane.alerts])
            var sent = 0
            /// Sends an event for each account, and waits for the alerts of all of them.
            func round(_ amount: String) throws -> [Record] {
                sent += 1
                for account in Self.accounts { vane.send(feed, "\(account)-round\(sent)", account: account, amount: amount, seconds: sent) }
                feed.flush()
                func alerts() -> [Record] { tap.of(vane.alerts).filter { $0.eventID.hasSuffix("-round\(sent)") } }
                try tap.read("an alert for each account") { alerts().count >= Self.accounts.count }
                return alerts()
            }
            func refresh() {
                feed.send(vane.name + "-control", key: "", "{\"command\":\"refresh-packages\"}", headers: [])
                feed.flush()
            }

            let first = try vane.start(settings)
            try #expect(Set(versions(round("2000")).values) == ["1"])
            try offer("2", from: "1000.0", "rollout: {share: 25%}")
            refresh()
            try first.says("package watch 2 is in force")
            let sides = try versions(round("2000"))
            let chosen = Set(sides.filter { $0.value == "2" }.keys)
            #expect((25...75).contains(chosen.count) && sides.values.allSatisfy { ["1", "2"].contains($0) }, "\(chosen.count) of 200")

            // A replay has the same subjects on the same sides.
            let lines = Self.accounts.map { Deployment.event($0, account: $0) }.joined(separator: "\n")
            let events = try folder.write("events.jsonl", lines + "\n")
            let replay = try Child.run(
                ["replay", "-s", vane.folder.path + "/schema.yaml", "-p", folder.path + "/1.yaml", "-p", folder.path + "/2.yaml", events])
            var replayed: [String: String] = [:]
            for line in replay.lines {
                let json = JSON(parsing: line)
                replayed["account:" + (json["event_id"].string ?? "")] = json["decision"]["hits"].array.first?["version"].string
            }
            #expect(replayed == sides, "\(replay.errors)")

            // So has a restart; and a greater share keeps them.
            first.signal(SIGTERM)
            #expect(try first.wait() == 0)
            let page = "127.0.0.1:\(FreePort.find())"
            let second = try vane.start(settings + ["http.listen=\(page)"])
            #expect(try versions(round("2000")) == sides)
            try offer("2b", from: "1000.0", "rollout: {share: 60%}")
            refresh()
            try second.says("package watch 2b is in force")
            let more = try versions(round("2000"))
            #expect(chosen.isSubset(of: more.filter { $0.value == "2b" }.keys) && more.values.contains("1"))

            // A third one alerts on everything. It is taken back, to the one that had everyone.
            try offer("3", from: "1.0", "rollout: {share: 60%}\nbounds: {alert_rate: 5%, over: 1000}")
            refresh()
            try second.says("package watch 3 is in force")
            for account in Self.accounts { vane.send(feed, "\(account)-small", account: account, amount: "5", seconds: 60) }
            feed.flush()
            try second.says("package-out-of-bounds")
            try second.says("version 1 is in force again")
            #expect(try Set(versions(round("2000")).values) == ["1"])
            #expect(try versions(tap.of(vane.alerts).filter { $0.eventID.hasSuffix("-small") }).values.allSatisfy { $0 == "3" })

            // Asked again, the server gives out the same document. It is not taken, now and after a restart.
            func unchanged() throws -> Int? {
                try Shell.run("curl -s http://\(page)/metrics").split(separator: "\n")
                    .first { $0.hasPrefix("vane_package_polls_total{") && $0.contains("outcome=\"unchanged\"") }
                    .flatMap { Int($0.split(separator: " ").last ?? "") }
            }
            let before = try #require(try unchanged())
            refresh()
            try tap.read("the server is asked") { (try? unchanged()) ?? before > before }
            #expect(try Set(versions(round("2000")).values) == ["1"])
            second.signal(SIGTERM)
            #expect(try second.wait() == 0)
            let third = try vane.start(settings)
            try third.says("package-refused: version 3 was taken back: it alerted on")
            #expect(try Set(versions(round("2000")).values) == ["1"])
            #expect(second.errors.snapshot.count(of: "package-out-of-bounds") == 1 && third.errors.snapshot.count(of: "is in force") == 0)

            // A mended one is.
            try offer("4", from: "1000.0", "bounds: {alert_rate: 100%, over: 100}")
            refresh()
            try third.says("package watch 4 is in force")
            #expect(try Set(versions(round("2000")).values) == ["4"])
            third.signal(SIGTERM)
            #expect(try third.wait() == 0)
        }

        @Test func twoFilesAreTwoRevisions() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1)
            try offer("1", from: "1000.0")
            try offer("2", from: "1.0", "bounds: {alert_rate: 5%, over: 1000}")
            let settings = ["packages=[{path: '\(folder.path)/1.yaml'}, {path: '\(folder.path)/2.yaml', rollout: {share: 50%}}]"]
            let feed = try Feed(vane.cluster)
            let process = try vane.start(settings)
            for account in Self.accounts { vane.send(feed, "\(account)-1", account: account, amount: "5", seconds: 1) }
            feed.flush()
            try process.says("package-out-of-bounds: watch 2: it alerted on")
            let tap = try Tap(vane.cluster, [vane.alerts])
            for account in Self.accounts { vane.send(feed, "\(account)-2", account: account, amount: "2000", seconds: 2) }
            feed.flush()
            func large() -> [Record] { tap.of(vane.alerts).filter { $0.eventID.hasSuffix("-2") } }
            try tap.read("an alert for each large amount") { large().count >= Self.accounts.count }
            #expect(try Set(versions(large()).values) == ["1"], "the newer one acts for nobody any more, and the other one for everyone")
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }
    }
}
