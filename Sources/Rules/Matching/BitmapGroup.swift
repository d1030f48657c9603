internal import Expressions

/// Rules that no rare value finds, such as those of thresholds only: a bit for each, and for each cell that they compare, bitmaps of the rules that the
/// cell's value leaves.
///
/// The bounds that rules set to a cell are sorted, and the cell's values cut into segments that hold a few bounds each. A segment's bitmap lacks the rules
/// that any of its values rules out. An event takes the bitmap of its segment and compares with the segment's bounds only: 64 rules cost one
/// instruction for each cell, whatever their thresholds are.
struct BitmapGroup {
    /// What the rules demand of one cell.
    struct Column {
        var slot: Int32
        /// Its number where it is an indicator, or -1.
        var indicator: Int32
        var isDouble: Bool
        /// The keys are single values, each with its segment, and all other values share one more; otherwise segments begin at the keys.
        var isExact: Bool
        var firstKey: Int32
        var keyCount: Int32
        var firstSegment: Int32
        /// Where the bitmap of the rules that look at the cell begins, or -1 where they are so few that the bounds of the only segment name them.
        var users: Int32
    }

    struct Segment {
        /// Where its bitmap begins, or -1 where every rule passes it.
        var bitmap: Int32
        var firstBound: Int32
        var boundCount: Int32
    }

    /// The rule is ruled out where key ^ flip is less than `key`: with flip 0 a least value, with flip -1 a greatest one.
    struct Bound {
        var key: Int64
        var rule: Int32
        var flip: Int32
    }

    private let wordCount: Int
    /// The rule of each bit, rising.
    private let rules: FixedArray<Int32>
    private let columns: FixedArray<Column>
    private let keys: FixedArray<Int64>
    private let segments: FixedArray<Segment>
    private let bounds: FixedArray<Bound>
    /// All bitmaps, those of the rules of each priority and above first.
    private let words: FixedArray<UInt64>

    /// More distinct values than these are compared as ranges: a bitmap for each would take too much memory.
    private static let exactValuesMax = 256

    /// - Parameters:
    ///   - members: the numbers of the group's rules, rising.
    ///   - absentSlot: a cell that has no value whenever the group is asked, so that bitmaps for it would be in vain.
    ///   - hasColumns: false to let every rule through.
    init(
        _ all: [MatchedRule], members: [Int], absentSlot: Int = -1, hasColumns: Bool = true, _ traits: FrameTraits, _ memory: TableMemory
    ) {
        var builder = Builder(wordCount: (members.count + 63) / 64)
        for rank in 0...RuleMatcher.priorityRankMax {
            var mask = builder.emptyBitmap
            for (bit, rule) in members.enumerated() where Int(all[rule].priorityRank) >= rank { mask[bit >> 6] |= 1 << UInt64(bit & 63) }
            builder.words += mask
        }
        var demands: [Int: [(rule: Int, constraint: CellConstraint)]] = [:]
        for (bit, rule) in members.enumerated() where hasColumns {
            for constraint in all[rule].constraints where constraint.slot != absentSlot { demands[constraint.slot, default: []].append((bit, constraint)) }
        }
        // Fields before indicators: they may leave no rule that needs one. Of these, those that most rules look at come first.
        let slots = demands.keys.sorted { left, right in
            let (isLeft, isRight) = (traits.indicator(left) >= 0, traits.indicator(right) >= 0)
            if isLeft != isRight { return isRight }
            if isLeft, demands[left]!.count != demands[right]!.count { return demands[left]!.count > demands[right]!.count }
            return left < right
        }
        for slot in slots {
            var ranges = demands[slot]!
            let indicator = traits.indicator(slot)
            let exact = ranges.filter { $0.constraint.values != nil && !$0.constraint.isEmpty }
            let values = Set(exact.flatMap { $0.constraint.values! })
            // A bitmap for each value must be worth its words.
            if exact.count * 4 >= builder.wordCount, values.count <= Self.exactValuesMax {
                builder.addExact(slot, indicator, exact, values.sorted())
                ranges = ranges.filter { $0.constraint.values == nil || $0.constraint.isEmpty }
            }
            if !ranges.isEmpty { builder.addRanges(slot, indicator, ranges) }
        }
        wordCount = builder.wordCount
        rules = memory.table(members.map { Int32($0) })
        columns = memory.table(builder.columns)
        keys = memory.table(builder.keys)
        segments = memory.table(builder.segments)
        bounds = memory.table(builder.bounds)
        words = memory.table(builder.words)
    }

    // MARK: Matching

    /// Adds the rules that no cell rules out.
    func find(
        _ cells: UnsafeMutablePointer<UInt64>, _ present: UnsafeMutablePointer<UInt8>, _ minimumRank: Int, _ candidates: CandidateSet, compute: (Int) -> Void
    ) {
        let left = candidates.scratch
        left.update(from: words.base + minimumRank * wordCount, count: wordCount)
        for number in columns.indices {
            let column = columns.base + number
            let slot = Int(column.pointee.slot)
            if present[slot] == Presence.pending {
                guard isNeeded(column, left) else { continue }
                compute(Int(column.pointee.indicator))
            }
            // What has no value rules nothing out: conditions may be errors.
            guard present[slot] == Presence.value else { continue }
            let key = CellConstraint.key(cells[slot], isDouble: column.pointee.isDouble)
            let segment = segments.base + self.segment(column, key)
            if segment.pointee.bitmap >= 0, !keep(Int(segment.pointee.bitmap), left) { return }
            for number in Int(segment.pointee.firstBound)..<Int(segment.pointee.firstBound + segment.pointee.boundCount) {
                let bound = bounds.base + number
                let isRuledOut: UInt64 = (key ^ Int64(bound.pointee.flip)) < bound.pointee.key ? 1 : 0
                let bit = Int(bound.pointee.rule)
                left[bit >> 6] &= ~(isRuledOut << UInt64(bit & 63))
            }
        }
        for word in 0..<wordCount {
            var bits = left[word]
            while bits != 0 {
                candidates.insert(Int(rules[word << 6 + bits.trailingZeroBitCount]))
                bits &= bits &- 1
            }
        }
    }

    /// The number of the segment that a value lies in.
    @inline(__always) private func segment(_ column: UnsafeMutablePointer<Column>, _ key: Int64) -> Int {
        // How many keys are not above it. Halving without a branch: nothing could predict it.
        let count = Int(column.pointee.keyCount)
        var base = keys.base + Int(column.pointee.firstKey)
        var length = count
        let first = base
        while length > 0 {
            let half = (length + 1) >> 1
            base = base[half - 1] <= key ? base + half : base
            length -= half
        }
        let place = base - first
        let segment = Int(column.pointee.firstSegment)
        guard column.pointee.isExact else { return segment + place }
        return segment + (place > 0 && first[place - 1] == key ? place - 1 : count)
    }

    /// Keeps the rules of a bitmap; false where none is left.
    @inline(__always) private func keep(_ bitmap: Int, _ left: UnsafeMutablePointer<UInt64>) -> Bool {
        let bitmap = words.base + bitmap
        var any: UInt64 = 0
        for word in 0..<wordCount {
            let kept = left[word] & bitmap[word]
            left[word] = kept
            any |= kept
        }
        return any != 0
    }

    /// Whether a rule that is left looks at the column's cell.
    @inline(__always) private func isNeeded(_ column: UnsafeMutablePointer<Column>, _ left: UnsafeMutablePointer<UInt64>) -> Bool {
        if column.pointee.users >= 0 {
            let users = words.base + Int(column.pointee.users)
            for word in 0..<wordCount where left[word] & users[word] != 0 { return true }
            return false
        }
        let segment = segments.base + Int(column.pointee.firstSegment)
        for number in Int(segment.pointee.firstBound)..<Int(segment.pointee.firstBound + segment.pointee.boundCount) {
            let bit = Int(bounds[number].rule)
            if left[bit >> 6] >> UInt64(bit & 63) & 1 != 0 { return true }
        }
        return false
    }

    // MARK: Building

    private struct Builder {
        let wordCount: Int
        var columns: [Column] = []
        var keys: [Int64] = []
        var segments: [Segment] = []
        var bounds: [Bound] = []
        var words: [UInt64] = []

        init(wordCount: Int) { self.wordCount = wordCount }

        var emptyBitmap: [UInt64] { [UInt64](repeating: 0, count: wordCount) }

        private mutating func append(_ bitmap: [UInt64]) -> Int32 {
            words += bitmap
            return Int32(words.count - wordCount)
        }

        private func bitmap(of rules: some Sequence<Int>) -> [UInt64] {
            var bitmap = emptyBitmap
            for rule in rules { bitmap[rule >> 6] |= 1 << UInt64(rule & 63) }
            return bitmap
        }

        /// Rules that let through single values: a bitmap for each value, and one for all others.
        mutating func addExact(_ slot: Int, _ indicator: Int32, _ demands: [(rule: Int, constraint: CellConstraint)], _ values: [Int64]) {
            let users = bitmap(of: demands.lazy.map(\.rule))
            let others = users.map { ~$0 }
            columns.append(
                Column(
                    slot: Int32(slot), indicator: indicator, isDouble: demands[0].constraint.isDouble, isExact: true, firstKey: Int32(keys.count),
                    keyCount: Int32(values.count), firstSegment: Int32(segments.count), users: append(users)))
            keys += values
            var bitmaps = [[UInt64]](repeating: others, count: values.count + 1)
            let numbers = Dictionary(uniqueKeysWithValues: zip(values, values.indices))
            for (rule, constraint) in demands {
                for value in constraint.values! { bitmaps[numbers[value]!][rule >> 6] |= 1 << UInt64(rule & 63) }
            }
            for bitmap in bitmaps { segments.append(Segment(bitmap: append(bitmap), firstBound: 0, boundCount: 0)) }
        }

        /// Rules that let through a range of values.
        mutating func addRanges(_ slot: Int, _ indicator: Int32, _ demands: [(rule: Int, constraint: CellConstraint)]) {
            /// A bound with the least value that is on its upper side.
            var sorted: [(turn: Int64, bound: Bound)] = []
            for (rule, constraint) in demands {
                if constraint.low != .min { sorted.append((constraint.low, Bound(key: constraint.low, rule: Int32(rule), flip: 0))) }
                if constraint.high != .max { sorted.append((constraint.high + 1, Bound(key: ~constraint.high, rule: Int32(rule), flip: -1))) }
            }
            sorted.sort { ($0.turn, $0.bound.rule, $0.bound.flip) < ($1.turn, $1.bound.rule, $1.bound.flip) }
            // As many bounds to a segment that comparing with them takes about as long as taking its bitmap, and bitmaps take bounded memory.
            let stride = min(max(wordCount / 4, 16), 256)
            let isSingle = sorted.count <= max(2 * stride, wordCount / 4)
            let users = isSingle ? -1 : append(bitmap(of: demands.lazy.map(\.rule)))
            var cuts: [Int64] = []
            if !isSingle {
                for place in Swift.stride(from: stride, to: sorted.count, by: stride) where cuts.last != sorted[place].turn { cuts.append(sorted[place].turn) }
            }
            columns.append(
                Column(
                    slot: Int32(slot), indicator: indicator, isDouble: demands[0].constraint.isDouble, isExact: false, firstKey: Int32(keys.count),
                    keyCount: Int32(cuts.count), firstSegment: Int32(segments.count), users: users))
            keys += cuts
            for segment in 0...cuts.count {
                var bitmap = [UInt64](repeating: .max, count: wordCount)
                let firstBound = bounds.count
                for (turn, bound) in sorted {
                    let isAbove = segment > 0 && turn <= cuts[segment - 1]
                    let isBelow = segment < cuts.count && turn >= cuts[segment]
                    if !isAbove && !isBelow {
                        bounds.append(bound)
                    } else if isAbove == (bound.flip == -1) {
                        bitmap[Int(bound.rule) >> 6] &= ~(1 << UInt64(bound.rule & 63))
                    }
                }
                segments.append(
                    Segment(bitmap: isSingle ? -1 : append(bitmap), firstBound: Int32(firstBound), boundCount: Int32(bounds.count - firstBound)))
            }
        }
    }
}
