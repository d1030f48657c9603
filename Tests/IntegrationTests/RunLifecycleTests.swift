import Glibc
import KafkaIO
import Testing

extension IntegrationTests {
    /// Starting, stopping, failing and coming back: nothing may be lost.
    @Suite struct RunLifecycleTests {
        private static let needsOwn: Comment = "needs a broker of its own, from shared/kafka/bin/kafka-local"

        @Test(arguments: Cluster.kinds) func stopsInOrderAndGoesOnWhereItStopped(_ kind: Cluster.Kind) throws {
            // The mock cluster keeps a member that left until its session is over.
            let vane = try Deployment(Cluster.of(kind), kafka: kind == .mock ? "  consumer: {session.timeout.ms: 6000}" : "")
            let feed = try Feed(vane.cluster)
            let count = 6_000
            for number in 0..<count { vane.send(feed, "e\(number)", account: "A\(number % 100)", seconds: number) }
            feed.flush()
            let tap = try Tap(vane.cluster, [vane.alerts])
            var starts = 0
            var raised = 0
            // Stopped somewhere in the middle, again and again, until everything is decided.
            while tap.records.count < count && starts < 20 {
                let process = try vane.start()
                starts += 1
                try process.says("partitions assigned: \(vane.transactions)/")
                let wanted = min(count, tap.records.count + 1_000)
                try tap.read("progress") { tap.records.count >= wanted }
                process.signal(starts % 2 == 0 ? SIGTERM : SIGINT)
                #expect(try process.wait() == 0)
                let last = try #require(process.errors.lines.last { $0.contains("stopped after") })
                raised += try #require(last.firstMatch(of: #/ alerts=(\d+)/#).flatMap { Int($0.1) }, "\(last)")
                try tap.read("what was under way") { tap.records.count >= raised }
            }
            try tap.readToEnd()
            #expect(tap.records.count == count && raised == count, "no event is decided twice")
            #expect(Set(tap.records.map(\.eventID)).count == count, "no event is lost")
            #expect(Set(tap.records.compactMap { $0.headers["ce_source"] }).count == starts)
        }

        @Test(arguments: Cluster.kinds) func aKilledProcessLosesNothing(_ kind: Cluster.Kind) throws {
            let vane = try Deployment(Cluster.of(kind), kafka: "  consumer: {session.timeout.ms: 6000}")
            let feed = try Feed(vane.cluster)
            let count = 3_000
            for number in 0..<count { vane.send(feed, "e\(number)", account: "A\(number % 100)", seconds: number) }
            feed.flush()
            let tap = try Tap(vane.cluster, [vane.alerts])
            for part in 1...2 {
                let process = try vane.start()
                try tap.read("progress") { tap.records.count >= part * 500 }
                process.signal(SIGKILL)
                #expect(try process.wait() == 128 + SIGKILL)
            }
            let process = try vane.start()
            try tap.read("everything") { Set(tap.records.map(\.eventID)).count == count }
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
            var identifiers: [String: Set<String>] = [:]
            for record in tap.records { identifiers[record.eventID, default: []].insert(record.headers["ce_id"] ?? "") }
            #expect(identifiers.values.allSatisfy { $0.count == 1 }, "what is decided again has the same id")
        }

        // The mock cluster's groups are too simple for this.
        @Test(.enabled(if: Cluster.hasReal, Cluster.skipReason)) func twoProcessesShareAndHandOver() throws {
            let vane = try Deployment(Cluster.of(.real), partitions: 4)
            let feed = try Feed(vane.cluster)
            var sent = 0
            func send(_ count: Int) {
                for _ in 0..<count {
                    vane.send(feed, "e\(sent)", account: "A\(sent % 100)", seconds: sent % 80_000)
                    sent += 1
                }
                feed.flush()
            }
            let tap = try Tap(vane.cluster, [vane.alerts])
            let first = try vane.start()
            send(500)
            try tap.read("progress") { tap.records.count >= 200 }
            let second = try vane.start()
            // Events keep coming while the partitions move.
            try tap.read("the second decides, too", within: .seconds(90)) {
                if sent < tap.records.count + 500 { send(50) }
                return Set(tap.records.compactMap { $0.headers["ce_source"] }).count == 2
            }
            try first.says("partitions given up")
            first.signal(SIGTERM)
            send(500)
            #expect(try first.wait() == 0)
            send(500)
            try tap.read("everything, \(sent)") { Set(tap.records.map(\.eventID)).count == sent }
            second.signal(SIGTERM)
            #expect(try second.wait() == 0)
            #expect(tap.records.count == sent, "orderly hand-overs repeat nothing: \(first.errors.text)")
            // Events wait while partitions move, and that they are old then may be said.
            for process in [first, second] {
                let warnings = process.errors.lines.filter { $0.contains("WARN") && !$0.contains("overload") }
                #expect(warnings.isEmpty, "\(process.errors.text)")
            }
        }

        @Test(.enabled(if: Cluster.canBeKilled, needsOwn)) func waitsForABrokerAndSurvivesItsCrash() throws {
            let cluster = try Cluster.start("outage")
            defer { try? cluster.kill() }
            let vane = try Deployment(cluster)
            let feed = try Feed(cluster)
            vane.send(feed, "before")
            feed.flush()
            try cluster.kill()
            let process = try vane.start()
            try process.says("trying on")
            #expect(process.errors.text.contains(String(cluster.bootstrap.split(separator: ":").last!)), "the broker is named")
            try cluster.revive()
            let tap = try Tap(cluster, [vane.alerts])
            try tap.read([vane.alerts: 1])

            for number in 0..<500 { vane.send(feed, "a\(number)", account: "A\(number % 10)", seconds: number) }
            try tap.read("some") { tap.records.count > 50 }
            try cluster.kill()
            for number in 0..<500 { vane.send(feed, "b\(number)", account: "A\(number % 10)", seconds: 1_000 + number) }
            try process.says("all Kafka brokers are down")
            try cluster.revive()
            feed.flush()
            try tap.read("everything", within: .seconds(120)) { Set(tap.records.map(\.eventID)).count == 1_001 }
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
            #expect(process.errors.lines.count < 200, "an outage does not flood the log")
        }

        @Test(.enabled(if: Cluster.canBeKilled, needsOwn)) func stopsWithoutABroker() throws {
            let cluster = try Cluster.start("gone")
            defer { try? cluster.kill() }
            let vane = try Deployment(cluster)
            let process = try vane.start()
            try process.says("partitions assigned")
            try cluster.kill()
            process.signal(SIGTERM)
            let status = try process.wait(within: .seconds(40))
            #expect(status == 0 || status == 69, "it ended with \(status)")
            // Before any broker was seen.
            let lost = try vane.start()
            try lost.says("trying on")
            lost.signal(SIGTERM)
            let lostStatus = try lost.wait(within: .seconds(40))
            #expect(lostStatus == 0 || lostStatus == 69, "it ended with \(lostStatus)")
        }

        @Test(.enabled(if: Cluster.hasReal, Cluster.skipReason)) func namesAMissingTopicAndStartsWhenItAppears() throws {
            let vane = try Deployment(Cluster.of(.real), createsInput: false)
            let process = try vane.start()
            try process.says("topic \(vane.transactions) does not exist")
            try vane.cluster.createTopic(vane.transactions, partitions: 2)
            let feed = try Feed(vane.cluster)
            vane.send(feed, "late")
            feed.flush()
            let tap = try Tap(vane.cluster, [vane.alerts])
            try tap.read([vane.alerts: 1])
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }

        @Test(.enabled(if: Cluster.hasReal, Cluster.skipReason)) func aMissingListTopicHoldsNothingBack() throws {
            let vane = try Deployment(Cluster.of(.real))
            let feed = try Feed(vane.cluster)
            vane.send(feed, "one")
            feed.flush()
            let missing = vane.name + "-no-lists"
            let process = try vane.start(["kafka.topics.list_entries=\(missing)"])
            try process.says("topic \(missing) does not exist")
            let tap = try Tap(vane.cluster, [vane.alerts])
            try tap.read([vane.alerts: 1])
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }

        @Test func aSecondSignalEndsItAtOnce() throws {
            let mock = try MockCluster(brokerCount: 1)
            let cluster = Cluster(mock: mock)
            let vane = try Deployment(cluster)
            let feed = try Feed(cluster)
            vane.send(feed, "one")
            feed.flush()
            let tap = try Tap(cluster, [vane.alerts])
            let process = try vane.start()
            try tap.read([vane.alerts: 1])
            // From here on each answer takes long: an orderly end has to wait for some.
            try mock.setRoundTrip(milliseconds: 10_000)
            vane.send(feed, "two", seconds: 1)
            process.signal(SIGTERM)
            try process.says("waiting for")
            let asked = ContinuousClock.now
            process.signal(SIGTERM)
            #expect(try process.wait(within: .seconds(8)) == 128 + SIGTERM)
            #expect(ContinuousClock.now - asked < .seconds(5))
            try mock.setRoundTrip(milliseconds: 0)
        }

        @Test(arguments: Cluster.kinds) func backPressureLosesNothing(_ kind: Cluster.Kind) throws {
            // Room for ten outputs only, and two for each event.
            let vane = try Deployment(Cluster.of(kind), kafka: "  decisions: all\n  producer: {queue.buffering.max.messages: 10, linger.ms: 1}")
            let feed = try Feed(vane.cluster)
            for number in 0..<2_000 { vane.send(feed, "e\(number)", account: "A\(number % 50)", seconds: number) }
            feed.flush()
            let process = try vane.start()
            let tap = try Tap(vane.cluster, [vane.alerts, vane.decisions])
            try tap.read([vane.alerts: 2_000, vane.decisions: 2_000], within: .seconds(120))
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
            #expect(Set(tap.of(vane.alerts).map(\.eventID)).count == 2_000 && Set(tap.of(vane.decisions).map(\.eventID)).count == 2_000)
        }

        @Test(.enabled(if: Cluster.hasReal, Cluster.skipReason)) func anOutputTooLargeForKafkaIsReportedAndTheRestGoesOn() throws {
            let vane = try Deployment(Cluster.of(.real), partitions: 1, kafka: "  producer: {message.max.bytes: 1000}")
            let feed = try Feed(vane.cluster)
            // An alert of a thousand bytes and more does not fit, the next does.
            vane.send(feed, "long", account: String(repeating: "x", count: 600))
            feed.send(vane.transactions, key: "k", "short and wrong")
            feed.flush()
            let process = try vane.start()
            try process.says("output-too-large")
            let tap = try Tap(vane.cluster, [vane.deadLetters])
            try tap.read([vane.deadLetters: 1])
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }

        // MARK: Configuration

        @Test func badConfigurationsSayWhere() throws {
            let folder = Folder()
            try folder.write("schema.yaml", Folder.read(Places.fixtures + "/handbook/schema.yaml"))
            try folder.write("package.yaml", Folder.read(Places.fixtures + "/handbook/package.yaml"))
            func run(_ text: String, _ settings: [String] = []) throws -> Child.Result {
                let path = try folder.write("vane.yaml", text)
                return try Child.run(["run", "--config", path] + settings.flatMap { ["--set", $0] })
            }
            let path = folder.path + "/vane.yaml"
            let good = "schema: schema.yaml\npackages: [{path: package.yaml}]\nkafka:\n  bootstrap: \"127.0.0.1:1\"\n"
            let cases: [(String, [String], [String])] = [
                (good + "  grouop: x\n", [], ["\(path):5:3: error[unknown-key]", "'group'"]),
                (good + "  decisions: some\n", [], ["\(path):5:14: error[bad-value]", "none, all"]),
                (good + "  commit_interval: 2h\n", [], ["\(path):5:20: error["]),
                (good + "  properties: {transactional.id: x}\n", [], ["\(path):5:16: error[bad-value]", "kafka.transactional_id"]),
                (good + "  properties: {no.such.property: 1}\n", [], ["no.such.property", "error[bad-property]"]),
                (good + "  consumer: {fetch.wait.max.ms: soon}\n", [], ["fetch.wait.max.ms", "error[bad-property]"]),
                (good + "  properties: {enable.auto.commit: true}\n", [], ["\(path):5:16: error[bad-value]", "enable.auto.commit"]),
                (good.replacing("schema.yaml", with: "absent.yaml"), [], ["absent.yaml:1:1: error[cannot-read]"]),
                (good.replacing("package.yaml", with: "absent"), [], ["absent:1:1: error[cannot-read]"]),
                (good + "lists: [{name: l, file: absent.csv}]\n", [], ["absent.csv:1:1: error[cannot-read]"]),
                ("schema: schema.yaml\n", [], ["'kafka'"]),
                ("schema: [\n", [], ["\(path):2:1: error["]),
                (good, ["kafka.gruop=x"], ["--set", "kafka.group"]),
                (good, ["budget=soon"], ["--set:1:", "error["]),
            ]
            for (text, settings, said) in cases {
                let result = try run(text, settings)
                let what = Comment(rawValue: "\(text.split(separator: "\n").last ?? "") \(settings): \(result.errors)")
                #expect(result.status == 78, what)
                for part in said { #expect(result.errors.contains(part), what) }
            }
            let absent = try Child.run(["run", "--config", "/nowhere/vane.yaml"])
            #expect(absent.status == 78 && absent.errors.contains("/nowhere/vane.yaml:1:1: error[cannot-read]"))
            let unknown = try Child.run(["run", "--config", folder.write("vane.yaml", good)], environment: ["VANE_KAFKA_GRUOP": "x"])
            #expect(unknown.status == 78 && unknown.errors.contains("VANE_KAFKA_GRUOP:1:1: error[unknown-key]") && unknown.errors.contains("VANE_KAFKA_GROUP"))
        }

        @Test func printsTheEffectiveConfiguration() throws {
            let folder = Folder()
            let path = try folder.write("vane.yaml", "schema: schema.yaml\nkafka: {bootstrap: \"b:9092\", group: file}\n")
            let result = try Child.run(
                ["run", "--config", path, "--print-config", "--set", "kafka.group=flag"],
                environment: ["VANE_KAFKA_GROUP": "environment", "VANE_BUDGET": "300ms"])
            #expect(result.status == 0, "\(result.errors)")
            func line(_ key: String) -> String { result.lines.first { $0.hasPrefix(key + " ") } ?? "" }
            #expect(line("kafka.group").contains("= flag") && line("kafka.group").contains("(--set)"))
            #expect(line("budget").contains("VANE_BUDGET"))
            #expect(line("kafka.bootstrap").contains("vane.yaml:2"))
            #expect(line("kafka.delivery").contains("default"))
        }
    }
}
