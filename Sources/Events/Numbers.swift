/// Exact reading of numbers from their text, by the grammar of JSON: no leading zeros, no bare point, no plus sign (RFC 8259, section 6).
enum Numbers {
    enum Failure: Error { case malformed, outOfRange, tooManyDecimals, notWhole }

    /// A decimal as minor units: `12.5` at scale 2 is 1250. Exponents are read; digits beyond the scale must be zeros.
    @inline(__always) static func minorUnits(_ text: UnsafeBufferPointer<UInt8>, scale: Int) throws(Failure) -> Int64 {
        let units = shortMinorUnits(text, scale)
        return units >= 0 ? units : try anyMinorUnits(text, scale)
    }

    /// What amounts look like: digits, at most one point among them, so few that nothing overflows. -1 for anything else, right or wrong.
    @inline(__always) private static func shortMinorUnits(_ text: UnsafeBufferPointer<UInt8>, _ scale: Int) -> Int64 {
        let count = text.count
        guard count > 0 && count + scale <= 18 && !hasLeadingZero(text, 0) else { return -1 }
        var units: Int64 = 0
        var point = -1
        var at = 0
        while at < count {
            let digit = text[at] &- UInt8(ascii: "0")
            if digit <= 9 {
                units = units &* 10 &+ Int64(digit)
            } else if text[at] == UInt8(ascii: "."), point < 0 {
                point = at
            } else {
                return -1
            }
            at += 1
        }
        let decimals = point < 0 ? 0 : count - point - 1
        guard point != 0 && point != count - 1 && decimals <= scale else { return -1 }
        for _ in decimals..<scale { units = units &* 10 }
        return units <= FieldLimits.decimalMinorUnitsMax ? units : -1
    }

    @inline(never) private static func anyMinorUnits(_ text: UnsafeBufferPointer<UInt8>, _ scale: Int) throws(Failure) -> Int64 {
        var at = 0
        let negative = at < text.count && text[at] == UInt8(ascii: "-")
        if negative { at += 1 }
        if hasLeadingZero(text, at) { throw .malformed }
        var magnitude: Int64 = 0
        var digits = 0
        var decimals = 0  // decimals already in `magnitude`
        var seenPoint = false
        var overflow = false
        scan: while at < text.count {
            let byte = text[at]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                let (scaled, carried) = magnitude.multipliedReportingOverflow(by: 10)
                let (sum, carriedToo) = scaled.addingReportingOverflow(Int64(byte &- UInt8(ascii: "0")))
                if carried || carriedToo {
                    // Beyond 64 bits: trailing zeros of a fraction do no harm, anything else does not fit. No later digit fits either.
                    if seenPoint && byte == UInt8(ascii: "0") {} else { overflow = true }
                } else {
                    magnitude = sum
                    if seenPoint { decimals += 1 }
                }
            case UInt8(ascii: ".") where !seenPoint && digits > 0: seenPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
            default: throw .malformed
            }
            at += 1
        }
        guard digits > 0, text[at - 1] != UInt8(ascii: ".") else { throw .malformed }
        var exponent = 0
        if at < text.count {
            at += 1
            var exponentNegative = false
            if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
                exponentNegative = text[at] == UInt8(ascii: "-")
                at += 1
            }
            guard at < text.count else { throw .malformed }
            while at < text.count {
                guard text[at] >= UInt8(ascii: "0"), text[at] <= UInt8(ascii: "9") else { throw .malformed }
                // Beyond any text's length, so that no number of zeros makes up for a digit that is left out here.
                if exponent < 1_000_000_000 { exponent = exponent * 10 + Int(text[at] &- UInt8(ascii: "0")) }
                at += 1
            }
            if exponentNegative { exponent = -exponent }
        }
        // What did not fit stands behind the decimals in `magnitude`: too fine, or else the digits before it are too large.
        if overflow { throw decimals > 0 && decimals - exponent >= scale ? .tooManyDecimals : .outOfRange }
        if magnitude == 0 { return 0 }
        var shift = scale - decimals + exponent
        while shift > 0 {
            let (scaled, carried) = magnitude.multipliedReportingOverflow(by: 10)
            if carried { throw .outOfRange }
            magnitude = scaled
            shift -= 1
        }
        while shift < 0 {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { throw .tooManyDecimals }
            magnitude = quotient
            shift += 1
        }
        if magnitude > FieldLimits.decimalMinorUnitsMax { throw .outOfRange }
        return negative ? -magnitude : magnitude
    }

    /// A whole number of 64 bits; `12.0` and `1e3` are refused, because a producer that writes them does not send whole numbers.
    static func whole(_ text: UnsafeBufferPointer<UInt8>) throws(Failure) -> Int64 {
        var at = 0
        let negative = !text.isEmpty && text[0] == UInt8(ascii: "-")
        if negative { at = 1 }
        guard at < text.count else { throw .malformed }
        if hasLeadingZero(text, at) { throw .malformed }
        var value: Int64 = 0
        while at < text.count {
            let byte = text[at]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
                throw byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") ? .notWhole : .malformed
            }
            // Accumulated below zero, where 64 bits reach one further.
            let (scaled, carried) = value.multipliedReportingOverflow(by: 10)
            let (sum, carriedToo) = scaled.subtractingReportingOverflow(Int64(byte &- UInt8(ascii: "0")))
            if carried || carriedToo { throw .outOfRange }
            value = sum
            at += 1
        }
        if negative { return value }
        let (positive, carried) = (0 as Int64).subtractingReportingOverflow(value)
        if carried { throw .outOfRange }
        return positive
    }

    private static func hasLeadingZero(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
        at + 1 < text.count && text[at] == UInt8(ascii: "0") && text[at + 1] >= UInt8(ascii: "0") && text[at + 1] <= UInt8(ascii: "9")
    }

    /// Whether the text is a JSON number, of any size.
    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        func digits() -> Bool {
            let start = at
            while at < text.count, text[at] >= UInt8(ascii: "0"), text[at] <= UInt8(ascii: "9") { at += 1 }
            return at > start
        }
        if at < text.count, text[at] == UInt8(ascii: "-") { at += 1 }
        if hasLeadingZero(text, at) || !digits() { return false }
        if at < text.count, text[at] == UInt8(ascii: ".") {
            at += 1
            if !digits() { return false }
        }
        if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") { at += 1 }
            if !digits() { return false }
        }
        return at == text.count
    }
}
