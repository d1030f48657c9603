/// Whole numbers of any size, for expectations without rounding. Plain school arithmetic: slow, and nothing to get wrong.
struct BigInteger {
    private(set) var isNegative = false
    /// Least significant first, no zeros at the end.
    private(set) var limbs: [UInt32] = []

    init() {}

    init(_ value: Int64) {
        isNegative = value < 0
        var rest = value.magnitude
        while rest != 0 {
            limbs.append(UInt32(truncatingIfNeeded: rest))
            rest >>= 32
        }
    }

    private init(_ isNegative: Bool, _ limbs: [UInt32]) {
        self.limbs = limbs
        while self.limbs.last == 0 { self.limbs.removeLast() }
        self.isNegative = isNegative && !self.limbs.isEmpty
    }

    var isZero: Bool { limbs.isEmpty }
    var bitCount: Int { limbs.isEmpty ? 0 : limbs.count * 32 - limbs.last!.leadingZeroBitCount }

    func bit(_ index: Int) -> Bool { index >= 0 && index / 32 < limbs.count && limbs[index / 32] & (1 << UInt32(index % 32)) != 0 }

    private static func isBelow(_ a: [UInt32], _ b: [UInt32]) -> Bool {
        if a.count != b.count { return a.count < b.count }
        for index in a.indices.reversed() where a[index] != b[index] { return a[index] < b[index] }
        return false
    }

    private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var carry: UInt64 = 0
        for index in 0..<max(a.count, b.count) {
            let sum = (index < a.count ? UInt64(a[index]) : 0) + (index < b.count ? UInt64(b[index]) : 0) + carry
            result.append(UInt32(truncatingIfNeeded: sum))
            carry = sum >> 32
        }
        return carry == 0 ? result : result + [UInt32(carry)]
    }

    private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var borrow: Int64 = 0
        for index in a.indices {
            var difference = Int64(a[index]) - (index < b.count ? Int64(b[index]) : 0) - borrow
            borrow = difference < 0 ? 1 : 0
            if difference < 0 { difference += 1 << 32 }
            result.append(UInt32(difference))
        }
        return result
    }

    static func + (a: BigInteger, b: BigInteger) -> BigInteger {
        if a.isNegative == b.isNegative { return BigInteger(a.isNegative, sum(a.limbs, b.limbs)) }
        return isBelow(a.limbs, b.limbs)
            ? BigInteger(b.isNegative, difference(b.limbs, a.limbs)) : BigInteger(a.isNegative, difference(a.limbs, b.limbs))
    }

    static func - (a: BigInteger, b: BigInteger) -> BigInteger { a + BigInteger(!b.isNegative, b.limbs) }

    static func * (a: BigInteger, b: BigInteger) -> BigInteger {
        var result = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
        for i in a.limbs.indices {
            var carry: UInt64 = 0
            for j in b.limbs.indices {
                let value = UInt64(a.limbs[i]) * UInt64(b.limbs[j]) + UInt64(result[i + j]) + carry
                result[i + j] = UInt32(truncatingIfNeeded: value)
                carry = value >> 32
            }
            result[i + b.limbs.count] = UInt32(carry)
        }
        return BigInteger(a.isNegative != b.isNegative, result)
    }

    func shiftedLeft(_ bits: Int) -> BigInteger {
        var result = [UInt32](repeating: 0, count: bits / 32)
        let shift = UInt32(bits % 32)
        var carry: UInt32 = 0
        for limb in limbs {
            result.append(shift == 0 ? limb : limb << shift | carry)
            carry = shift == 0 ? 0 : limb >> (32 - shift)
        }
        return BigInteger(isNegative, result + [carry])
    }

    /// The number times 2^exponent, rounded once to a double, ties to even.
    func double(exponent: Int = 0) -> Double {
        if isZero { return 0 }
        let dropped = max(bitCount - 53 + exponent, -1074) - exponent
        var kept: UInt64 = 0
        for index in stride(from: bitCount - 1, through: dropped, by: -1) { kept = kept << 1 | (bit(index) ? 1 : 0) }
        if dropped > 0, bit(dropped - 1), kept & 1 == 1 || (0..<dropped - 1).contains(where: { bit($0) }) { kept += 1 }
        let magnitude = Double(sign: .plus, exponent: dropped + exponent, significand: Double(kept))
        return isNegative ? -magnitude : magnitude
    }

    /// A significand in [1, 2] and its exponent.
    func normalised(exponent: Int = 0) -> (Double, Int) {
        if isZero { return (0, 0) }
        return (double(exponent: 1 - bitCount), exponent + bitCount - 1)
    }

    var whole: Int64? {
        if isZero { return 0 }
        guard bitCount <= 64 else { return nil }
        var magnitude: UInt64 = 0
        for limb in limbs.reversed() { magnitude = magnitude << 32 | UInt64(limb) }
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }
}

/// Doubles as whole numbers times one power of two.
struct ExactDoubles {
    let numbers: [BigInteger]
    let exponent: Int
    private let significands: [(Int64, Int)]

    init(_ values: [Double]) {
        func parts(_ value: Double) -> (Int64, Int) {
            if value == 0 { return (0, Int.max) }
            let exponent = max(value.exponent.advanced(by: 0), -1022) - 52
            let significand = Int64(Double(sign: .plus, exponent: -exponent, significand: value.magnitude))
            return (value < 0 ? -significand : significand, exponent)
        }
        let parts = values.map { parts($0) }
        let least = parts.map(\.1).min() ?? 0
        exponent = least == .max ? 0 : least
        significands = parts
        numbers = parts.map { [exponent] in $0.0 == 0 ? BigInteger() : BigInteger($0.0).shiftedLeft($0.1 - exponent) }
    }

    var sum: BigInteger { numbers.reduce(BigInteger()) { $0 + $1 } }
    var roundedSum: Double { sum.double(exponent: exponent) }

    /// n·Σx² - (Σx)² as a significand and an exponent.
    var scatter: (Double, Int) {
        let squares = significands.reduce(BigInteger()) { sum, part in
            let number = BigInteger(part.0)
            return part.0 == 0 ? sum : sum + (number * number).shiftedLeft(2 * (part.1 - exponent))
        }
        let total = sum
        return (BigInteger(Int64(numbers.count)) * squares - total * total).normalised(exponent: 2 * exponent)
    }
}
