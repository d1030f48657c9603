internal import CMemory
internal import Glibc

/// How often each value occurs in a window: for distinct, top_share and entropy.
///
/// Adding and removing take constant time on average. `total` values, `distinct` of them different.
struct Multiset {
    /// Open addressing: entries; a count of 0 is free.
    private var table: UnsafeMutableRawPointer?
    /// How many values occur exactly n times, at n; nil where nobody asks for frequencies.
    private var frequencies: UnsafeMutableRawPointer?
    private var tableBytes: UInt32 = 0
    private var frequencyBytes: UInt32 = 0
    private var mask: UInt32 = 0
    private(set) var distinct: UInt32 = 0
    private(set) var total: UInt32 = 0
    /// The count of the most frequent value.
    private(set) var top: UInt32 = 0
    private var countsFrequencies: Bool

    init(countsFrequencies: Bool) { self.countsFrequencies = countsFrequencies }

    private struct Entry {
        var value: UInt64
        var count: UInt32
    }

    private static let sizeMin: UInt32 = 4

    @inline(__always) private func entry(_ at: UInt32) -> UnsafeMutablePointer<Entry> {
        table.unsafelyUnwrapped.assumingMemoryBound(to: Entry.self) + Int(at)
    }

    /// Cells of numbers are far from uniform: multiply and keep the high bits.
    @inline(__always) private func home(_ value: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (value &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    }

    /// Asks for the place where a value is looked for first.
    @inline(__always) func fetch(_ value: UInt64) {
        if table != nil { vane_prefetch(entry(home(value))) }
    }

    @inline(__always) mutating func add(_ value: UInt64, _ pool: MemoryPool) {
        if table == nil || (distinct &+ 1) &* 4 > (mask &+ 1) &* 3 { grow(pool) }
        var at = home(value)
        while entry(at).pointee.count != 0 && entry(at).pointee.value != value { at = (at &+ 1) & mask }
        let count = entry(at).pointee.count
        entry(at).pointee = Entry(value: value, count: count &+ 1)
        if count == 0 { distinct &+= 1 }
        total &+= 1
        if countsFrequencies { moved(from: count, to: count &+ 1, pool) }
    }

    @inline(__always) mutating func remove(_ value: UInt64, _ pool: MemoryPool) {
        var at = home(value)
        while entry(at).pointee.value != value || entry(at).pointee.count == 0 {
            precondition(entry(at).pointee.count != 0, "a value leaves a window that it never entered")
            at = (at &+ 1) & mask
        }
        let count = entry(at).pointee.count
        entry(at).pointee.count = count &- 1
        total &-= 1
        if countsFrequencies { moved(from: count, to: count &- 1, pool) }
        if count == 1 { closeGap(at) }
    }

    /// A value is gone: moves those behind it up, so that no probe stops short.
    @inline(never) private mutating func closeGap(_ place: UInt32) {
        distinct -= 1
        var gap = place
        var next = (gap + 1) & mask
        while entry(next).pointee.count != 0 {
            let wanted = home(entry(next).pointee.value)
            if (next &- wanted) & mask >= (next &- gap) & mask {
                entry(gap).pointee = entry(next).pointee
                entry(next).pointee.count = 0
                gap = next
            }
            next = (next + 1) & mask
        }
    }

    @inline(never) private mutating func grow(_ pool: MemoryPool) {
        let size = table == nil ? Self.sizeMin : (mask + 1) * 2
        let block = pool.allocate(byteCount: Int(size) * MemoryLayout<Entry>.stride)
        let oldTable = table
        let oldMask = mask
        let oldBytes = tableBytes
        table = block.base
        tableBytes = UInt32(block.byteCount)
        mask = size - 1
        entry(0).initialize(repeating: Entry(value: 0, count: 0), count: Int(size))
        guard let oldTable else { return }
        let old = oldTable.assumingMemoryBound(to: Entry.self)
        for index in 0...Int(oldMask) where old[index].count != 0 {
            var at = home(old[index].value)
            while entry(at).pointee.count != 0 { at = (at + 1) & mask }
            entry(at).pointee = old[index]
        }
        pool.release(oldTable, byteCount: Int(oldBytes))
    }

    @inline(never) private mutating func moved(from old: UInt32, to new: UInt32, _ pool: MemoryPool) {
        if Int(new) * 4 + 4 > Int(frequencyBytes) {
            let block = pool.allocate(byteCount: max(32, (Int(new) + 1) * 8))
            block.base.initializeMemory(as: UInt8.self, repeating: 0, count: block.byteCount)
            if let frequencies {
                block.base.copyMemory(from: frequencies, byteCount: Int(frequencyBytes))
                pool.release(frequencies, byteCount: Int(frequencyBytes))
            }
            frequencies = block.base
            frequencyBytes = UInt32(block.byteCount)
        }
        let frequency = frequencies!.assumingMemoryBound(to: UInt32.self)
        if old > 0 { frequency[Int(old)] -= 1 }
        if new > 0 { frequency[Int(new)] += 1 }
        if new > top { top = new } else if old == top && frequency[Int(old)] == 0 { top = new }
    }

    /// Shannon entropy in bits. Takes time proportional to the largest count; the same bits whatever the order of values.
    ///
    /// Every term is positive, so that nothing cancels: log2(total) less a mean would lose all digits where one value dominates.
    func entropy() -> Double {
        guard total > 0 else { return 0 }
        let frequency = frequencies!.assumingMemoryBound(to: UInt32.self)
        let total = Double(total)
        var sum = 0.0
        for count in 1...Int(top) where frequency[count] != 0 {
            let count = Double(count)
            // Near one, what is beyond one carries the digits; elsewhere the quotient makes powers of two exact.
            let surprise = count * 2 > total ? log1p((total - count) / count) * Self.binaryLogarithmOfE : log2(total / count)
            sum += Double(frequency[Int(count)]) * (count / total) * surprise
        }
        return sum
    }

    private static let binaryLogarithmOfE = 1.4426950408889634

    mutating func removeAll(_ pool: MemoryPool) {
        if let table { pool.release(table, byteCount: Int(tableBytes)) }
        if let frequencies { pool.release(frequencies, byteCount: Int(frequencyBytes)) }
        self = Multiset(countsFrequencies: countsFrequencies)
    }

    /// Each value with how often it occurs, in no order that means anything.
    func forEach(_ body: (_ value: UInt64, _ count: UInt32) -> Void) {
        guard table != nil else { return }
        for at in 0...mask where entry(at).pointee.count != 0 { body(entry(at).pointee.value, entry(at).pointee.count) }
    }

    /// A copy with its own memory.
    func copy(_ pool: MemoryPool) -> Multiset {
        var copy = self
        if let table {
            let block = pool.allocate(byteCount: Int(tableBytes))
            block.base.copyMemory(from: table, byteCount: Int(tableBytes))
            copy.table = block.base
        }
        if let frequencies {
            let block = pool.allocate(byteCount: Int(frequencyBytes))
            block.base.copyMemory(from: frequencies, byteCount: Int(frequencyBytes))
            copy.frequencies = block.base
        }
        return copy
    }
}
