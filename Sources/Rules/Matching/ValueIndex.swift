internal import Expressions

/// Finds rules by a value that one of their cells must have: `payee == "…"`, `bank in […]`. An event asks once for each cell that rules are found by,
/// however many rules there are.
struct ValueIndex {
    /// A cell that rules are found by.
    struct Operand {
        var slot: Int32
        /// Its number where it is an indicator, or -1.
        var indicator: Int32
        var isDouble: Bool
        /// The greatest of its rules' priorities.
        var priorityRank: UInt8
        /// Spreads the operands' values over the table.
        var seed: UInt64
    }

    /// A value, and the postings of the rules that it leads to.
    struct Entry {
        var key: Int64 = 0
        var operand: Int32 = -1
        var first: Int32 = 0
        var count: Int32 = 0
    }

    struct Posting {
        var rule: Int32
        var firstCheck: Int32
        var checkCount: Int32
    }

    /// What the rule demands of another cell. Most rules that a value leads to end here, without their program being looked at.
    struct Check {
        var low: Int64
        var high: Int64
        var slot: Int32
        var indicator: Int32
        var isDouble: Bool
    }

    let operands: FixedArray<Operand>
    /// Open addressing. A tag is 0 where the entry is free and some bits of the hash where it is not: values that lead nowhere end at the tags, which are
    /// small enough to stay in the cache.
    private let tags: FixedArray<UInt8>
    private let entries: FixedArray<Entry>
    private let postings: FixedArray<Posting>
    private let checks: FixedArray<Check>

    /// - Parameter access: for each rule the slot of the cell that it is found by, or nil.
    init(_ rules: [MatchedRule], access: [Int?], _ traits: FrameTraits, _ memory: TableMemory) {
        var operands: [Operand] = []
        var operandOfSlot: [Int: Int] = [:]
        var checks: [Check] = []
        // Values in the order in which rules name them.
        var lists: [[Posting]] = []
        var values: [(operand: Int, key: Int64)] = []
        var found: [[Int64: Int]] = []
        for (number, rule) in rules.enumerated() {
            guard let slot = access[number], let constraint = rule.constraint(on: slot) else { continue }
            let operand = operandOfSlot[slot] ?? operands.count
            if operand == operands.count {
                operandOfSlot[slot] = operand
                found.append([:])
                operands.append(
                    Operand(
                        slot: Int32(slot), indicator: traits.indicator(slot), isDouble: constraint.isDouble, priorityRank: 0,
                        seed: UInt64(operand + 1) &* 0x9E37_79B9_7F4A_7C15))
            }
            operands[operand].priorityRank = max(operands[operand].priorityRank, rule.priorityRank)
            let first = checks.count
            // Indicators last: the fields may spare them.
            let others = rule.constraints.filter { $0.slot != slot }
            for indicators in [false, true] {
                for other in others where (traits.indicator(other.slot) >= 0) == indicators {
                    checks.append(
                        Check(
                            low: other.low, high: other.high, slot: Int32(other.slot), indicator: traits.indicator(other.slot), isDouble: other.isDouble))
                }
            }
            let posting = Posting(rule: Int32(number), firstCheck: Int32(first), checkCount: Int32(checks.count - first))
            for key in constraint.values ?? [] {
                if let list = found[operand][key] {
                    lists[list].append(posting)
                } else {
                    found[operand][key] = lists.count
                    lists.append([posting])
                    values.append((operand, key))
                }
            }
        }
        // At most half full.
        var capacity = 16
        while capacity < values.count * 2 { capacity *= 2 }
        var tags = [UInt8](repeating: 0, count: capacity)
        var entries = [Entry](repeating: Entry(), count: capacity)
        var postings: [Posting] = []
        for (value, list) in zip(values, lists) {
            let hash = Self.hash(value.key, operands[value.operand].seed)
            var place = Int(truncatingIfNeeded: hash >> 8) & (capacity - 1)
            while tags[place] != 0 { place = (place + 1) & (capacity - 1) }
            tags[place] = Self.tag(hash)
            entries[place] = Entry(key: value.key, operand: Int32(value.operand), first: Int32(postings.count), count: Int32(list.count))
            postings += list
        }
        self.operands = memory.table(operands)
        self.tags = memory.table(tags)
        self.entries = memory.table(entries)
        self.postings = memory.table(postings)
        self.checks = memory.table(checks)
    }

    @inline(__always) private static func hash(_ key: Int64, _ seed: UInt64) -> UInt64 {
        var hash = (UInt64(bitPattern: key) ^ seed) &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 32
        return hash &* 0xC4CE_B9FE_1A85_EC53
    }

    @inline(__always) private static func tag(_ hash: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: hash >> 56) | 1 }

    /// Adds the rules to which the value of an operand's cell leads, less those that another of their cells rules out.
    @inline(__always) func find(
        _ operand: Int, _ cells: UnsafeMutablePointer<UInt64>, _ present: UnsafeMutablePointer<UInt8>, _ candidates: CandidateSet, compute: (Int) -> Void
    ) {
        let pointer = operands.base + operand
        let key = CellConstraint.key(cells[Int(pointer.pointee.slot)], isDouble: pointer.pointee.isDouble)
        let hash = Self.hash(key, pointer.pointee.seed)
        let tag = Self.tag(hash)
        let mask = tags.count - 1
        var place = Int(truncatingIfNeeded: hash >> 8) & mask
        while tags[place] != 0 {
            if tags[place] == tag {
                let entry = entries.base + place
                if entry.pointee.key == key && entry.pointee.operand == operand {
                    for number in Int(entry.pointee.first)..<Int(entry.pointee.first + entry.pointee.count) {
                        let posting = postings.base + number
                        if passes(posting, cells, present, compute) { candidates.insert(Int(posting.pointee.rule)) }
                    }
                    return
                }
            }
            place = (place + 1) & mask
        }
    }

    @inline(__always) private func passes(
        _ posting: UnsafeMutablePointer<Posting>, _ cells: UnsafeMutablePointer<UInt64>, _ present: UnsafeMutablePointer<UInt8>, _ compute: (Int) -> Void
    ) -> Bool {
        for number in Int(posting.pointee.firstCheck)..<Int(posting.pointee.firstCheck + posting.pointee.checkCount) {
            let check = checks.base + number
            let slot = Int(check.pointee.slot)
            if present[slot] == Presence.pending { compute(Int(check.pointee.indicator)) }
            // What has no value does not rule out: the condition may be an error.
            guard present[slot] == Presence.value else { continue }
            let key = CellConstraint.key(cells[slot], isDouble: check.pointee.isDouble)
            if key < check.pointee.low || key > check.pointee.high { return false }
        }
        return true
    }
}
