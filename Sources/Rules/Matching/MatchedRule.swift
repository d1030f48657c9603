internal import Expressions

/// What the index knows of a rule.
struct MatchedRule {
    /// What its condition demands of single cells.
    var constraints: [CellConstraint]
    /// The constraints are the whole condition.
    var constraintsDecide: Bool
    var priorityRank: UInt8

    func constraint(on slot: Int) -> CellConstraint? { constraints.first { $0.slot == slot } }
}

/// What the index knows of the frame of an event type.
struct FrameTraits {
    /// Cells from here on are indicators, which cost time to compute.
    var firstIndicatorSlot: Int
    /// By slot: whether the cell has so few values that one of them is no rare thing.
    var isCoarse: [Bool]
    /// By slot: whether the cell may be without a value.
    var mayBeAbsent: [Bool]

    /// The number of the indicator that a cell holds, or -1.
    func indicator(_ slot: Int) -> Int32 { slot >= firstIndicatorSlot ? Int32(slot - firstIndicatorSlot) : -1 }
}
