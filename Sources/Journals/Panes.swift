/// What the records that one journal had no room for add up to, by stretches of time.
///
/// A pane holds the records of a stretch of 1/64 of the history, as the running values that can be added up. It belongs to a window as a whole, if
/// its newest record does: the window is then wrong by less than a pane at either end. Panes older than what is kept go: there are at most
/// `perHistory` and a third more.
struct Panes {
    static let perHistory: Int64 = 64

    /// At the start of each pane; its accumulators follow.
    struct Header {
        /// The stretch: its records' times divided by its length, rounded down.
        var number: Int64
        /// Time of the newest record.
        var newest: Int64
    }

    private var base: UnsafeMutableRawPointer?
    private var byteCount = 0
    private(set) var count = 0
    /// Bytes of each pane.
    private let stride: Int

    init(stride: Int) { self.stride = stride }

    subscript(index: Int) -> UnsafeMutableRawPointer { base! + index * stride }

    func header(_ index: Int) -> UnsafeMutablePointer<Header> { self[index].assumingMemoryBound(to: Header.self) }

    /// The pane of a stretch; a new one has nothing after its header yet.
    mutating func findOrInsert(_ number: Int64, _ pool: MemoryPool) -> (index: Int, isNew: Bool) {
        var index = count
        while index > 0 && header(index - 1).pointee.number >= number { index -= 1 }
        if index < count && header(index).pointee.number == number { return (index, false) }
        if (count + 1) * stride > byteCount { grow(pool) }
        self[index + 1].copyMemory(from: self[index], byteCount: (count - index) * stride)
        count += 1
        header(index).initialize(to: Header(number: number, newest: .min))
        return (index, true)
    }

    private mutating func grow(_ pool: MemoryPool) {
        let block = pool.allocate(byteCount: max(4, count * 2) * stride)
        if let base {
            block.base.copyMemory(from: base, byteCount: count * stride)
            pool.release(base, byteCount: byteCount)
        }
        base = block.base
        byteCount = block.byteCount
    }

    /// Takes away the oldest panes, whose accumulators the caller has emptied.
    mutating func removeFirst(_ removed: Int) {
        if removed == 0 { return }
        self[0].copyMemory(from: self[removed], byteCount: (count - removed) * stride)
        count -= removed
    }

    mutating func deallocate(_ pool: MemoryPool) {
        if let base { pool.release(base, byteCount: byteCount) }
        base = nil
        byteCount = 0
        count = 0
    }
}
