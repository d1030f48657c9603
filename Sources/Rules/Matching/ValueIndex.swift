internal import CMemory
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

    /// A value, and where the steps of the rules that it leads to begin.
    struct Entry {
        var key: Int64 = 0
        var operand: Int32 = -1
        var first: Int32 = 0
    }

    /// A step of a posting. The postings of a value follow one another, each a head and then its checks: near each other in memory.
    ///
    /// The head (`slot` -1) names the rule in `key`, and says whether the checks are its whole condition. A check is a bound that the rule sets to another cell: it is ruled out where the cell's key ^ flip is
    /// less than `key`, as in `BitmapGroup.Bound`. Most rules that a value leads to end there, without their program being looked at.
    struct Step {
        var key: Int64
        var slot: Int32
        var isDouble = false
        var isUpper = false
        var isWhole = false
        /// Nothing follows that belongs to the value.
        var isLast = false
    }

    let operands: FixedArray<Operand>
    /// Open addressing. A tag is 0 where the entry is free and some bits of the hash where it is not: values that lead nowhere end at the tags, which are
    /// small enough to stay in the cache.
    private let tags: FixedArray<UInt8>
    private let entries: FixedArray<Entry>
    private let steps: FixedArray<Step>
    private let firstIndicatorSlot: Int

    /// - Parameter access: for each rule the slot of the cell that it is found by, or nil.
    init(_ rules: [MatchedRule], access: [Int?], _ traits: FrameTraits, _ memory: TableMemory) {
        var operands: [Operand] = []
        var operandOfSlot: [Int: Int] = [:]
        // Values in the order in which rules name them.
        var lists: [[Step]] = []
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
            let others = rule.constraints.filter { $0.slot != slot }
            // Of several single values, checks tell the least and the greatest only.
            var posting = [Step(key: Int64(number), slot: -1, isWhole: rule.constraintsDecide && others.allSatisfy { ($0.values?.count ?? 1) == 1 })]
            // Indicators last: the fields may spare them.
            for other in others.sorted(by: { $0.slot < $1.slot }) {
                if other.low != .min { posting.append(Step(key: other.low, slot: Int32(other.slot), isDouble: other.isDouble)) }
                if other.high != .max { posting.append(Step(key: ~other.high, slot: Int32(other.slot), isDouble: other.isDouble, isUpper: true)) }
            }
            for key in constraint.values ?? [] {
                if let list = found[operand][key] {
                    lists[list] += posting
                } else {
                    found[operand][key] = lists.count
                    lists.append(posting)
                    values.append((operand, key))
                }
            }
        }
        // At most half full.
        var capacity = 16
        while capacity < values.count * 2 { capacity *= 2 }
        var tags = [UInt8](repeating: 0, count: capacity)
        var entries = [Entry](repeating: Entry(), count: capacity)
        var steps: [Step] = []
        for (value, list) in zip(values, lists) {
            let hash = Self.hash(value.key, operands[value.operand].seed)
            var place = Int(truncatingIfNeeded: hash >> 8) & (capacity - 1)
            while tags[place] != 0 { place = (place + 1) & (capacity - 1) }
            tags[place] = Self.tag(hash)
            entries[place] = Entry(key: value.key, operand: Int32(value.operand), first: Int32(steps.count))
            steps += list
            steps[steps.count - 1].isLast = true
        }
        self.operands = memory.table(operands)
        self.tags = memory.table(tags)
        self.entries = memory.table(entries)
        self.steps = memory.table(steps)
        firstIndicatorSlot = traits.firstIndicatorSlot
    }

    @inline(__always) private static func hash(_ key: Int64, _ seed: UInt64) -> UInt64 {
        var hash = (UInt64(bitPattern: key) ^ seed) &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 32
        return hash &* 0xC4CE_B9FE_1A85_EC53
    }

    @inline(__always) private static func tag(_ hash: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: hash >> 56) | 1 }

    // Looking a value up takes three steps, and each reads memory that the step before has named. They are taken for many operands at once, so that an event
    // waits for memory three times and not three times for each value.

    /// First: where the entry of an operand's value may be, which is asked for; -1 where there is none.
    @inline(__always) func probe(_ operand: Int, _ cells: UnsafeMutablePointer<UInt64>) -> Int {
        let hash = hash(operand, key(operand, cells))
        let place = next(Self.tag(hash), from: Int(truncatingIfNeeded: hash >> 8) & (tags.count - 1))
        if place >= 0 { vane_prefetch(entries.base + place) }
        return place
    }

    /// Second: where the steps begin that the value leads to, which are asked for; -1 where there are none.
    @inline(__always) func locate(_ operand: Int, _ place: Int, _ cells: UnsafeMutablePointer<UInt64>) -> Int {
        let key = key(operand, cells)
        var place = place
        while place >= 0 {
            let entry = entries.base + place
            if entry.pointee.key == key && entry.pointee.operand == operand {
                let first = Int(entry.pointee.first)
                vane_prefetch(steps.base + first)
                vane_prefetch(steps.base + min(first + 4, steps.count - 1))
                return first
            }
            // A value whose tag is the same by chance.
            place = next(Self.tag(hash(operand, key)), from: (place + 1) & (tags.count - 1))
        }
        return -1
    }

    @inline(__always) private func key(_ operand: Int, _ cells: UnsafeMutablePointer<UInt64>) -> Int64 {
        let pointer = operands.base + operand
        return CellConstraint.key(cells[Int(pointer.pointee.slot)], isDouble: pointer.pointee.isDouble)
    }

    @inline(__always) private func hash(_ operand: Int, _ key: Int64) -> UInt64 { Self.hash(key, (operands.base + operand).pointee.seed) }

    /// The first place with this tag before a free one, or -1.
    @inline(__always) private func next(_ tag: UInt8, from first: Int) -> Int {
        var place = first
        while tags[place] != 0 {
            if tags[place] == tag { return place }
            place = (place + 1) & (tags.count - 1)
        }
        return -1
    }

    /// Third: adds the rules whose checks let the event pass.
    @inline(__always) func walk(
        _ first: Int, _ cells: UnsafeMutablePointer<UInt64>, _ present: UnsafeMutablePointer<UInt8>, _ candidates: CandidateSet, _ compute: (Int) -> Void
    ) {
        var rule = -1
        // Not where a check could not be made.
        var isCertain = false
        var step = steps.base + first - 1
        repeat {
            step += 1
            let slot = Int(step.pointee.slot)
            if slot < 0 {
                if rule >= 0 { candidates.insert(rule, isCertain: isCertain) }
                rule = Int(step.pointee.key)
                isCertain = step.pointee.isWhole
                continue
            }
            if rule < 0 { continue }
            if present[slot] == Presence.pending { compute(slot - firstIndicatorSlot) }
            // What has no value does not rule out: the condition may be an error.
            guard present[slot] == Presence.value else {
                isCertain = false
                continue
            }
            let key = CellConstraint.key(cells[slot], isDouble: step.pointee.isDouble)
            if step.pointee.isDouble && key == CellConstraint.notANumber { isCertain = false }
            if (step.pointee.isUpper ? ~key : key) < step.pointee.key { rule = -1 }
        } while !step.pointee.isLast
        if rule >= 0 { candidates.insert(rule, isCertain: isCertain) }
    }
}
