import Glibc
import TestSupport
import Testing

@testable import RedisStore

@Suite(.enabled(if: TestServer.isAvailable, TestServer.skipReason))
struct StandaloneLinkTests {
    private func configuration(_ server: TestServer, replyTimeout: Int32 = 5_000) -> RedisConfiguration {
        var configuration = RedisConfiguration(address: server.address)
        configuration.replyTimeoutMilliseconds = replyTimeout
        configuration.reconnectMillisecondsMax = 100
        configuration.refusedMilliseconds = 100
        return configuration
    }

    /// Every command, over TCP, over the socket, and by name.
    @Test(arguments: ["tcp", "socket", "name"])
    func commandsHaveTheirReplies(transport: String) throws {
        let server = try TestServer()
        let url =
            switch transport {
            case "tcp": "redis://127.0.0.1:\(server.port)/2"
            case "name": "redis://localhost:\(server.port)/2"
            default: "redis-socket://\(server.socket)?db=2"
            }
        var configuration = try RedisConfiguration(url: url)
        configuration.replyTimeoutMilliseconds = 10_000
        configuration.connectTimeoutMilliseconds = 10_000
        let link = configuration.makeLink()
        #expect(link.epoch == 0 && !link.isConnected)
        try link.connect()
        #expect(link.epoch == 1 && link.failure == nil)
        let answers = try link.ask { c in
            c.push("k", "abc")
            c.push("k", "\u{0}\r\n")
            c.push("k", "")
            c.range("k", 1)
            c.range("k", 0, 0)
            c.range("none")
            "k".raw { c.expire(key: $0, milliseconds: 100_000) }
            "none".raw { c.expire(key: $0, milliseconds: 100_000) }
            c.get("k", "none")
            c.set("s", "abcdefg")
            c.push("s", "x")
            c.range("s")
            c.command(["RENAME", "none", "m"], key: 1)
            c.command(["MGET", "s", "none", "k"])
            c.command(["EVAL", "return {1,{'a',{2}},{},false,'b'}", "0"])
            c.command(["ECHO", "text"])
            c.command(["DBSIZE"])
        }
        #expect(
            answers == [
                .integer(1), .integer(2), .integer(3), .array([.bulk("\u{0}\r\n"), .bulk("")]), .array([.bulk("abc")]), .array([]), .integer(1), .integer(0),
                .error(.wrongType), .missing, .status("OK"), .error(.wrongType), .error(.wrongType), .error(.other),
                .array([.bulk("abcdefg"), .missing, .missing]),
                .array([.integer(1), .array([.bulk("a"), .array([.integer(2)])]), .array([]), .missing, .bulk("b")]),
                .bulk("text"), .integer(2),
            ])
    }

    @Test func anEmptyBatchIsDoneAtOnce() throws {
        let server = try TestServer()
        let link = StandaloneLink(configuration(server))
        try link.connect()
        #expect(try link.ask { _ in } == [])
    }

    /// Many batches under way, received in another order than sent, with values longer than what is read at once.
    @Test func batchesUnderWayKeepTheirReplies() throws {
        let server = try TestServer()
        let link = StandaloneLink(configuration(server))
        try link.connect()
        var tickets: [Int] = []
        for batch in 0..<40 {
            var commands = CommandBuffer()
            for index in 0..<50 {
                commands.set("key\(batch).\(index)", String(repeating: "\(index % 10)", count: index * 97))
                commands.get("key\(batch).\(index)", "none")
            }
            tickets.append(link.send(commands))
        }
        #expect(tickets == Array(1...40))
        for ticket in tickets.reversed() {
            let expected = (0..<50).flatMap { [.status("OK"), .bulk(String(repeating: "\($0 % 10)", count: $0 * 97)), .missing] as [Answer] }
            #expect(try link.take(ticket) == expected)
        }
    }

    /// More than sockets hold, both ways, while nobody reads.
    @Test func sendingNeverBlocks() throws {
        let server = try TestServer()
        let link = StandaloneLink(configuration(server))
        try link.connect()
        let large = String(repeating: "v", count: 1 << 20)
        var tickets: [Int] = []
        for index in 0..<24 {
            var commands = CommandBuffer()
            commands.set("large\(index)", large)
            commands.get("large\(index)")
            tickets.append(link.send(commands))
        }
        for ticket in tickets { #expect(try link.take(ticket) == [.status("OK"), .bulk(large)]) }
    }

    @Test func waitsNoLongerThanItSays() throws {
        let server = try TestServer()
        let link = StandaloneLink(configuration(server, replyTimeout: 60_000))
        try link.connect()
        var commands = CommandBuffer()
        commands.command(["BLPOP", "nothing", "0"])
        let ticket = link.send(commands)
        let began = MonotonicClock.milliseconds()
        #expect(!link.receive(ticket, into: ReplyBuffer(), timeoutMilliseconds: 0))
        #expect(!link.receive(ticket, into: ReplyBuffer(), timeoutMilliseconds: 30))
        let took = MonotonicClock.milliseconds() - began
        #expect(took >= 30 && took < 20_000, "\(took) ms")
        var descriptors: [pollfd] = []
        #expect(link.appendDescriptors(to: &descriptors) > 0)
        #expect(descriptors.count == 1 && poll(&descriptors, 1, 0) == 0)
        let other = StandaloneLink(configuration(server))
        try other.connect()
        _ = try other.ask { $0.command(["LPUSH", "nothing", "x"]) }
        #expect(poll(&descriptors, 1, 5_000) == 1)
        #expect(try link.take(ticket) == [.array([.bulk("nothing"), .bulk("x")])])
    }

    @Test func withoutAServerEverythingIsLostAtOnce() throws {
        let link = StandaloneLink(RedisConfiguration(address: .tcp(host: "127.0.0.1", port: FreePort.find())))
        #expect(
            try link.ask {
                $0.append("k", "v"); $0.get("a", "b")
            } == [.lost, .lost, .lost])
        #expect(link.failure?.kind == .unreachable && !link.isConnected && link.epoch == 0)
        let nameless = StandaloneLink(RedisConfiguration(address: .tcp(host: "no-such-host.invalid", port: 1)))
        try wait("the name to be looked up") {
            nameless.maintain(timeoutMilliseconds: 10)
            return nameless.failure != nil
        }
        #expect(nameless.failure?.kind == .unreachable || nameless.failure?.kind == .timedOut)
        let socketless = StandaloneLink(RedisConfiguration(address: .unix(path: "/tmp/vane-no-such-socket")))
        socketless.maintain(timeoutMilliseconds: 0)
        #expect(socketless.failure?.kind == .unreachable)
    }

    @Test func connectsOnceTheServerIsThere() throws {
        let port = FreePort.find()
        var configuration = RedisConfiguration(address: .tcp(host: "127.0.0.1", port: port))
        configuration.reconnectMillisecondsMax = 100
        let link = StandaloneLink(configuration)
        link.maintain(timeoutMilliseconds: 30)
        #expect(!link.isConnected)
        let server = try TestServer(port: port)
        try link.connect()
        #expect(link.epoch == 1)
        #expect(try link.ask { $0.append("k", "v") } == [.integer(1)])
        withExtendedLifetime(server) {}
    }

    @Test func passwordsAndUsers() throws {
        let server = try TestServer(
            "--requirepass right --user vane on >secret ~vane:* &* +@all --user weak on >secret ~* +get".split(separator: " ").map(String.init))
        var configuration = configuration(server)
        func failure(user: String?, password: String?) throws -> RedisFailure {
            configuration.user = user
            configuration.password = password
            let link = StandaloneLink(configuration)
            try wait("a refusal") {
                link.maintain(timeoutMilliseconds: 20)
                return link.failure != nil
            }
            #expect(try link.ask { $0.append("k", "v") } == [.lost])
            return link.failure!
        }
        #expect(try failure(user: nil, password: nil).reason == "it wants a password")
        #expect(try failure(user: nil, password: "wrong").reason == "user or password is wrong")
        let wrong = try failure(user: "nobody", password: "right")
        #expect(wrong.kind == .authentication && !wrong.description.contains("right"))
        for (user, password) in [(nil, "right"), ("vane", "secret")] {
            configuration.user = user
            configuration.password = password
            let link = StandaloneLink(configuration)
            try link.connect()
            #expect(try link.ask { $0.append("vane:\(user ?? "")", "v") } == [.integer(1)])
            if user != nil { #expect(try link.ask { $0.append("other", "v") } == [.error(.noPermission)]) }
        }
        // A user who may not PING, which only tells whether the server is loading.
        configuration.user = "weak"
        configuration.password = "secret"
        let weak = StandaloneLink(configuration)
        try weak.connect()
        #expect(try weak.ask { $0.append("k", "v") } == [.error(.noPermission)])
        configuration.database = 1
        let weaker = StandaloneLink(configuration)
        try wait("a refusal") {
            weaker.maintain(timeoutMilliseconds: 20)
            return weaker.failure != nil
        }
        #expect(weaker.failure?.kind == .authentication)
    }

    @Test func aWrongPasswordIsTriedAgainSlowly() throws {
        let server = try TestServer(["--requirepass", "old"])
        var configuration = configuration(server)
        configuration.password = "new"
        configuration.refusedMilliseconds = 300
        let link = StandaloneLink(configuration)
        configuration.password = "old"
        let operatorLink = StandaloneLink(configuration)
        try operatorLink.connect()
        func refusals() throws -> Int64 {
            let answers = try operatorLink.ask {
                $0.command(["EVAL", "return tonumber(string.match(redis.call('INFO', 'errorstats'), 'errorstat_WRONGPASS:count=(%d+)') or '0')", "0"])
            }
            guard case .integer(let count) = answers[0] else { throw TimedOut(description: "a number: \(answers)") }
            return count
        }
        let began = MonotonicClock.milliseconds()
        try wait("some refusals") {
            link.maintain(timeoutMilliseconds: 10)
            return try refusals() >= 4
        }
        #expect(MonotonicClock.milliseconds() - began >= 3 * 300)
        _ = try operatorLink.ask { $0.command(["CONFIG", "SET", "requirepass", "new"]) }
        try link.connect()
    }

    @Test func whatCannotServeIsSaid() throws {
        let master = try TestServer()
        let replica = try TestServer(["--replicaof", "127.0.0.1", "\(master.port)"])
        let member = try TestServer(["--cluster-enabled", "yes"])
        func failure(_ server: TestServer, database: Int = 0) throws -> RedisFailure? {
            var configuration = configuration(server)
            configuration.database = database
            let link = StandaloneLink(configuration)
            try wait("a refusal") {
                link.maintain(timeoutMilliseconds: 20)
                return link.failure != nil
            }
            return link.failure
        }
        #expect(try failure(replica)?.kind == .readOnly)
        #expect(try failure(member)?.kind == .unsuitable)
        #expect(try failure(master, database: 99)?.kind == .unsuitable)
    }

    /// A master that becomes a replica, and one again.
    @Test func aRoleThatChangesIsNoticed() throws {
        let other = try TestServer()
        let server = try TestServer()
        let link = StandaloneLink(configuration(server))
        try link.connect()
        let operatorLink = StandaloneLink(configuration(server))
        try operatorLink.connect()
        #expect(try operatorLink.ask { $0.command(["REPLICAOF", "127.0.0.1", "\(other.port)"]) } == [.status("OK")])
        try wait("writes to be refused") { try link.ask { $0.append("k", "v") } == [.error(.readOnly)] }
        #expect(link.failure?.kind == .readOnly && !link.isConnected)
        #expect(try operatorLink.ask { $0.command(["REPLICAOF", "NO", "ONE"]) } == [.status("OK")])
        try link.connect()
        #expect(link.epoch == 2)
        #expect(try link.ask { $0.append("k2", "v") } == [.integer(1)])
    }

    @Test func loadingIsWaitedFor() throws {
        let server = try TestServer(["--enable-debug-command", "yes", "--key-load-delay", "1500", "--loading-process-events-interval-bytes", "1024"])
        var configuration = configuration(server)
        configuration.connectTimeoutMilliseconds = 10_000
        let link = StandaloneLink(configuration)
        try link.connect()
        for start in stride(from: 0, to: 4_000, by: 1_000) {
            _ = try link.ask { for index in start..<(start + 1_000) { $0.set("key\(index)", String(repeating: "v", count: 100)) } }
        }
        var reload = CommandBuffer()
        reload.command(["DEBUG", "RELOAD"])
        let ticket = link.send(reload)
        _ = link.receive(ticket, into: ReplyBuffer(), timeoutMilliseconds: 0)
        let second = StandaloneLink(configuration)
        try wait("the server to say that it is loading") {
            second.maintain(timeoutMilliseconds: 20)
            return second.failure?.kind == .loading
        }
        try second.connect()
        #expect(try second.ask { $0.command(["DBSIZE"]) } == [.integer(4_000)])
    }

    @Test func aServerKilledMidBatchLosesTheRest() throws {
        let server = try TestServer(["--enable-debug-command", "yes"])
        let link = StandaloneLink(configuration(server))
        try link.connect()
        var commands = CommandBuffer()
        for _ in 0..<3 { commands.append("k", "v") }
        commands.command(["DEBUG", "SLEEP", "20"])
        commands.append("k", "v")
        commands.get("a", "b")
        let ticket = link.send(commands)
        #expect(!link.receive(ticket, into: ReplyBuffer(), timeoutMilliseconds: 50))
        server.stop()
        let answers = try link.take(ticket)
        #expect(answers.suffix(4) == [.lost, .lost, .lost, .lost])
        #expect(!link.isConnected)
        try server.start()
        try link.connect()
        #expect(link.epoch == 2 && link.failure == nil)
        #expect(try link.ask { $0.append("k", "v") } == [.integer(1)])
    }

    /// SIGSTOP, and CLIENT PAUSE.
    @Test(arguments: [true, false])
    func aServerThatHangsTimesOut(stopped: Bool) throws {
        let server = try TestServer()
        let link = StandaloneLink(configuration(server, replyTimeout: 1_000))
        try link.connect()
        if stopped { server.signal(SIGSTOP) } else { #expect(try link.ask { $0.command(["CLIENT", "PAUSE", "5000"]) } == [.status("OK")]) }
        let began = MonotonicClock.milliseconds()
        #expect(
            try link.ask {
                $0.append("k", "v"); $0.append("k", "v")
            } == [.lost, .lost])
        let took = MonotonicClock.milliseconds() - began
        #expect(took >= 1_000 && took < 20_000, "\(took) ms")
        #expect(link.failure?.kind == .timedOut && !link.isConnected)
        #expect(try link.ask(within: 1_000) { $0.append("k", "v") } == [.lost])
        if stopped { server.signal(SIGCONT) }
        try link.connect()
        #expect(link.epoch == 2)
        guard case .integer = try link.ask({ $0.append("k", "v") })[0] else { throw TimedOut(description: "an integer") }
    }

    @Test func aQuietConnectionThatBreaksIsNoticed() throws {
        let server = try TestServer()
        let link = StandaloneLink(configuration(server))
        try link.connect()
        server.stop()
        link.maintain(timeoutMilliseconds: 5_000)
        #expect(!link.isConnected)
        try server.start()
        try link.connect()
        #expect(link.epoch == 2)
    }
}
