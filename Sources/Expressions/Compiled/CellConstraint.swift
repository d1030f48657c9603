/// What a condition demands of one cell: where the cell has a value outside of it, the condition is false, whatever the rest of it comes to.
///
/// Indexes find rules by it. It may let through more than the condition does, never less.
public struct CellConstraint: Sendable, Equatable {
    public let slot: Int
    /// The cell holds a double; otherwise its bits are ordered as an Int64.
    public let isDouble: Bool
    /// The keys that are let through, rising; nil where all between `low` and `high` are.
    public private(set) var values: [Int64]?
    public private(set) var low: Int64
    public private(set) var high: Int64

    public init(slot: Int, isDouble: Bool, low: Int64 = .min, high: Int64 = .max) {
        self.slot = slot
        self.isDouble = isDouble
        self.low = low
        self.high = high
    }

    init(slot: Int, isDouble: Bool, values: [Int64]) {
        self.init(slot: slot, isDouble: isDouble, low: values.first ?? .max, high: values.last ?? .min)
        self.values = values
    }

    /// Whether nothing is let through.
    public var isEmpty: Bool { low > high }

    /// Lets through only what both do. They must be about the same cell.
    mutating func intersect(_ other: CellConstraint) {
        let low = max(low, other.low)
        let high = min(high, other.high)
        var values = values ?? other.values
        if let others = other.values { values = values?.filter { others.contains($0) } }
        values = values?.filter { low <= $0 && $0 <= high }
        self = values.map { CellConstraint(slot: slot, isDouble: isDouble, values: $0) } ?? CellConstraint(slot: slot, isDouble: isDouble, low: low, high: high)
    }

    /// The key of NaN, and of no number.
    public static var notANumber: Int64 { .max }

    /// The key of a cell: an integer that is ordered as the cell's values are, and equal where they are.
    ///
    /// NaN is above everything. It meets no comparison, so this lets through too much, which is allowed.
    @inline(__always) public static func key(_ cell: UInt64, isDouble: Bool) -> Int64 {
        let bits = Int64(bitPattern: cell)
        guard isDouble else { return bits }
        if Double(bitPattern: cell).isNaN { return notANumber }
        // Of negative doubles the greater bits are the lesser number; both zeros are one.
        return bits >= 0 ? bits : bits == .min ? 0 : bits ^ .max
    }
}

extension ConditionProgram.Instruction {
    /// What must be for a condition that is false whenever this instruction's comparison is; nil where that is nothing an index can use.
    func constraint(_ sets: [[UInt64]]) -> CellConstraint? {
        // Below a negation the comparison must not hold.
        let isNegated = yes == Self.toNo
        guard isNegated != (no == Self.toNo) else { return nil }
        let slot = Int(left)
        func below(_ bound: Int64, _ isDouble: Bool) -> CellConstraint? {
            bound == .min ? nil : CellConstraint(slot: slot, isDouble: isDouble, high: bound - 1)
        }
        func above(_ bound: Int64, _ isDouble: Bool) -> CellConstraint? {
            bound == .max ? nil : CellConstraint(slot: slot, isDouble: isDouble, low: bound + 1)
        }
        let whole = Int64(bitPattern: immediate)
        switch (operation, isNegated) {
        case (.equalsConstant, false), (.differsFromConstant, true): return CellConstraint(slot: slot, isDouble: false, values: [whole])
        case (.isTrue, _): return CellConstraint(slot: slot, isDouble: false, values: [isNegated ? 0 : 1])
        case (.isIn, false):
            return CellConstraint(slot: slot, isDouble: false, values: Set(sets[Int(immediate)].map { Int64(bitPattern: $0) }).sorted())
        case (.intLessConstant, false), (.intAtLeastConstant, true): return below(whole, false)
        case (.intGreaterConstant, false), (.intAtMostConstant, true): return above(whole, false)
        case (.intAtMostConstant, false), (.intGreaterConstant, true): return CellConstraint(slot: slot, isDouble: false, high: whole)
        case (.intAtLeastConstant, false), (.intLessConstant, true): return CellConstraint(slot: slot, isDouble: false, low: whole)
        default: break
        }
        // The opposite of a comparison of doubles holds for NaN, which no range has.
        guard !isNegated, !Double(bitPattern: immediate).isNaN else { return nil }
        let number = CellConstraint.key(immediate, isDouble: true)
        switch operation {
        case .doubleEqualsConstant: return CellConstraint(slot: slot, isDouble: true, values: [number])
        case .doubleLessConstant: return below(number, true)
        case .doubleGreaterConstant: return above(number, true)
        case .doubleAtMostConstant: return CellConstraint(slot: slot, isDouble: true, high: number)
        case .doubleAtLeastConstant: return CellConstraint(slot: slot, isDouble: true, low: number)
        default: return nil
        }
    }
}
