public import Glibc

/// The way to a Redis Cluster: each command goes to the master of its key's slot, and replies come back in the order of the commands.
///
/// Commands of one key keep their order, also while their slot moves: nothing of a slot is sent to another server as long as replies
/// of it are due. Commands that a server refuses because of the cluster's state (`MOVED`, `ASK`, `TRYAGAIN`, `CLUSTERDOWN`) had no effect and are sent
/// again within the reply timeout.
public final class ClusterLink: RedisLink {
    /// Between two questions for the slots, and before a command is tried again.
    static let refreshMilliseconds: Int64 = 100
    static let retryMilliseconds: Int64 = 20
    /// Replies of a server that tell of slots have far fewer.
    static let nodesMax = 4096

    let configuration: RedisConfiguration
    /// Servers by place; a place stays empty once its server has left.
    var nodes: [ServerConnection?] = []
    var places: [RedisAddress: Int32] = [:]
    /// How often each was connected when it was looked at last.
    var establishedCounts: [UInt32] = []
    var slots = [ClusterSlot](repeating: ClusterSlot(), count: KeySlot.count)
    /// Servers with slots.
    var masters: [Int32] = []
    var hasAllSlots = false

    var tickets = TicketTable()
    var batches: [Int: ClusterBatch] = [:]
    private var spareBatches: [ClusterBatch] = []
    var waiting: [WaitingCommand] = []
    var round: UInt32 = 0
    /// Slots with a command that may not go in this round.
    var blocked: Set<Int> = []

    var wantsRefresh = true
    var refreshAfter: Int64 = 0
    /// Who was asked for the slots, and has not answered.
    var refreshedBy: Int32 = -1
    var refreshNext = 0
    let refreshReplies = ReplyBuffer()
    let askingReplies = ReplyBuffer()
    var refreshing = CommandBuffer()
    var asking = CommandBuffer()
    private var descriptors: [pollfd] = []

    public internal(set) var epoch: UInt32 = 0
    var slotFailure: RedisFailure?

    public init(_ configuration: RedisConfiguration) {
        precondition(configuration.isCluster && !configuration.addresses.isEmpty, "a cluster")
        self.configuration = configuration
        refreshing.command(["CLUSTER", "SLOTS"])
        asking.command(["ASKING"])
        for address in configuration.addresses { _ = place(of: address) }
    }

    public var isConnected: Bool {
        hasAllSlots && masters.allSatisfy { nodes[Int($0)]?.isReady == true }
    }

    public var failure: RedisFailure? {
        if isConnected { return nil }
        let known = masters.isEmpty ? nodes : masters.map { nodes[Int($0)] }
        return known.lazy.compactMap { $0?.failure }.first ?? slotFailure
    }

    public func send(_ commands: borrowing CommandBuffer) -> Int {
        let now = MonotonicClock.milliseconds()
        let batch = spareBatches.popLast() ?? ClusterBatch()
        batch.fill(commands)
        let (ticket, storage) = unsafe tickets.open(count: commands.count, commands: batch.items.count)
        unsafe batch.storage = storage
        batch.deadline = now + Int64(configuration.replyTimeoutMilliseconds)
        batches[ticket] = batch
        for item in batch.items.indices { route(batch, ticket, item, now) }
        flush(now)
        return ticket
    }

    public func receive(_ ticket: Int, into replies: ReplyBuffer, timeoutMilliseconds: Int32) -> Bool {
        var now = MonotonicClock.milliseconds()
        let deadline = now + Int64(timeoutMilliseconds)
        while true {
            advance(now)
            if tickets.isDone(ticket) { break }
            guard now < deadline else { return false }
            wait(until: deadline, now)
            now = MonotonicClock.milliseconds()
        }
        tickets.close(ticket, into: replies)
        if let batch = batches.removeValue(forKey: ticket) { spareBatches.append(batch) }
        return true
    }

    public func maintain(timeoutMilliseconds: Int32) {
        var now = MonotonicClock.milliseconds()
        let deadline = now + Int64(timeoutMilliseconds)
        let before = (isConnected, epoch)
        while true {
            advance(now)
            guard now < deadline, (isConnected, epoch) == before else { return }
            wait(until: deadline, now)
            now = MonotonicClock.milliseconds()
        }
    }

    public func appendDescriptors(to descriptors: inout [pollfd]) -> Int32 {
        let now = MonotonicClock.milliseconds()
        var soonest: Int32 = waiting.isEmpty && isConnected && !wantsRefresh ? -1 : Int32(ClusterLink.retryMilliseconds)
        for case let node? in nodes {
            let milliseconds = Waiting.append(node, to: &descriptors, now: now)
            if milliseconds >= 0, soonest < 0 || milliseconds < soonest { soonest = milliseconds }
        }
        return soonest
    }

    private func wait(until deadline: Int64, _ now: Int64) {
        descriptors.removeAll(keepingCapacity: true)
        let soonest = appendDescriptors(to: &descriptors)
        let left = Waiting.milliseconds(from: now, to: deadline)
        unsafe _ = poll(&descriptors, nfds_t(descriptors.count), soonest < 0 ? left : min(left, soonest))
    }

    /// Does what can be done without waiting.
    func advance(_ now: Int64) {
        for place in nodes.indices {
            guard let node = nodes[place] else { continue }
            node.advance(now: now)
            notice(node, place)
            settle(node, Int32(place), now)
        }
        sendWaiting(now)
        refresh(now)
        flush(now)
    }

    /// Whether a server was connected anew.
    private func notice(_ node: ServerConnection, _ place: Int) {
        guard node.establishedCount != establishedCounts[place] else { return }
        establishedCounts[place] = node.establishedCount
        epoch &+= 1
    }

    private func flush(_ now: Int64) {
        for place in nodes.indices {
            guard let node = nodes[place], node.isReady else { continue }
            node.flush(now: now)
            // Sending may have shown that the connection is gone.
            if !node.isReady { settle(node, Int32(place), now) }
        }
    }
}
