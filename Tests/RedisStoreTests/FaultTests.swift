import Glibc
import Synchronization
import Testing

@testable import RedisStore

/// A server that greets as Redis does and then sends whatever a test wants.
private final class OddServer: Sendable {
    let port: UInt16
    private let listening: Int32
    private let connection = Mutex<Int32>(-1)

    static let greeting =
        "*6\r\n$7\r\nversion\r\n$5\r\n7.0.0\r\n$4\r\nrole\r\n$6\r\nmaster\r\n" + "$4\r\nmode\r\n$10\r\nstandalone\r\n+PONG\r\n"

    init() {
        (listening, port) = Plug.listen()
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(listening, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        connection.withLock { if $0 >= 0 { close($0) } }
        close(listening)
    }

    /// Waits for a connection, whose greeting it answers.
    func accept(_ greeting: String = OddServer.greeting) throws {
        let socket = Glibc.accept(listening, nil, nil)
        if socket < 0 { throw TimedOut(description: "waited for a connection") }
        connection.withLock {
            if $0 >= 0 { close($0) }
            $0 = socket
        }
        send(greeting)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        let socket = connection.withLock { $0 }
        _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func hangUp() {
        connection.withLock {
            // A process that another test has started meanwhile may have it open, too.
            shutdown($0, Int32(SHUT_RDWR))
            close($0)
            $0 = -1
        }
    }

    func link(timeoutMilliseconds: Int32 = 10_000) -> StandaloneLink {
        var configuration = RedisConfiguration(address: .tcp(host: "127.0.0.1", port: port))
        configuration.replyTimeoutMilliseconds = timeoutMilliseconds
        configuration.connectTimeoutMilliseconds = timeoutMilliseconds
        configuration.reconnectMillisecondsMax = 50
        return StandaloneLink(configuration)
    }
}

struct FaultTests {
    private func batch() -> CommandBuffer {
        var commands = CommandBuffer()
        commands.append("k", "v")
        commands.command(["MGET", "a", "b"], key: 1)
        commands.command(["KEYS", "*"])
        return commands
    }

    /// What is sent for a batch of an APPEND, an MGET and a KEYS; then the server hangs up, or stays silent.
    @Test(
        arguments: [
            ("", [.lost, .lost, .lost], .closed), (":", [.lost, .lost, .lost], .closed),
            (":1\r\n*2\r\n$1\r\na\r\n", [.integer(1), .lost, .lost], .closed),
            (":1\r\n*2\r\n$1\r\na\r\n$-1\r\n*2\r\n+a\r\n", [.integer(1), .array([.bulk("a"), .missing]), .lost], .closed),
            (":1\r\n-LOADING wait\r\n-ERR x\r\n", [.integer(1), .error(.loading), .error(.other)], .closed),
            (":1\r\n*-1\r\n*-1\r\n", [.integer(1), .missing, .missing], .closed),
            (":1\r\n$5\r\nab", [.integer(1), .lost, .lost], .closed),
            (":1\r\n*3\r\n:1\r\n:2\r\n:3\r\n", [.integer(1), .array([.integer(1), .integer(2), .integer(3)]), .lost], .closed),
            (":1\r\n:2\r\n", [.integer(1), .integer(2), .lost], .closed), (":1\r\n+OK\r\n", [.integer(1), .status("OK"), .lost], .closed),
            ("garbage\r\n", [.lost, .lost, .lost], .malformed), ("\0\0\0\0", [.lost, .lost, .lost], .malformed),
            ("$999999999999\r\nabc", [.lost, .lost, .lost], .malformed), ("$67108865\r\n", [.lost, .lost, .lost], .malformed),
            ("$-5\r\n", [.lost, .lost, .lost], .malformed), ("$9223372036854775807\r\n", [.lost, .lost, .lost], .malformed),
            ("$99999999999999999999999\r\n", [.lost, .lost, .lost], .malformed),
            (":1\r\n*2147483647\r\n", [.integer(1), .lost, .lost], .malformed),
            (":1\r\n*2\r\n+a\r\n+b\r\n*2147483647\r\n", [.integer(1), .array([.status("a"), .status("b")]), .lost], .malformed),
            (":1\r\n*2\r\n+a\r\n+b\r\n*4194305\r\n", [.integer(1), .array([.status("a"), .status("b")]), .lost], .malformed),
            (":1\r\n*2\r\n+a\r\n+b\r\n" + String(repeating: "*1\r\n", count: 20), [.integer(1), .array([.status("a"), .status("b")]), .lost], .malformed),
            (":1\r\n*2\r\n+a\r\n+b\r\n*0\r\n:9\r\n", [.integer(1), .array([.status("a"), .status("b")]), .array([])], .malformed),
        ] as [(String, [Answer], RedisFailure.Kind)])
    func badReplies(text: String, expected: [Answer], kind: RedisFailure.Kind) throws {
        let server = OddServer()
        let link = server.link()
        link.maintain(timeoutMilliseconds: 0)
        try server.accept()
        try link.connect()
        let ticket = link.send(batch())
        server.send(text)
        if kind == .closed { server.hangUp() }
        #expect(try link.take(ticket) == expected)
        try wait("the failure") {
            link.maintain(timeoutMilliseconds: 0)
            return link.failure != nil
        }
        #expect(link.failure?.kind == kind, "\(String(describing: link.failure))")
        try wait("another attempt") {
            link.maintain(timeoutMilliseconds: 10)
            return link.failure == nil || !link.isConnected
        }
    }

    /// A reply that comes byte by byte is the same reply.
    @Test func repliesInPieces() throws {
        let server = OddServer()
        let link = server.link()
        link.maintain(timeoutMilliseconds: 0)
        try server.accept()
        try link.connect()
        let ticket = link.send(batch())
        for character in ":12\r\n*2\r\n$3\r\nabc\r\n$-1\r\n*2\r\n*1\r\n:-7\r\n$2\r\n\r\n\r\n".unicodeScalars {
            #expect(!link.receive(ticket, into: ReplyBuffer(), timeoutMilliseconds: 0))
            server.send(String(character))
        }
        #expect(try link.take(ticket) == [.integer(12), .array([.bulk("abc"), .missing]), .array([.array([.integer(-7)]), .bulk("\r\n")])])
    }

    @Test func silenceInTheMiddleOfAReplyTimesOut() throws {
        let server = OddServer()
        let link = server.link(timeoutMilliseconds: 300)
        link.maintain(timeoutMilliseconds: 0)
        try server.accept()
        try link.connect()
        let ticket = link.send(batch())
        server.send(":1\r\n*2\r\n$1\r\na")
        #expect(try link.take(ticket) == [.integer(1), .lost, .lost])
        #expect(link.failure?.kind == .timedOut)
    }

    @Test(
        arguments: [
            ("", .timedOut), ("garbage\r\n", .malformed), ("+OK\r\n+PONG\r\n", .malformed), ("-ERR unknown command `HELLO`\r\n-ERR x\r\n", .unsuitable),
            ("*0\r\n+PONG\r\n", .unsuitable), (OddServer.greeting.replacing("7.0.0", with: "5.0.9"), .unsuitable),
            (OddServer.greeting.replacing("+PONG", with: "-LOADING x"), .loading), (OddServer.greeting.replacing("+PONG", with: "-MASTERDOWN x"), .readOnly),
            (OddServer.greeting.replacing("$6\r\nmaster", with: "$7\r\nreplica"), .readOnly),
        ] as [(String, RedisFailure.Kind)])
    func badGreetings(text: String, kind: RedisFailure.Kind) throws {
        let server = OddServer()
        let link = server.link(timeoutMilliseconds: 300)
        link.maintain(timeoutMilliseconds: 0)
        try server.accept(text)
        try wait("the failure") {
            link.maintain(timeoutMilliseconds: 10)
            return link.failure != nil
        }
        #expect(link.failure?.kind == kind, "\(String(describing: link.failure))")
        #expect(link.epoch == 0)
    }
}
