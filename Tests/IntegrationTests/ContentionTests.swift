import Glibc
import Testing

extension IntegrationTests {
    /// Processes that write the same journals at the same time.
    @Suite(.enabled(if: Cluster.hasReal, Cluster.skipReason), .enabled(if: RedisServer.isAvailable, RedisServer.skipReason))
    struct ContentionTests {
        @Test func everyDecisionFollowsTheOrderOfAppends() throws {
            let server = try RedisServer()
            let deployment = try SharedDeployment(Cluster.of(.real), server, partitions: 8)
            let stream = SharedStream(seed: 7, count: 5_000, accounts: 200, devices: 3, addresses: 4)
            let members = try (0..<4).map { _ in try deployment.start() }
            // Each has its partitions before the first event comes.
            for member in members { try member.says("partitions assigned: \(deployment.input)/") }
            let load = try StreamLoad(deployment, stream, deployment.shared)
            while !load.isSent { try load.goOn(to: stream.events.count) }
            try load.drain()
            try SharedExpectations.followLogs(load, server, stream.unique)
            SharedExpectations.areWhole(load)
            let deciders = load.deciders
            #expect(deciders.count == members.count, "all have decided: \(deciders)")
            for member in members {
                member.signal(SIGTERM)
                #expect(try member.wait() == 0, "\(member.errors.text)")
            }
        }
    }
}
