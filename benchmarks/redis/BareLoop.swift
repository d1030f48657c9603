internal import CHiredis
internal import Glibc

/// What hiredis can do: a batch of commands that add to logs is queued, then their replies are awaited.
final class BareLoop {
    /// To a string, the cheapest way in Redis to add to something; or to a list, as Vane does it.
    enum Adding: String {
        case append = "APPEND"
        case push = "RPUSH"
    }

    private let context: UnsafeMutablePointer<redisContext>
    private let name: UnsafePointer<CChar>
    private let nameLength: Int

    init(_ context: UnsafeMutablePointer<redisContext>, database: Int, by adding: Adding = .append) {
        self.context = context
        name = UnsafePointer(strdup(adding.rawValue))
        nameLength = adding.rawValue.utf8.count
        freeReplyObject(withVaList([]) { redisvCommand(context, "SELECT \(database)", $0) })
    }

    convenience init(_ server: RedisServer, database: Int, by adding: Adding = .append, overTCP: Bool = false) {
        self.init(overTCP ? redisConnect("127.0.0.1", Int32(server.port))! : redisConnectUnix(server.path)!, database: database, by: adding)
    }

    deinit {
        redisFree(context)
        free(UnsafeMutablePointer(mutating: name))
    }

    func run(_ commands: Commands) {
        commands.bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in for batch in commands.batches { send(batch, bytes.baseAddress!) } }
        }
    }

    /// One batch, there and back.
    func run(_ batch: [Commands.Push], of commands: Commands) {
        commands.bytes.withUnsafeBufferPointer { bytes in bytes.withMemoryRebound(to: CChar.self) { send(batch, $0.baseAddress!) } }
    }

    @inline(__always) private func send(_ batch: [Commands.Push], _ bytes: UnsafePointer<CChar>) {
        for push in batch {
            var arguments: (UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?) = (
                name, bytes + push.key.lowerBound, bytes + push.value.lowerBound
            )
            var lengths = (nameLength, push.key.count, push.value.count)
            withUnsafeMutableBytes(of: &arguments) { arguments in
                withUnsafeBytes(of: &lengths) { lengths in
                    _ = redisAppendCommandArgv(
                        context, 3, arguments.baseAddress!.assumingMemoryBound(to: UnsafePointer<CChar>?.self),
                        lengths.baseAddress!.assumingMemoryBound(to: Int.self))
                }
            }
        }
        for _ in batch.indices {
            var reply: UnsafeMutableRawPointer?
            precondition(redisGetReply(context, &reply) == REDIS_OK)
            freeReplyObject(reply)
        }
    }

    /// Bytes that all keys of a pattern take.
    func memory(ofKeys pattern: String) -> Double {
        let script = """
            local sum = 0
            for _, key in ipairs(redis.call('KEYS', ARGV[1])) do sum = sum + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0) end
            return sum
            """
        let reply = script.withCString { script in
            pattern.withCString { pattern in withVaList([script, pattern]) { redisvCommand(context, "EVAL %s 0 %s", $0) } }
        }!.assumingMemoryBound(to: redisReply.self)
        defer { freeReplyObject(reply) }
        precondition(reply.pointee.type == REDIS_REPLY_INTEGER)
        return Double(reply.pointee.integer)
    }
}
