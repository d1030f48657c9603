public import Glibc

/// The way to one server.
public final class StandaloneLink: RedisLink {
    private let connection: ServerConnection
    private var tickets = TicketTable()

    public init(_ configuration: RedisConfiguration) {
        precondition(configuration.addresses.count == 1 && !configuration.isCluster, "one server")
        connection = ServerConnection(configuration.addresses[0], configuration, keepsFinished: false)
    }

    public var epoch: UInt32 { connection.establishedCount }
    public var isConnected: Bool { connection.isReady }
    public var failure: RedisFailure? { connection.failure }

    public func send(_ commands: borrowing CommandBuffer) -> Int {
        let now = MonotonicClock.milliseconds()
        if !connection.isReady { connection.advance(now: now) }
        let isReady = connection.isReady
        let (ticket, storage) = unsafe tickets.open(count: commands.count, commands: isReady ? commands.count : 0)
        guard isReady else { return ticket }
        for slot in 0..<commands.count {
            connection.expect(unsafe ExpectedReply(storage: storage, slot: Int32(slot), ticket: ticket), now: now)
        }
        unsafe connection.send(commands.bytes.bytes, now: now)
        return ticket
    }

    public func receive(_ ticket: Int, into replies: ReplyBuffer, timeoutMilliseconds: Int32) -> Bool {
        var now = MonotonicClock.milliseconds()
        let deadline = now + Int64(timeoutMilliseconds)
        while true {
            connection.advance(now: now)
            if tickets.isDone(ticket) { break }
            guard now < deadline else { return false }
            Waiting.wait(for: connection, until: deadline, now: now)
            now = MonotonicClock.milliseconds()
        }
        tickets.close(ticket, into: replies)
        stepDownIfReadOnly(replies, now)
        return true
    }

    public func maintain(timeoutMilliseconds: Int32) {
        var now = MonotonicClock.milliseconds()
        let deadline = now + Int64(timeoutMilliseconds)
        let before = (isConnected, epoch)
        while true {
            connection.advance(now: now)
            guard now < deadline, (isConnected, epoch) == before else { return }
            Waiting.wait(for: connection, until: deadline, now: now)
            now = MonotonicClock.milliseconds()
        }
    }

    public func appendDescriptors(to descriptors: inout [pollfd]) -> Int32 {
        Waiting.append(connection, to: &descriptors, now: MonotonicClock.milliseconds())
    }

    /// A server that has become a replica refuses writes: it is greeted anew until it, or another behind its address, is a master.
    private func stepDownIfReadOnly(_ replies: ReplyBuffer, _ now: Int64) {
        guard connection.isReady, replies.hasError(.readOnly) else { return }
        connection.drop(.readOnly, "it has become a replica", now: now)
    }
}
