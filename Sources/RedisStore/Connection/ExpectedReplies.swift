/// A command that a server owes the reply to.
@safe
struct ExpectedReply {
    var storage: UnsafeMutablePointer<ReplyStorage>
    /// Where it goes: its command's place in the batch.
    var slot: Int32
    /// For a cluster: its key's slot; -1 where there is none.
    var keySlot: Int32 = -1
    /// 0 for what a link asks for itself, negative for a greeting.
    var ticket: Int
    /// For a cluster: it says which server has which slots.
    var isRefresh = false

    /// What becomes of a reply that does not come, or not whole.
    func lose() {
        unsafe storage.pointee.putLost(at: Int(slot))
    }
}

/// First in, first out, in a ring that grows.
@safe
struct ExpectedReplies: ~Copyable {
    private var ring: UnsafeMutablePointer<ExpectedReply>
    private var capacity = 512
    private var head = 0
    private(set) var count = 0

    init() { unsafe ring = .allocate(capacity: capacity) }

    deinit { unsafe ring.deallocate() }

    var first: ExpectedReply { unsafe ring[head] }

    mutating func append(_ expected: ExpectedReply) {
        if count == capacity { grow() }
        unsafe (ring + ((head + count) & (capacity - 1))).initialize(to: expected)
        count += 1
    }

    mutating func removeFirst() {
        head = (head + 1) & (capacity - 1)
        count -= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<ExpectedReply>.allocate(capacity: capacity * 2)
        for place in 0..<count { unsafe (larger + place).initialize(to: ring[(head + place) & (capacity - 1)]) }
        unsafe ring.deallocate()
        unsafe ring = larger
        head = 0
        capacity *= 2
    }
}
