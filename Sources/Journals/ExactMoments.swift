/// Count, sum and sum of squares of whole numbers, exact: sums in 128 bits, squares in 192, which 2⁶⁴ numbers do not fill.
///
/// Numbers beyond 2⁵³ count as the nearest double, which is what expressions see of them.
struct ExactMomentsState {
    private(set) var count: Int64 = 0
    /// Two's complement, least significant word first.
    private var sum: (UInt64, UInt64) = (0, 0)
    private var squares: (UInt64, UInt64, UInt64) = (0, 0, 0)

    private static let exactMax: UInt64 = 1 << 53

    @inline(__always) mutating func add(_ value: Int64) {
        let magnitude = Self.magnitude(value)
        if value < 0 { subtractFromSum(magnitude) } else { addToSum(magnitude) }
        let (high, low) = magnitude.multipliedFullWidth(by: magnitude)
        var carry: Bool
        (squares.0, carry) = squares.0.addingReportingOverflow(low)
        // A square ends below 2¹²⁶, so that its high word takes a carry.
        (squares.1, carry) = squares.1.addingReportingOverflow(high &+ (carry ? 1 : 0))
        if carry { squares.2 &+= 1 }
        count &+= 1
    }

    mutating func add(_ other: ExactMomentsState) {
        var carry: UInt64
        (sum.0, carry) = Self.add(sum.0, other.sum.0, 0)
        sum.1 = Self.add(sum.1, other.sum.1, carry).low
        (squares.0, carry) = Self.add(squares.0, other.squares.0, 0)
        (squares.1, carry) = Self.add(squares.1, other.squares.1, carry)
        squares.2 = Self.add(squares.2, other.squares.2, carry).low
        count &+= other.count
    }

    private static func add(_ left: UInt64, _ right: UInt64, _ carry: UInt64) -> (low: UInt64, carry: UInt64) {
        let (once, first) = left.addingReportingOverflow(right)
        let (twice, second) = once.addingReportingOverflow(carry)
        return (twice, first || second ? 1 : 0)
    }

    @inline(__always) mutating func remove(_ value: Int64) {
        let magnitude = Self.magnitude(value)
        if value < 0 { addToSum(magnitude) } else { subtractFromSum(magnitude) }
        let (high, low) = magnitude.multipliedFullWidth(by: magnitude)
        var borrow: Bool
        (squares.0, borrow) = squares.0.subtractingReportingOverflow(low)
        (squares.1, borrow) = squares.1.subtractingReportingOverflow(high &+ (borrow ? 1 : 0))
        if borrow { squares.2 &-= 1 }
        count &-= 1
    }

    /// At most 2⁶³, the magnitude of the least integer.
    @inline(__always) private static func magnitude(_ value: Int64) -> UInt64 {
        let magnitude = value.magnitude
        return magnitude <= exactMax ? magnitude : UInt64(Double(magnitude))
    }

    @inline(__always) private mutating func addToSum(_ magnitude: UInt64) {
        let carry: Bool
        (sum.0, carry) = sum.0.addingReportingOverflow(magnitude)
        sum.1 &+= carry ? 1 : 0
    }

    @inline(__always) private mutating func subtractFromSum(_ magnitude: UInt64) {
        let borrow: Bool
        (sum.0, borrow) = sum.0.subtractingReportingOverflow(magnitude)
        sum.1 &-= borrow ? 1 : 0
    }

    /// n·Σx² - (Σx)², which is n² times the variance; rounded once to nearest, ties to even.
    var scatter: Double {
        let isNegative = Int64(bitPattern: sum.1) < 0
        let low = isNegative ? 0 &- sum.0 : sum.0
        let high = isNegative ? ~sum.1 &+ (sum.0 == 0 ? 1 : 0) : sum.1
        if high == 0 && squares.1 == 0 && squares.2 == 0 {
            let product = squares.0.multipliedFullWidth(by: UInt64(count))
            let square = low.multipliedFullWidth(by: low)
            let (difference, borrow) = product.low.subtractingReportingOverflow(square.low)
            return Self.rounded((difference, product.high &- square.high &- (borrow ? 1 : 0), 0, 0))
        }
        return wideScatter(low, high)
    }

    @inline(never) private func wideScatter(_ low: UInt64, _ high: UInt64) -> Double {
        let count = UInt64(count)
        var words: (UInt64, UInt64, UInt64, UInt64)
        var carry: UInt64 = 0
        (words.0, carry) = Self.multiply(count, squares.0, 0, 0)
        (words.1, carry) = Self.multiply(count, squares.1, carry, 0)
        (words.2, carry) = Self.multiply(count, squares.2, carry, 0)
        words.3 = carry
        // Schoolbook: low², twice low·high a word further up, high² two words up.
        var square: (UInt64, UInt64, UInt64, UInt64)
        (square.0, carry) = Self.multiply(low, low, 0, 0)
        (square.1, carry) = Self.multiply(low, high, carry, 0)
        (square.2, square.3) = (carry, 0)
        (square.1, carry) = Self.multiply(low, high, square.1, 0)
        (square.2, carry) = Self.multiply(high, high, square.2, carry)
        square.3 = carry
        var borrow: UInt64 = 0
        words.0 = Self.subtract(words.0, square.0, &borrow)
        words.1 = Self.subtract(words.1, square.1, &borrow)
        words.2 = Self.subtract(words.2, square.2, &borrow)
        words.3 = Self.subtract(words.3, square.3, &borrow)
        return Self.rounded(words)
    }

    /// left·right + first + second, which two words always hold.
    @inline(__always) private static func multiply(_ left: UInt64, _ right: UInt64, _ first: UInt64, _ second: UInt64) -> (low: UInt64, high: UInt64) {
        let product = left.multipliedFullWidth(by: right)
        let (once, firstCarry) = product.low.addingReportingOverflow(first)
        let (twice, secondCarry) = once.addingReportingOverflow(second)
        return (twice, product.high &+ (firstCarry ? 1 : 0) &+ (secondCarry ? 1 : 0))
    }

    @inline(__always) private static func subtract(_ left: UInt64, _ right: UInt64, _ borrow: inout UInt64) -> UInt64 {
        let (once, first) = left.subtractingReportingOverflow(right)
        let (twice, second) = once.subtractingReportingOverflow(borrow)
        borrow = first || second ? 1 : 0
        return twice
    }

    /// The 64 leading bits, the last of which stands for all bits behind it too, convert with one rounding.
    @inline(__always) private static func rounded(_ words: (UInt64, UInt64, UInt64, UInt64)) -> Double {
        if words.3 != 0 { return rounded(words.3, words.2, words.1 | words.0 != 0, exponent: 192) }
        if words.2 != 0 { return rounded(words.2, words.1, words.0 != 0, exponent: 128) }
        if words.1 != 0 { return rounded(words.1, words.0, false, exponent: 64) }
        return Double(words.0)
    }

    @inline(__always) private static func rounded(_ high: UInt64, _ low: UInt64, _ hasMore: Bool, exponent: Int) -> Double {
        let zeros = UInt64(high.leadingZeroBitCount)
        let leading = zeros == 0 ? high : high << zeros | low >> (64 - zeros)
        let isCut = hasMore || low << zeros != 0
        return Double(leading | (isCut ? 1 : 0)) * Double(bitPattern: UInt64(1023 + exponent - Int(zeros)) << 52)
    }
}
