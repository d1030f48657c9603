import Foundation
import TestSupport
import Testing

@testable import RedisStore

/// Three masters, each with a replica.
private final class TestCluster {
    let servers: [TestServer]
    private var links: [StandaloneLink] = []

    /// - Parameter timeout: after how many milliseconds of silence a server is thought dead: so many that none is on a busy machine.
    init(timeout: Int = 15_000) throws {
        servers = try (0..<6).map { _ in
            try TestServer([
                "--cluster-enabled", "yes", "--cluster-node-timeout", "\(timeout)", "--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0",
            ])
        }
        for (index, slots) in [(0, "0 5460"), (1, "5461 10922"), (2, "10923 16383")] {
            _ = try cli(index, "CLUSTER ADDSLOTSRANGE \(slots)")
        }
        for (index, server) in servers.enumerated() {
            _ = try cli(index, "CLUSTER SET-CONFIG-EPOCH \(index + 1)")
            if index > 0 { _ = try cli(0, "CLUSTER MEET 127.0.0.1 \(server.port)") }
        }
        try wait("servers to know each other", seconds: 60) { try (0..<6).allSatisfy { try cli($0, "CLUSTER INFO").contains("cluster_known_nodes:6") } }
        for index in 3..<6 {
            let master = try id(index - 3)
            try wait("a replica", seconds: 60) { try cli(index, "CLUSTER REPLICATE \(master)").contains("OK") }
        }
        try wait("the cluster", seconds: 60) {
            try (0..<6).allSatisfy { try cli($0, "CLUSTER INFO").contains("cluster_state:ok") }
                && (3..<6).allSatisfy { try cli($0, "INFO replication").contains("master_link_status:up") }
        }
    }

    func id(_ index: Int) throws -> String { try cli(index, "CLUSTER MYID").trimmingCharacters(in: .whitespacesAndNewlines) }

    @discardableResult
    func cli(_ index: Int, _ command: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: TestServer.program!.replacing("redis-server", with: "redis-cli"))
        process.arguments = ["-p", "\(servers[index].port)"] + command.split(separator: " ").map(String.init)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    func link() throws -> any RedisLink {
        var configuration = try RedisConfiguration(url: "redis-cluster://localhost:\(servers[0].port),127.0.0.1:\(servers[1].port)")
        configuration.replyTimeoutMilliseconds = 8_000
        configuration.reconnectMillisecondsMax = 200
        let link = configuration.makeLink()
        try link.connect()
        return link
    }
}

@Suite(.enabled(if: TestServer.isAvailable, TestServer.skipReason), .serialized)
struct ClusterLinkTests {
    @Test func commandsGoWhereTheirKeysAre() throws {
        let cluster = try TestCluster()
        let link = try cluster.link()
        #expect(link.failure == nil && link.epoch > 0)
        let answers = try link.ask { c in
            for index in 0..<300 { c.append("key\(index)", "value\(index)") }
            // Strings of many servers' replies come in between each other's.
            for index in 0..<300 { for part in 0..<40 { c.push("log\(index)", "\(index) \(part);") } }
            for index in 0..<300 { c.range("log\(index)") }
            for index in stride(from: 0, to: 300, by: 3) { c.get("key\(index)", "none", "key\(index + 1)") }
            c.command(["RENAME", "{t}a", "{t}b"], key: 1)
            c.command(["PING"])
        }
        var expected: [Answer] = (0..<300).map { .integer(Int64("value\($0)".count)) }
        for _ in 0..<300 { expected += (1...40).map { .integer($0) } }
        for index in 0..<300 { expected.append(.array((0..<40).map { .bulk("\(index) \($0);") })) }
        for index in stride(from: 0, to: 300, by: 3) { expected += [.bulk("value\(index)"), .missing, .bulk("value\(index + 1)")] }
        expected += [.error(.other), .status("PONG")]
        #expect(answers == expected)
    }

    /// A slot is moved, key by key, while several batches are under way: nothing is lost, and each key's values are in order.
    @Test func aSlotMovesUnderLoad() throws {
        let cluster = try TestCluster()
        let link = try cluster.link()
        let keys = (0..<20).map { "{moving}\($0)" }
        let slot = "moving".raw(KeySlot.of)
        let source = slot <= 5460 ? 0 : slot <= 10922 ? 1 : 2
        let target = (source + 1) % 3
        var round = 0
        var tickets: [(ticket: Int, round: Int)] = []
        func load(_ count: Int) throws {
            for _ in 0..<count {
                var commands = CommandBuffer()
                for key in keys + ["still"] { for part in 0..<2 { commands.append(key, String(format: "%06d", round * 2 + part)) } }
                tickets.append((link.send(commands), round))
                round += 1
                if tickets.count > 4 { try take() }
            }
        }
        func take() throws {
            let (ticket, round) = tickets.removeFirst()
            let expected: [Answer] = (keys + ["still"]).flatMap { _ in [.integer(Int64(round * 12 + 6)), .integer(Int64(round * 12 + 12))] }
            #expect(try link.take(ticket) == expected, "round \(round)")
        }
        try load(20)
        let epoch = link.epoch
        try cluster.cli(target, "CLUSTER SETSLOT \(slot) IMPORTING \(cluster.id(source))")
        try cluster.cli(source, "CLUSTER SETSLOT \(slot) MIGRATING \(cluster.id(target))")
        for key in keys {
            try load(3)
            #expect(try cluster.cli(source, "MIGRATE 127.0.0.1 \(cluster.servers[target].port) \(key) 0 10000").contains("OK"))
        }
        try load(10)
        let id = try cluster.id(target)
        try cluster.cli(target, "CLUSTER SETSLOT \(slot) NODE \(id)")
        try cluster.cli(source, "CLUSTER SETSLOT \(slot) NODE \(id)")
        try load(20)
        while !tickets.isEmpty { try take() }
        #expect(link.epoch > epoch)
        #expect(link.isConnected)
        let whole = (0..<(round * 2)).map { String(format: "%06d", $0) }.joined()
        #expect(try link.ask { for key in keys { $0.get(key) } } == keys.map { _ in .bulk(whole) })
    }

    @Test func aKilledMastersReplicaTakesOver() throws {
        let cluster = try TestCluster(timeout: 1_000)
        let link = try cluster.link()
        func fill(_ commands: inout CommandBuffer) { for index in 0..<100 { commands.append("key\(index)", "v") } }
        let before = try link.ask(fill)
        #expect(before.allSatisfy { $0 == .integer(1) })
        let epoch = link.epoch
        cluster.servers[1].stop()
        var sawLost = false
        try wait("the replica to take over", seconds: 40) {
            let answers = try link.ask(fill)
            sawLost = sawLost || answers.contains(.lost)
            link.maintain(timeoutMilliseconds: 20)
            return link.isConnected && answers.allSatisfy { if case .integer = $0 { true } else { false } }
        }
        #expect(sawLost)
        #expect(link.epoch > epoch && link.failure == nil)
    }

    @Test func withoutServersEverythingIsLost() throws {
        let link = try RedisConfiguration(url: "redis-cluster://127.0.0.1:\(FreePort.find()),127.0.0.1:\(FreePort.find())").makeLink()
        link.maintain(timeoutMilliseconds: 20)
        #expect(
            try link.ask {
                $0.append("k", "v"); $0.get("a", "b"); $0.command(["PING"])
            } == [.lost, .lost, .lost, .lost])
        #expect(link.failure?.kind == .unreachable && !link.isConnected)
    }
}
