public import Expressions

/// Finds the rules of one event type that an event may meet, in time that follows these candidates and not the number of rules.
///
/// A rule is passed over only where a cell has a value for which its condition is false. Whatever else a condition may come to, an error included, the
/// rule is a candidate, and its program decides. So matching changes nothing but time.
public final class RuleMatcher: @unchecked Sendable {
    private let memory = TableMemory()
    private let values: ValueIndex
    /// The first holds the rules that `values` does not; each other one stands in for an operand of `values` whose cell has no value.
    private let groups: FixedArray<BitmapGroup>

    /// How the rules are found.
    let cost: MatchingCost

    static let priorityRankMax = Package.Priority.allCases.map(\.rank).max()!
    /// As many rules may share the value that they are found by; more are left to bitmaps, which tell them apart by other cells.
    private static let rulesPerValueMax = 64

    /// - Parameter isIndexed: false to make every rule a candidate of every event.
    init(_ rules: [MatchedRule], _ traits: FrameTraits, isIndexed: Bool) {
        var rules = rules
        if !isIndexed { for index in rules.indices { rules[index].constraints = [] } }
        let access = Self.access(rules, traits)
        let bounded = rules.indices.filter { access[$0] == nil && !rules[$0].constraints.isEmpty }.count
        let found = access.count { $0 != nil }
        cost = MatchingCost(byValue: found, byBounds: bounded, always: rules.count - found - bounded)
        values = ValueIndex(rules, access: access, traits, memory)
        var members: [Int?: [Int]] = [:]
        for rule in rules.indices { members[access[rule], default: []].append(rule) }
        var groups = [BitmapGroup(rules, members: members[nil] ?? [], traits, memory)]
        for operand in values.operands.indices {
            let slot = Int(values.operands[operand].slot)
            groups.append(
                BitmapGroup(rules, members: members[slot]!, absentSlot: slot, hasColumns: traits.mayBeAbsent[slot], traits, memory))
        }
        self.groups = memory.table(groups)
    }

    /// By which cell's value each rule is found; nil where none leads to few rules.
    private static func access(_ rules: [MatchedRule], _ traits: FrameTraits) -> [Int?] {
        struct Value: Hashable {
            var slot: Int
            var key: Int64
        }
        var counts: [Value: Int] = [:]
        for rule in rules {
            for constraint in rule.constraints {
                for key in constraint.values ?? [] { counts[Value(slot: constraint.slot, key: key), default: 0] += 1 }
            }
        }
        return rules.map { rule in
            var best: (slot: Int, cost: (Int, Int, Int))?
            let hasField = rule.constraints.contains { traits.indicator($0.slot) < 0 }
            for constraint in rule.constraints where !traits.isCoarse[constraint.slot] {
                guard let values = constraint.values, !values.isEmpty else { continue }
                let isIndicator = traits.indicator(constraint.slot) >= 0
                // Looking for a rule by an indicator computes it for every event.
                if isIndicator && hasField { continue }
                let most = values.lazy.map { counts[Value(slot: constraint.slot, key: $0)]! }.max()!
                guard most <= rulesPerValueMax else { continue }
                let cost = (isIndicator ? 1 : 0, most, traits.mayBeAbsent[constraint.slot] ? 1 : 0)
                if best == nil || cost < best!.cost { best = (constraint.slot, cost) }
            }
            return best?.slot
        }
    }

    /// Puts the rules that the event in a frame may meet into `candidates`; those that it is certain to meet are marked there.
    /// - Parameters:
    ///   - minimumRank: cells that only rules of lower priority look at are passed over; the caller passes over such rules among the candidates.
    ///   - compute: computes an indicator that is `Presence.pending`; called only where a rule that is still possible needs it.
    @inline(__always) public func match(_ frame: Frame, minimumRank: Int, into candidates: CandidateSet, compute: (Int) -> Void) {
        let (cells, present) = (frame.cells, frame.present)
        (groups.base).pointee.find(cells, present, minimumRank, candidates, compute: compute)
        var operand = 0
        while operand < values.operands.count {
            let end = min(operand + CandidateSet.findsMax, values.operands.count)
            var count = 0
            while operand < end {
                let pointer = values.operands.base + operand
                defer { operand += 1 }
                guard pointer.pointee.priorityRank >= minimumRank else { continue }
                let slot = Int(pointer.pointee.slot)
                if present[slot] == Presence.pending { compute(Int(pointer.pointee.indicator)) }
                guard present[slot] == Presence.value else {
                    (groups.base + 1 + operand).pointee.find(cells, present, minimumRank, candidates, compute: compute)
                    continue
                }
                let place = values.probe(operand, cells)
                if place < 0 { continue }
                candidates.finds[count] = (Int32(operand), Int32(place))
                count += 1
            }
            for find in 0..<count {
                candidates.finds[find].place = Int32(values.locate(Int(candidates.finds[find].operand), Int(candidates.finds[find].place), cells))
            }
            for find in 0..<count where candidates.finds[find].place >= 0 {
                values.walk(Int(candidates.finds[find].place), cells, present, candidates, compute)
            }
        }
    }
}
