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
}

/// The journals of one entity type, found by key. Lookup takes constant time and two cache misses.
final class JournalTable {
    private static let chunkShift = 10
    private static let chunkSize = 1 << chunkShift

    /// Open addressing: the upper half of the key beside the journal's number plus one; 0 is free.
    private var slots: UnsafeMutablePointer<UInt64>
    private var slotMask: Int
    private var chunks: [UnsafeMutablePointer<JournalHeader>] = []
    private(set) var count = 0

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

    func findOrInsert(_ key: EntityKey) -> Int {
        if let index = find(key) { return index }
        if (count + 1) * 2 > slotMask + 1 { growSlots() }
        if count == chunks.count << Self.chunkShift { chunks.append(.allocate(capacity: Self.chunkSize)) }
        let index = count
        count += 1
        header(index).initialize(to: JournalHeader(key: key))
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
        for index in 0..<count { insert(header(index).pointee.key, index) }
    }
}
