internal import Glibc
internal import RedisStore

/// RPUSHes, batch after batch, as they were sent through a link.
final class Commands {
    struct Push {
        var key: Range<Int>
        var value: Range<Int>
    }

    private(set) var bytes: [UInt8] = []
    private(set) var batches: [[Push]] = []

    func add(_ commands: borrowing CommandBuffer) {
        var batch: [Push] = []
        for command in 0..<commands.count {
            var arguments: [Range<Int>] = []
            commands.forEachArgument(of: command) {
                arguments.append(bytes.count..<(bytes.count + $0.count))
                bytes += $0
            }
            if bytes[arguments[0]].elementsEqual("RPUSH".utf8) { batch.append(Push(key: arguments[1], value: arguments[2])) }
        }
        if !batch.isEmpty { batches.append(batch) }
    }
}

/// A link that notes what goes through it.
final class RecordingLink: RedisLink {
    private let link: any RedisLink
    private var sent = Commands()

    init(_ link: any RedisLink) { self.link = link }

    /// What has been sent since it was last asked for.
    func takeSent() -> Commands {
        defer { sent = Commands() }
        return sent
    }

    func send(_ commands: borrowing CommandBuffer) -> Int {
        sent.add(commands)
        return link.send(commands)
    }

    func receive(_ ticket: Int, into replies: ReplyBuffer, timeoutMilliseconds: Int32) -> Bool {
        link.receive(ticket, into: replies, timeoutMilliseconds: timeoutMilliseconds)
    }

    func maintain(timeoutMilliseconds: Int32) { link.maintain(timeoutMilliseconds: timeoutMilliseconds) }
    var epoch: UInt32 { link.epoch }
    var isConnected: Bool { link.isConnected }
    var failure: RedisFailure? { link.failure }
    func appendDescriptors(to descriptors: inout [pollfd]) -> Int32 { link.appendDescriptors(to: &descriptors) }
}
