/// Seeded pseudo-random numbers: xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64. The same seed gives the same numbers on every
/// machine: nothing here comes from the system, and no function of the C library, whose last digits may differ, takes part.
struct Random: Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    init(seed: UInt64) {
        var state = seed
        a = Self.splitmix(&state)
        b = Self.splitmix(&state)
        c = Self.splitmix(&state)
        d = Self.splitmix(&state)
    }

    static func splitmix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next() -> UInt64 {
        let scaled = b &* 5
        let result = (scaled << 7 | scaled >> 57) &* 9
        let t = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = d << 45 | d >> 19
        return result
    }

    /// A number from 0 up to, not including, `limit`. Biased by less than limit/2^64.
    mutating func below(_ limit: Int) -> Int {
        precondition(limit > 0, "nothing to choose from")
        return Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// From 0 up to, not including, 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// An exponentially distributed number with mean 1: the gap between arrivals that know nothing of each other.
    mutating func exponential() -> Double { -naturalLogarithm(1 - unit()) }

    mutating func element<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// ln x for a positive, normal x, to about 14 digits: x = m·2^e, and ln m = 2 artanh((m-1)/(m+1)).
func naturalLogarithm(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.4142135623730951 {
        mantissa /= 2
        exponent += 1
    }
    let z = (mantissa - 1) / (mantissa + 1)
    let square = z * z
    // |z| is at most 0.172, so eight terms leave less than 0.172^17 / 17.
    var series = 0.0
    for divisor in stride(from: 15.0, through: 1.0, by: -2.0) { series = series * square + 1 / divisor }
    return exponent * 0.6931471805599453 + 2 * z * series
}
