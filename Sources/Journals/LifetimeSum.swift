/// The exact sum of all values that an entity ever had. Records go, so that it can never be taken again: where an `ExactSum` has no room, a
/// `WideSum` takes over.
struct LifetimeSum {
    private var exact = ExactSum()
    private var wide: UnsafeMutablePointer<WideSum>?
    private var wideBytes = 0

    mutating func add(_ value: Double, _ pool: MemoryPool) {
        if wide == nil {
            exact.add(value)
            if !exact.isInexact { return }
            widen(pool)
        }
        wide!.pointee.add(value)
    }

    mutating func addSquare(_ value: Double, _ pool: MemoryPool) {
        if wide == nil {
            var sum = exact
            sum.addSquare(value, isRemoved: false)
            if !sum.isInexact {
                exact = sum
                return
            }
            widen(pool)
        }
        wide!.pointee.addSquare(value)
    }

    /// - Parameter other: a sum that fits into its parts.
    mutating func add(_ other: ExactSum, _ pool: MemoryPool) {
        other.forEachPart { add($0, pool) }
    }

    mutating func add(_ other: LifetimeSum, _ pool: MemoryPool) {
        guard let otherWide = other.wide else { return add(other.exact, pool) }
        if wide == nil { widen(pool) }
        wide!.pointee.add(otherWide.pointee)
    }

    @inline(never) private mutating func widen(_ pool: MemoryPool) {
        allocate(pool)
        wide!.initialize(to: exact.widened)
    }

    private mutating func allocate(_ pool: MemoryPool) {
        let block = pool.allocate(byteCount: MemoryLayout<WideSum>.stride)
        wide = block.base.bindMemory(to: WideSum.self, capacity: 1)
        wideBytes = block.byteCount
    }

    var rounded: Double { wide?.pointee.rounded ?? exact.rounded }
    var widened: WideSum { wide?.pointee ?? exact.widened }

    mutating func removeAll(_ pool: MemoryPool) {
        if let wide { pool.release(UnsafeMutableRawPointer(wide), byteCount: wideBytes) }
        self = LifetimeSum()
    }

    /// A copy with its own memory.
    func copy(_ pool: MemoryPool) -> LifetimeSum {
        guard let wide else { return self }
        var copy = self
        copy.allocate(pool)
        copy.wide!.initialize(to: wide.pointee)
        return copy
    }
}
