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

    @inline(__always) private static func set(_ parts: inout (Double, Double, Double), _ index: UInt8, _ value: Double) {
        switch index {
        case 0: parts.0 = value
        case 1: parts.1 = value
        default: parts.2 = value
        }
    }

    /// The parts, smallest first.
    var expansion: [Double] { [parts.0, parts.1, parts.2].prefix(Int(count)).map { $0 } }

    /// The sum, rounded once.
    @inline(__always) var rounded: Double {
        switch count {
        case 0: 0
        case 1: parts.0
        default: Self.round(parts.0, parts.1, count == 3 ? parts.2 : nil)
        }
    }

    private static func round(_ first: Double, _ second: Double, _ third: Double?) -> Double {
        third.map { WideSum.round([first, second, $0]) } ?? WideSum.round([first, second])
    }
}

/// The same with room for as many parts as doubles can need; for computing afresh.
struct WideSum {
    private var parts: [Double] = []

    mutating func add(_ value: Double) {
        var value = value
        var kept: [Double] = []
        for part in parts {
            let sum = value + part
            let virtual = sum - value
            let error = (value - (sum - virtual)) + (part - virtual)
            if error != 0 { kept.append(error) }
            value = sum
        }
        kept.append(value)
        parts = kept
    }

    var rounded: Double { Self.round(parts) }
    var expansion: [Double] { parts }

    /// Adds non-overlapping parts, smallest first, with one rounding to nearest, ties to even.
    static func round(_ parts: [Double]) -> Double {
        guard var index = parts.indices.last else { return 0 }
        var high = parts[index]
        var low = 0.0
        while index > 0 {
            index -= 1
            let larger = high
            high = larger + parts[index]
            low = parts[index] - (high - larger)
            if low != 0 { break }
        }
        // Halfway cases look at what is still below.
        if index > 0, (low < 0 && parts[index - 1] < 0) || (low > 0 && parts[index - 1] > 0) {
            let doubled = low * 2
            let candidate = high + doubled
            if doubled == candidate - high { high = candidate }
        }
        return high
    }
}

/// x·x without rounding error, as the rounded product and what it lost.
@inline(__always) func exactSquare(_ value: Double) -> (high: Double, low: Double) {
    let high = value * value
    return (high, (-high).addingProduct(value, value))
}
