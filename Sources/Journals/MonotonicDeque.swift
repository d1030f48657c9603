/// The records of a window that can still become its minimum, oldest first and in increasing order.
///
/// A record enters and leaves once: amortised constant time. A maximum is the minimum of the complements.
struct MonotonicDeque {
    private struct Element {
        var key: Int64
        var ordinal: UInt32
    }

    private var elements: UnsafeMutableRawPointer?
    private var byteCount: UInt32 = 0
    private var capacity: UInt32 = 0
    private var head: UInt32 = 0
    private(set) var count: UInt32 = 0
    /// The oldest element again, so that whether it leaves is known without looking for it in memory.
    private var oldest = Element(key: 0, ordinal: 0)

    @inline(__always) private func element(_ index: UInt32) -> UnsafeMutablePointer<Element> {
        var at = head &+ index
        if at >= capacity { at &-= capacity }
        return elements!.assumingMemoryBound(to: Element.self) + Int(at)
    }

    /// The smallest key; the deque must not be empty.
    var minimum: Int64 { oldest.key }

    @inline(__always) mutating func add(_ key: Int64, _ ordinal: UInt32, _ pool: MemoryPool) {
        while count > 0 && element(count &- 1).pointee.key >= key { count &-= 1 }
        if count == capacity { grow(pool) }
        element(count).initialize(to: Element(key: key, ordinal: ordinal))
        if count == 0 { oldest = Element(key: key, ordinal: ordinal) }
        count &+= 1
    }

    @inline(__always) mutating func remove(_ ordinal: UInt32) {
        guard count > 0, oldest.ordinal == ordinal else { return }
        head &+= 1
        if head == capacity { head = 0 }
        count &-= 1
        if count > 0 { oldest = element(0).pointee }
    }

    @inline(never) private mutating func grow(_ pool: MemoryPool) {
        let block = pool.allocate(byteCount: max(4, Int(capacity) * 2) * MemoryLayout<Element>.stride)
        let moved = block.base.assumingMemoryBound(to: Element.self)
        for index in 0..<count { (moved + Int(index)).initialize(to: element(index).pointee) }
        if let elements { pool.release(elements, byteCount: Int(byteCount)) }
        elements = block.base
        byteCount = UInt32(block.byteCount)
        capacity = UInt32(block.byteCount / MemoryLayout<Element>.stride)
        head = 0
    }

    mutating func removeAll(_ pool: MemoryPool) {
        if let elements { pool.release(elements, byteCount: Int(byteCount)) }
        self = MonotonicDeque()
    }
}
