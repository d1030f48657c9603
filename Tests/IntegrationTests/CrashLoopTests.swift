import Glibc
import Testing

extension IntegrationTests {
    /// Processes that share journals are killed and stopped again and again while a fixed stream goes through them.
    @Suite(
        .enabled(if: Cluster.canBeKilled, "needs a broker of its own, from shared/kafka/bin/kafka-local"),
        .enabled(if: RedisServer.isAvailable, RedisServer.skipReason))
    struct CrashLoopTests {
        /// `make soak` runs the long form, with the optimised executable.
        private static let isSoak = Places.environment("VANE_SOAK") != nil
        private static let events = isSoak ? 100_000 : 12_000
        private static let kills = isSoak ? 32 : 6
        private static let stops = isSoak ? 4 : 1
        private static let seed = Places.environment("VANE_SEED").flatMap { UInt64($0) } ?? 20_260_301

        @Test func noCrashChangesADecision() throws {
            let server = try RedisServer()
            let cluster = try Cluster.start("storm", settings: HandOverTests.impatient)
            defer { try? cluster.kill() }
            let deployment = try SharedDeployment(cluster, server, partitions: 8, executable: Self.isSoak ? Places.optimised : Places.executable)
            let stream = SharedStream(seed: Self.seed, count: Self.events, accounts: 300, devices: 40, addresses: 60)
            let load = try StreamLoad(deployment, stream, deployment.shared)
            var random = Dice(seed: Self.seed)
            var members = try (0..<3).map { _ in try deployment.start() }
            let rounds = Self.kills + Self.stops
            for round in 0..<rounds {
                try load.goOn(to: Self.events * 8 / 10 * (round + 1) / rounds)
                let isSent = load.isSent
                #expect(!isSent, "the storm ends before the stream")
                let victim = random.below(members.count)
                if (round + 1) % (rounds / Self.stops) == 0 {
                    try standStill(members[victim], load)
                } else {
                    members[victim].signal(SIGKILL)
                    #expect(try members[victim].wait() == 128 + SIGKILL, "\(members[victim].errors.text)")
                    members[victim] = try deployment.start()
                }
            }
            while !load.isSent { try load.goOn(to: Self.events) }
            try load.drain()
            try SharedExpectations.followLogs(load, server, stream.unique)

            let probes = stream.probes()
            for probe in probes { load.send(probe) }
            try load.drain()
            SharedExpectations.countEverything(load, stream.unique, probes)
            SharedExpectations.areWhole(load)
            for member in members {
                member.signal(SIGTERM)
                #expect(try member.wait() == 0, "\(member.errors.text)")
            }

            let aloneLoad = try StreamLoad(deployment, stream, deployment.alone)
            let alone = try deployment.startAlone()
            do {
                try aloneLoad.expect(load.sentEvents)
            } catch {
                alone.signal(SIGTERM)
                _ = try? alone.wait()
                Issue.record("the undisturbed process says: \(alone.errors.text.suffix(2_000))")
                throw error
            }
            SharedExpectations.haveSameAlerts(load, as: aloneLoad)
            alone.signal(SIGTERM)
            #expect(try alone.wait() == 0, "\(alone.errors.text)")
        }

        /// Stops a process until the others have its partitions, and lets it find out.
        private func standStill(_ member: Child, _ load: StreamLoad) throws {
            try member.says("partitions assigned: \(load.input)/")
            let losses = member.errors.snapshot.count(of: "partitions-lost")
            member.signal(SIGSTOP)
            // Of these some are its partitions', and can only be decided by others.
            load.send(next: 500)
            try load.drain()
            member.signal(SIGCONT)
            try member.says("partitions-lost", times: losses + 1)
        }
    }
}
