import Glibc
import Testing

/// A redis-server of a test's own, on a free port, without persistence; with a connection to ask it what it holds.
final class JournalServer {
    static let isAvailable = program != nil
    static let skipReason: Comment = "no redis-server in PATH"
    private static let program: String? = (Places.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        .map { "\($0)/redis-server" }.first { access($0, X_OK) == 0 }

    let port: UInt16
    private let folder = Folder()
    private let process: Child
    private let socket: Int32
    private var buffer: [UInt8] = []
    private var position = 0

    var url: String { "redis://127.0.0.1:\(port)" }

    init() throws {
        // Another program may take the port between our look and the server's; then the next one is tried.
        for attempt in 0... {
            let port = Self.freePort()
            let process = try Child(
                ["--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder.path, "--save", "", "--appendonly", "no"], executable: Self.program!)
            if process.output.wait(within: patience, until: { $0.isClosed || $0.count(of: "Ready to accept connections") > 0 }),
                !process.output.snapshot.isClosed, let socket = Self.connect(port)
            {
                (self.port, self.process, self.socket) = (port, process, socket)
                return
            }
            try #require(attempt < 5, "redis-server does not start: \(process.output.text) \(process.errors.text)")
        }
        fatalError("unreachable")
    }

    deinit { close(socket) }

    struct Refusal: Error { let text: String }

    /// All keys that begin with a text, in order.
    func keys(_ prefix: String) throws -> [String] {
        try ask(["KEYS", prefix + "*"]).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    /// The value of a key; empty where there is none.
    func value(_ key: String) throws -> [UInt8] { try ask(["GET", key]).first ?? [] }

    /// Sends a command and reads its reply, a list or a single value.
    private func ask(_ words: [String]) throws -> [[UInt8]] {
        var request = "*\(words.count)\r\n"
        for word in words { request += "$\(word.utf8.count)\r\n\(word)\r\n" }
        let bytes = Array(request.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Refusal(text: "the connection broke") }
            sent += count
        }
        return try reply()
    }

    private func reply() throws -> [[UInt8]] {
        let line = try readLine()
        let rest = String(decoding: line.dropFirst(), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "*"): return try (0..<(Int(rest) ?? 0)).flatMap { _ in try reply() }
        case UInt8(ascii: "$"):
            guard let count = Int(rest), count >= 0 else { return [] }
            while buffer.count - position < count + 2 { try fill() }
            defer { position += count + 2 }
            return [Array(buffer[position..<(position + count)])]
        case UInt8(ascii: "-"): throw Refusal(text: rest)
        default: return [Array(rest.utf8)]
        }
    }

    private func readLine() throws -> [UInt8] {
        while true {
            if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\r")), end + 1 < buffer.count {
                defer { position = end + 2 }
                return Array(buffer[position..<end])
            }
            try fill()
        }
    }

    private func fill() throws {
        buffer.removeFirst(position)
        position = 0
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count > 0 else { throw Refusal(text: "the connection broke") }
        buffer += chunk[..<count]
    }

    private static func freePort() -> UInt16 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        while true {
            // Below what the kernel gives to outgoing connections, so that none takes the port in between.
            let port = UInt16.random(in: 12_000..<32_000)
            if withAddress(port, { bind(socket, $0, $1) }) == 0 { return port }
        }
    }

    private static func connect(_ port: UInt16) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if withAddress(port, { Glibc.connect(socket, $0, $1) }) == 0 { return socket }
        close(socket)
        return nil
    }

    private static func withAddress(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafeBytes(of: &address) { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
    }
}
