/// A sum of doubles without rounding error, to which values can be added and taken away again.
///
/// The value is the exact sum of a few non-overlapping parts (Shewchuk, *Adaptive Precision Floating-Point Arithmetic*, 1997), so it does not
/// depend on the order in which a window's values came, left, or were loaded again: every process and every replay gets the same bits.
/// Sums whose parts do not fit are marked and computed afresh, with room for all parts, when they are asked for.
struct ExactSum {
    /// Values of like magnitude need two parts; a third takes in outliers.
    static let partsMax = 3

    private var parts: (Double, Double, Double) = (0, 0, 0)
    private var count: UInt8 = 0
    /// The parts did not fit: the sum must be computed again from its values.
    private(set) var isInexact = false

    @inline(__always) mutating func add(_ value: Double) {
        var value = value
        var kept: UInt8 = 0
        var low = (0.0, 0.0, 0.0)
        // Each step leaves the rounded sum in `value` and what was lost in `low`, smallest first.
        if count > 0 { Self.step(&value, parts.0, &low, &kept) }
        if count > 1 { Self.step(&value, parts.1, &low, &kept) }
        if count > 2 { Self.step(&value, parts.2, &low, &kept) }
        if value != 0 || kept == 0 {
            if kept == Self.partsMax || !value.isFinite {
                isInexact = true
                return
            }
            Self.set(&low, kept, value)
            kept += 1
        }
        parts = low
        count = kept
    }

    @inline(__always) private static func step(_ value: inout Double, _ part: Double, _ low: inout (Double, Double, Double), _ kept: inout UInt8) {
        let sum = value + part
        let virtual = sum - value
        let error = (value - (sum - virtual)) + (part - virtual)
        if error != 0 {
            set(&low, kept, error)
            kept += 1
        }
        value = sum
    }

    /// Adds x·x, or takes it away. Squares are exact as two doubles unless they are very large or very small.
    @inline(__always) mutating func addSquare(_ value: Double, isRemoved: Bool) {
        let magnitude = value.magnitude
        guard magnitude <= Self.squaredMax && (magnitude >= Self.squaredMin || magnitude == 0) else {
            isInexact = true
            return
        }
        let high = value * value
        let low = (-high).addingProduct(value, value)
        add(isRemoved ? -high : high)
        if low != 0 { add(isRemoved ? -low : low) }
    }

    /// The square of anything smaller has bits below the smallest double.
    private static let squaredMin = 0x1p-480
    private static let squaredMax = 0x1p500

    @inline(__always) private static func set(_ parts: inout (Double, Double, Double), _ index: UInt8, _ value: Double) {
        switch index {
        case 0: parts.0 = value
        case 1: parts.1 = value
        default: parts.2 = value
        }
    }

    /// The sum, rounded once to nearest, ties to even.
    @inline(__always) var rounded: Double {
        switch count {
        case 0: 0
        case 1: parts.0
        case 2: parts.1 + parts.0
        default: roundedOfThree
        }
    }

    /// Two parts round in one addition; a third one tips what would be halfway.
    private var roundedOfThree: Double {
        let high = parts.2 + parts.1
        let low = parts.1 - (high - parts.2)
        if low == 0 { return high + parts.0 }
        if (low < 0 && parts.0 < 0) || (low > 0 && parts.0 > 0) {
            let doubled = low * 2
            let candidate = high + doubled
            if doubled == candidate - high { return candidate }
        }
        return high
    }

    func forEachPart(_ body: (Double) -> Void) {
        if count > 0 { body(parts.0) }
        if count > 1 { body(parts.1) }
        if count > 2 { body(parts.2) }
    }

    /// The exact value, with room for more.
    var widened: WideSum {
        var sum = WideSum()
        forEachPart { sum.add($0) }
        return sum
    }
}
