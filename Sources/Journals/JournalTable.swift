internal import CMemory
internal import Events

/// One entity's journal: its records, sorted by time and, at one time, by order of appends.
struct JournalHeader {
    var key: EntityKey
    var records: UnsafeMutableRawPointer?
    /// Ordinal of the first record in memory. Ordinals count on as records come, and wrap.
    var base: UInt32 = 0
    var count: UInt32 = 0
    /// In records.
    var capacity: UInt32 = 0
    /// Appends so far, wrapping: the next record's `sequence`.
    var nextSequence: UInt32 = 0
    /// Greatest time of all records so far.
    var lastTime: Int64 = .min
    var firstSeen: Int64 = .max
    /// Records at or before this time were folded away because there were too many; `Int64.min` where none were.
    var foldedThrough: Int64 = .min
    var blockBytes: UInt32 = 0
    /// Records have gone, for age or for number: a lifetime that nobody had asked for before lacks them.
    var hasDropped = false
    /// Asked for since the last search for journals to let go.
    var isUsed = false
    /// The place of a journal that has been let go.
    var isFree = false
    /// Tells whether the journal is as the present plan and layout want it.
    var generation: UInt8 = 0
}

/// The journals of one entity type, found by key. Lookup takes constant time and two cache misses.
final class JournalTable {
    private static let chunkShift = 10
    private static let chunkSize = 1 << chunkShift

    /// Open addressing: the upper half of the key beside the journal's number plus one; 0 is free.
    private var slots: UnsafeMutablePointer<UInt64>
    private var slotMask: Int
    private var chunks: [UnsafeMutablePointer<JournalHeader>] = []
    /// Places of journals so far, those included that have been let go: numbers are below it.
    private(set) var count = 0
    /// Of journals that are made.
    var generation: UInt8 = 0
    /// Places to use again.
    private var free: [Int] = []

    /// Journals that there are.
    var liveCount: Int { count - free.count }

    init() {
        let size = 1024
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        slotMask = size - 1
    }

    deinit {
        slots.deallocate()
        for chunk in chunks { chunk.deallocate() }
    }

    @inline(__always) func header(_ index: Int) -> UnsafeMutablePointer<JournalHeader> {
        chunks[index >> Self.chunkShift] + (index & (Self.chunkSize - 1))
    }

    /// A header, and two to four slots of the index, which is doubled when it is half full.
    static let bytesPerJournalMax = MemoryLayout<JournalHeader>.stride + 4 * MemoryLayout<UInt64>.size

    var byteCount: Int { (slotMask + 1) * 8 + chunks.count * Self.chunkSize * MemoryLayout<JournalHeader>.stride }

    func find(_ key: EntityKey) -> Int? {
        let tag = key.high & 0xffff_ffff_0000_0000
        var at = Int(truncatingIfNeeded: key.low) & slotMask
        while slots[at] != 0 {
            if slots[at] & 0xffff_ffff_0000_0000 == tag {
                let index = Int(slots[at] & 0xffff_ffff) - 1
                if header(index).pointee.key == key { return index }
            }
            at = (at + 1) & slotMask
        }
        return nil
    }

    /// Asks for the place in the index where a key's search begins.
    @inline(__always) func fetchIndex(_ key: EntityKey) { vane_prefetch(slots + (Int(truncatingIfNeeded: key.low) & slotMask)) }

    /// Asks for the header of the first journal whose key may be this one, and says its number.
    @inline(__always) func fetchHeader(_ key: EntityKey) -> Int? {
        let tag = key.high & 0xffff_ffff_0000_0000
        var at = Int(truncatingIfNeeded: key.low) & slotMask
        while slots[at] != 0 {
            if slots[at] & 0xffff_ffff_0000_0000 == tag {
                let index = Int(slots[at] & 0xffff_ffff) - 1
                let header = UnsafeRawPointer(header(index))
                vane_prefetch(header)
                vane_prefetch(header + MemoryLayout<JournalHeader>.size - 1)
                return index
            }
            at = (at + 1) & slotMask
        }
        return nil
    }

    func findOrInsert(_ key: EntityKey) -> Int {
        if let index = find(key) { return index }
        if (count + 1) * 2 > slotMask + 1 { growSlots() }
        let index: Int
        if let place = free.popLast() {
            index = place
        } else {
            if count == chunks.count << Self.chunkShift { chunks.append(.allocate(capacity: Self.chunkSize)) }
            index = count
            count += 1
        }
        header(index).initialize(to: JournalHeader(key: key, generation: generation))
        insert(key, index)
        return index
    }

    private func insert(_ key: EntityKey, _ index: Int) {
        var at = Int(truncatingIfNeeded: key.low) & slotMask
        while slots[at] != 0 { at = (at + 1) & slotMask }
        slots[at] = key.high & 0xffff_ffff_0000_0000 | UInt64(index + 1)
    }

    private func growSlots() {
        slots.deallocate()
        let size = (slotMask + 1) * 2
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        slotMask = size - 1
        for index in 0..<count where !header(index).pointee.isFree { insert(header(index).pointee.key, index) }
    }

    /// Lets a journal go: its number may be another one's from now on. Its memory must have been given back.
    func remove(_ index: Int) {
        var gap = Int(truncatingIfNeeded: header(index).pointee.key.low) & slotMask
        while Int(slots[gap] & 0xffff_ffff) != index + 1 { gap = (gap + 1) & slotMask }
        // Close the gap, so that no probe stops short.
        slots[gap] = 0
        var next = (gap + 1) & slotMask
        while slots[next] != 0 {
            let wanted = Int(truncatingIfNeeded: header(Int(slots[next] & 0xffff_ffff) - 1).pointee.key.low) & slotMask
            if (next &- wanted) & slotMask >= (next &- gap) & slotMask {
                slots[gap] = slots[next]
                slots[next] = 0
                gap = next
            }
            next = (next + 1) & slotMask
        }
        header(index).initialize(to: JournalHeader(key: EntityKey(low: 0, high: 0)))
        header(index).pointee.isFree = true
        free.append(index)
    }
}
