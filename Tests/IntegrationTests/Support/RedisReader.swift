import Glibc
import Testing

/// Asks a Redis what it holds, byte by byte: redis-cli prints what it takes for text.
final class RedisReader {
    private let socket: Int32
    private var buffer: [UInt8] = []
    private var position = 0

    init(_ server: RedisServer) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeBytes(of: &address) { connect(socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length) }
        try #require(code == 0, "there is a Redis at \(server.url)")
    }

    deinit { close(socket) }

    struct Refusal: Error { let text: String }

    /// All keys that begin with a text, in order.
    func keys(_ prefix: String) throws -> [String] {
        try ask(["KEYS", prefix + "*"]).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    /// The elements of a list; empty where there is none.
    func list(_ key: String) throws -> [[UInt8]] { try ask(["LRANGE", key, "0", "-1"]) }

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
}
