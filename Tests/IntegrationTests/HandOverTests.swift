import Glibc
import Testing

extension IntegrationTests {
    /// Members of a group that come and go under load.
    @Suite(.enabled(if: Cluster.hasReal, Cluster.skipReason)) struct HandOverTests {
        struct Way: CustomTestStringConvertible, Sendable {
            let strategy: String, delivery: String
            var testDescription: String { "\(strategy), \(delivery)" }

            static let all = ["range", "cooperative-sticky"].flatMap { strategy in
                ["at-least-once", "exactly-once"].map { Way(strategy: strategy, delivery: $0) }
            }
        }

        @Test(arguments: Way.all) func joiningAndLeavingRepeatsNothing(_ way: Way) throws {
            let vane = try Deployment(
                Cluster.of(.real), partitions: 6,
                kafka: "  delivery: \(way.delivery)\n  consumer: {partition.assignment.strategy: \(way.strategy), session.timeout.ms: 6000}")
            let load = try SteadyLoad(vane)
            var members = [try vane.start()]
            try load.goOn(1_000)
            // Three join one after another, three leave one after another.
            for _ in 0..<2 {
                members.append(try vane.start())
                try load.send(untilDecides: members[members.count - 1])
                try load.goOn(1_000)
            }
            members[0].signal(SIGTERM)
            try load.goOn(2_000)
            members.append(try vane.start())
            try load.send(untilDecides: members[3])
            members[1].signal(SIGTERM)
            try load.goOn(2_000)
            members[2].signal(SIGTERM)
            try load.goOn(2_000)
            let repeated = try load.expectEverything()
            members[3].signal(SIGTERM)
            for member in members { #expect(try member.wait() == 0) }
            #expect(repeated == 0, "of \(load.sent) events so many were decided twice: \(members.map(\.errors.text))")
            // Of lag on a busy machine anyone may warn, and of a broker that takes its time; and then somebody may be fenced who has nothing open.
            let texts = members.map(\.errors.text)
            var excused = ["overload", "; trying on"]
            if texts.contains(where: { $0.contains("the broker was not told in time") }) { excused.append("member-fenced") }
            for text in texts {
                let warnings = text.split(separator: "\n").filter { line in line.contains("WARN") && !excused.contains { line.contains($0) } }
                #expect(warnings.isEmpty, "\(text)")
            }
        }

        /// What must not happen to anyone else: a member dies in the middle of a transaction.
        @Test(.enabled(if: Cluster.canBeKilled, "needs a broker of its own")) func aKilledMembersEventsAreDecidedOnceByAnother() throws {
            let cluster = try Cluster.start("killed", settings: Self.impatient)
            defer { try? cluster.kill() }
            // An interval so long that the kill finds a transaction open: there is always more input.
            let vane = try Deployment(
                cluster, partitions: 4, kafka: "  delivery: exactly-once\n  commit_interval: 400ms\n  consumer: {session.timeout.ms: 3000}")
            let load = try SteadyLoad(vane)
            load.send(20_000)
            var members = [try vane.start(), try vane.start()]
            try load.send(untilDecides: members[1])
            for round in 0..<3 {
                load.send(5_000)
                try load.goOn(1_000)
                members[round].signal(SIGKILL)
                #expect(try members[round].wait() == 128 + SIGKILL)
                members.append(try vane.start())
                try load.send(untilDecides: members[round + 2])
            }
            #expect(try load.expectEverything() == 0, "each alert once to a reader of committed records")
            for member in members[3...] {
                member.signal(SIGTERM)
                #expect(try member.wait() == 0)
            }
        }

        /// It comes back when its session and its transaction are over, and others have its partitions.
        @Test(.enabled(if: Cluster.canBeKilled, "needs a broker of its own")) func aMemberThatStoodStillAddsNothing() throws {
            let cluster = try Cluster.start("still", settings: Self.impatient)
            defer { try? cluster.kill() }
            let vane = try Deployment(
                cluster, partitions: 4, kafka: "  delivery: exactly-once\n  commit_interval: 400ms\n  consumer: {session.timeout.ms: 3000}")
            let load = try SteadyLoad(vane)
            let first = try vane.start()
            let second = try vane.start()
            try load.send(untilDecides: first)
            try load.send(untilDecides: second)
            for _ in 0..<2 {
                load.send(5_000)
                first.signal(SIGSTOP)
                // The other one has everything: its partitions' alerts can only come from there.
                let wanted = load.sent + 2_000
                try load.send(until: "the other takes over", within: .seconds(60)) { load.tap.records.count >= wanted }
                first.signal(SIGCONT)
                try load.send(untilDecides: first)
            }
            #expect(try load.expectEverything() == 0, "each alert once to a reader of committed records: \(first.errors.text)")
            #expect(first.errors.text.contains("partitions-lost"), "it was thought dead")
            for member in [first, second] {
                member.signal(SIGTERM)
                #expect(try member.wait() == 0, "\(member.errors.text)")
            }
        }

        /// A broker that ends transactions soon after their time.
        static let impatient = ["transaction.abort.timed.out.transaction.cleanup.interval.ms=500"]
    }
}
