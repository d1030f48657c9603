import Testing

@testable import RedisStore

/// What a test compares replies by.
enum Answer: Equatable {
    case lost, missing
    case integer(Int64)
    case bulk(String)
    case status(String)
    case error(ReplyErrorCode)
    indirect case array([Answer])
}

extension ReplyBuffer {
    func answer(_ index: Int) -> Answer {
        let reply = self[index]
        return switch reply.kind {
        case .lost: .lost
        case .missing: .missing
        case .integer: .integer(reply.integer)
        case .bulk: .bulk(reply.text)
        case .status: .status(reply.text)
        case .error: .error(reply.errorCode)
        case .array: .array(elements(of: index).map(answer))
        }
    }

    var answers: [Answer] { (0..<count).map(answer) }
}

extension String {
    /// Its bytes, for the time of a call.
    func raw<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { Array(utf8).withUnsafeBytes(body) }
}

/// What links are tested with; journals need less.
extension CommandBuffer {
    mutating func append(_ key: String, _ value: String) { command(["APPEND", key, value], key: 1) }

    mutating func push(_ key: String, _ value: String) { key.raw { key in value.raw { push(key: key, value: $0) } } }

    mutating func range(_ key: String, _ from: Int = 0, _ through: Int = -1) { key.raw { range(key: $0, from: from, through: through) } }

    mutating func set(_ key: String, _ value: String) { command(["SET", key, value], key: 1) }

    mutating func get(_ keys: String...) { for key in keys { command(["GET", key], key: 1) } }

    var text: String { String(decoding: bytes.bytes, as: UTF8.self) }
}

extension RedisLink {
    /// Sends and waits for all replies.
    func ask(within milliseconds: Int32 = 10_000, _ fill: (inout CommandBuffer) -> Void) throws -> [Answer] {
        var commands = CommandBuffer()
        fill(&commands)
        return try take(send(commands), within: milliseconds)
    }

    func take(_ ticket: Int, within milliseconds: Int32 = 10_000) throws -> [Answer] {
        let replies = ReplyBuffer()
        guard receive(ticket, into: replies, timeoutMilliseconds: milliseconds) else { throw TimedOut(description: "ticket \(ticket)") }
        return replies.answers
    }

    func connect(seconds: Double = 20) throws {
        try wait("a connection, \(failure.map(String.init(describing:)) ?? "no failure")", seconds: seconds) {
            maintain(timeoutMilliseconds: 20)
            return isConnected
        }
    }
}
