/// A sum of doubles and of their squares without any rounding: one binary number wide enough for all of them.
///
/// For what does not fit into an `ExactSum`, and for the differences behind a variance. Adding takes constant time and no memory from the heap.
struct WideSum {
    /// Least significant first, in two's complement.
    private var words = InlineArray<68, UInt64>(repeating: 0)

    private static let wordCount = 68
    /// The lowest bit stands for 2^-2148, the square of the smallest double; the highest is beyond 2^64 times the square of the largest.
    private static let lowestExponent = -2148

    mutating func add(_ value: Double) {
        precondition(value.isFinite, "fields hold finite numbers")
        let (significand, exponent) = Self.parts(value)
        add(UInt128(significand), at: exponent - Self.lowestExponent, isNegative: value < 0)
    }

    mutating func addSquare(_ value: Double) {
        precondition(value.isFinite, "fields hold finite numbers")
        let (significand, exponent) = Self.parts(value)
        add(UInt128(significand) * UInt128(significand), at: 2 * exponent - Self.lowestExponent, isNegative: false)
    }

    mutating func add(_ other: WideSum) {
        var carry = false
        for index in 0..<Self.wordCount { add(other.words[index], at: index, &carry) }
    }

    private static func parts(_ value: Double) -> (significand: UInt64, exponent: Int) {
        value.exponentBitPattern == 0
            ? (value.significandBitPattern, -1074) : (value.significandBitPattern | 1 << 52, Int(value.exponentBitPattern) - 1075)
    }

    private mutating func add(_ magnitude: UInt128, at bit: Int, isNegative: Bool) {
        let shift = UInt64(bit & 63)
        let low = UInt64(truncatingIfNeeded: magnitude)
        let high = UInt64(truncatingIfNeeded: magnitude >> 64)
        var index = bit >> 6
        let pieces = (low << shift, high << shift | (shift == 0 ? 0 : low >> (64 - shift)), shift == 0 ? 0 : high >> (64 - shift))
        var carry = false
        if isNegative {
            subtract(pieces.0, at: index, &carry)
            subtract(pieces.1, at: index + 1, &carry)
            subtract(pieces.2, at: index + 2, &carry)
        } else {
            add(pieces.0, at: index, &carry)
            add(pieces.1, at: index + 1, &carry)
            add(pieces.2, at: index + 2, &carry)
        }
        index += 3
        while carry && index < Self.wordCount {
            if isNegative { subtract(0, at: index, &carry) } else { add(0, at: index, &carry) }
            index += 1
        }
    }

    @inline(__always) private mutating func add(_ piece: UInt64, at index: Int, _ carry: inout Bool) {
        guard index < Self.wordCount else { return }
        let (sum, first) = words[index].addingReportingOverflow(piece)
        let (total, second) = sum.addingReportingOverflow(carry ? 1 : 0)
        words[index] = total
        carry = first || second
    }

    @inline(__always) private mutating func subtract(_ piece: UInt64, at index: Int, _ borrow: inout Bool) {
        guard index < Self.wordCount else { return }
        let (difference, first) = words[index].subtractingReportingOverflow(piece)
        let (total, second) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
        words[index] = total
        borrow = first || second
    }

    private var isNegative: Bool { Int64(bitPattern: words[Self.wordCount - 1]) < 0 }

    private var magnitude: WideSum {
        guard isNegative else { return self }
        var result = WideSum()
        var borrow = false
        for index in 0..<Self.wordCount { result.subtract(words[index], at: index, &borrow) }
        return result
    }

    /// n·Σx² - (Σx)², which is n² times the variance, from the exact sums; rounded once.
    static func scatter(count: Int64, sum: WideSum, squares: WideSum) -> ScaledDouble {
        var total = squares
        var carry: UInt64 = 0
        for index in 0..<wordCount {
            let product = total.words[index].multipliedFullWidth(by: UInt64(count))
            let (low, overflow) = product.low.addingReportingOverflow(carry)
            total.words[index] = low
            carry = product.high &+ (overflow ? 1 : 0)
        }
        let magnitude = sum.magnitude
        for left in 0..<wordCount where magnitude.words[left] != 0 {
            for right in 0..<wordCount where magnitude.words[right] != 0 {
                let product = UInt128(magnitude.words[left]) * UInt128(magnitude.words[right])
                // Sums of doubles end at 2^-1074, their squares at the lowest bit: what is shifted out is zero.
                let bit = 64 * (left + right) + lowestExponent
                if bit < 0 { total.add(product >> UInt128(-bit), at: 0, isNegative: true) } else { total.add(product, at: bit, isNegative: true) }
            }
        }
        return total.scaled
    }

    /// Rounded once to nearest, ties to even.
    var scaled: ScaledDouble {
        let magnitude = magnitude
        guard let top = (0..<Self.wordCount).last(where: { magnitude.words[$0] != 0 }) else { return ScaledDouble(significand: 0, exponent: 0) }
        let zeros = UInt64(magnitude.words[top].leadingZeroBitCount)
        let next = top > 0 ? magnitude.words[top - 1] : 0
        let leading = zeros == 0 ? magnitude.words[top] : magnitude.words[top] << zeros | next >> (64 - zeros)
        var significand = leading >> 11
        let rest = leading & 0x7ff
        let hasMore = (next << zeros) != 0 || (top > 1 && (0..<top - 1).contains { magnitude.words[$0] != 0 })
        if rest > 0x400 || (rest == 0x400 && (hasMore || significand & 1 == 1)) { significand += 1 }
        return ScaledDouble(
            significand: isNegative ? -Double(significand) : Double(significand), exponent: top * 64 + 11 - Int(zeros) + Self.lowestExponent)
    }

    var rounded: Double { scaled.value }
}

/// A number whose exponent may lie beyond a double's: variances of numbers that a double can hold.
struct ScaledDouble {
    var significand: Double
    var exponent: Int

    var value: Double { exponent == 0 ? significand : Double(sign: .plus, exponent: exponent, significand: significand) }

    func divided(by divisor: Double) -> ScaledDouble { ScaledDouble(significand: significand / divisor, exponent: exponent) }

    var squareRoot: ScaledDouble {
        exponent & 1 == 0
            ? ScaledDouble(significand: significand.squareRoot(), exponent: exponent / 2)
            : ScaledDouble(significand: (significand * 2).squareRoot(), exponent: (exponent - 1) / 2)
    }
}
