import Glibc
import Testing

extension IntegrationTests {
    /// How soon readers of committed records go on after a process has died in the middle of a transaction. The broker has its usual settings: by itself it
    /// would end the transaction 3 to 13 seconds after its begin.
    @Suite(.enabled(if: Cluster.canBeKilled, "needs a broker of its own")) struct TakeoverTests {
        static let session = Duration.seconds(3)
        /// What is promised, and what a broker, its tools, three processes and perhaps builds may take beyond it on the two cores that they share here.
        static let limit = session + .seconds(1) + .seconds(2)
        /// The one that users have, since it is a matter of time.
        static let executable = Places.exists(Places.optimised) ? Places.optimised : Places.executable

        static func settings(_ further: String = "") -> String { "  delivery: exactly-once\n  consumer: {session.timeout.ms: 3000\(further)}" }

        @Test(arguments: [("range", 1), ("cooperative-sticky", 2)])
        func decisionsOfADeadMembersPartitionsGoOn(_ strategy: String, heirCount: Int) throws {
            let cluster = try Cluster.start("takeover-\(heirCount)")
            defer { try? cluster.kill() }
            let vane = try Deployment(cluster, partitions: 6, kafka: Self.settings(", partition.assignment.strategy: \(strategy)"))
            let load = try SteadyLoad(vane)
            let everything = try Tap(cluster, [vane.alerts], isolation: "read_uncommitted")
            var heirs: [Child] = []
            for _ in 0..<heirCount {
                heirs.append(try vane.start(executable: Self.executable))
                try load.send(untilDecides: heirs[heirs.count - 1])
            }
            // Most kills find a transaction open; where it has just ended, the next owner must be as quick.
            for _ in 1...3 {
                let victim = try vane.start(executable: Self.executable)
                try load.send(untilDecides: victim)
                // While more input waits, a transaction stays open for the commit interval.
                try load.goOn(500)
                load.send(2_000)
                let accounts = load.accounts(of: victim)
                victim.signal(SIGKILL)
                let watch = Stopwatch()
                #expect(try victim.wait() == 128 + SIGKILL)
                load.tap.drain()
                let before = load.tap.records.count
                try load.send(until: "a decision about the dead one's events", within: .seconds(30)) {
                    load.tap.records[before...].contains { !$0.isFrom(victim) && accounts.contains($0.key ?? "") }
                }
                let lap = watch.lap
                try everything.read("all that the other sees") { everything.records.count >= load.tap.records.count }
                let open = everything.records.count { $0.isFrom(victim) } - load.tap.records.count { $0.isFrom(victim) }
                print("takeover, \(strategy): decisions went on \(lap.took) after the kill, which left \(open) outputs open; session \(Self.session)")
                lap.expect(lap.took <= Self.limit, "\(lap.took): \(heirs.map(\.errors.text))")
                for heir in heirs { try heir.says("-\(victim.identifier)-") }
            }
            #expect(try load.expectEverything() == 0, "each alert once to a reader of committed records")
            for heir in heirs {
                heir.signal(SIGTERM)
                #expect(try heir.wait() == 0, "\(heir.errors.text)")
                #expect(!heir.errors.text.contains("producer-replaced"), "nobody fences who lives: \(heir.errors.text)")
                #expect(!heir.errors.text.contains("member-not-fenced"), "\(heir.errors.text)")
            }
        }

        /// A broker that does not let the next owner use the dead one's id ends the transaction by itself: that takes longer, and nothing is lost.
        @Test func whereTheIDOfTheDeadIsForbiddenTheBrokerEndsItsTransaction() throws {
            let cluster = try Cluster.start("forbidden", settings: Cluster.authorizing)
            defer { try? cluster.kill() }
            // So long a session that the rule is there before it is over.
            let vane = try Deployment(cluster, partitions: 6, kafka: "  delivery: exactly-once\n  consumer: {session.timeout.ms: 30000}")
            let load = try SteadyLoad(vane)
            let heir = try vane.start(["kafka.transactional_id=the-heir"], executable: Self.executable)
            try load.send(untilDecides: heir)
            let victim = try vane.start(["kafka.transactional_id=the-victim"], executable: Self.executable)
            try load.send(untilDecides: victim)
            try load.goOn(500)
            load.send(2_000)
            let accounts = load.accounts(of: victim)
            victim.signal(SIGKILL)
            #expect(try victim.wait() == 128 + SIGKILL)
            try cluster.forbid(transactionalID: "the-victim")
            load.tap.drain()
            let before = load.tap.records.count
            try load.send(until: "a decision about the dead one's events", within: .seconds(180)) {
                load.tap.records[before...].contains { $0.isFrom(heir) && accounts.contains($0.key ?? "") }
            }
            try heir.says("member-not-fenced")
            try heir.says("what the-victim left open")
            #expect(try load.expectEverything() == 0, "each alert once to a reader of committed records")
            heir.signal(SIGTERM)
            #expect(try heir.wait() == 0, "\(heir.errors.text)")
            #expect(!heir.errors.text.contains("member-fenced") && !heir.errors.text.contains("producer-replaced"), "\(heir.errors.text)")
        }

        /// It dies in its very first transaction, with nobody there to take over but its own successor.
        @Test func aLoneProcessGoesOnAfterItsRestart() throws {
            let cluster = try Cluster.start("restart")
            defer { try? cluster.kill() }
            let vane = try Deployment(cluster, partitions: 4, kafka: Self.settings())
            let load = try SteadyLoad(vane)
            let everything = try Tap(cluster, [vane.alerts], isolation: "read_uncommitted")
            // There is always more input, so that the transaction stays open.
            load.send(20_000)
            // Not the optimised one, which would soon have so much under way that it waits for acknowledgements, and commit.
            let victim = try vane.start(["kafka.commit_interval=60s"])
            try everything.read("the first output") { !everything.records.isEmpty }
            victim.signal(SIGKILL)
            let watch = Stopwatch()
            #expect(try victim.wait() == 128 + SIGKILL)
            load.tap.drain()
            try #require(load.tap.records.isEmpty, "it has committed nothing")
            let heir = try vane.start(executable: Self.executable)
            try load.tap.read("a decision") {
                load.tap.records.contains { $0.isFrom(heir) }
            }
            let lap = watch.lap
            print("takeover: after a restart the first decision was visible \(lap.took) after the kill; the session is \(Self.session)")
            lap.expect(lap.took <= Self.limit, "\(lap.took): \(heir.errors.text)")
            try heir.says("member-fenced")
            #expect(try load.expectEverything() == 0, "each alert once to a reader of committed records")
            heir.signal(SIGTERM)
            #expect(try heir.wait() == 0, "\(heir.errors.text)")
        }
    }
}

extension Record {
    /// Whether this output is of that process.
    func isFrom(_ process: Child) -> Bool { headers["ce_source"]?.hasSuffix("-\(process.identifier)") == true }
}
