extension SignedDuration {
    /// Reads a sequence of decimal numbers with units, e.g. `1h30m`, `-1.5s`, `250ms`; units are h, m, s, ms, us (µs), ns. Nil when the
    /// text is none or the span is out of range. O(length).
    public init?(text: String) {
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.elementsEqual([UInt8(ascii: "0")]) {
            self.init(nanoseconds: 0)
            return
        }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = Self.readPart(&rest) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { return nil }
            total = sum
        }
        self.init(nanoseconds: isNegative ? -total : total)
    }

    /// One number with its unit, in nanoseconds.
    private static func readPart(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let whole = rest.prefix(while: Lexer.isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: Lexer.isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty, let unit = readUnit(&rest) else { return nil }
        var value: Int64 = 0
        for digit in whole {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = product.addingReportingOverflow(Int64(digit - 0x30))
            guard !overflow, !sumOverflow else { return nil }
            value = sum
        }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        var remainder: Int64 = 0
        var digitUnit = unit
        for digit in fraction {
            // Exact: every unit is a product of tens and sixties, so keep the part that tens do not divide.
            guard digitUnit > 0 else { break }
            remainder += Int64(digit - 0x30) * digitUnit / 10
            digitUnit /= 10
        }
        let (sum, sumOverflow) = scaled.addingReportingOverflow(remainder)
        return sumOverflow ? nil : sum
    }

    private static func readUnit(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let units: [([UInt8], Int64)] = [
            (Array("ns".utf8), 1), (Array("us".utf8), 1_000), (Array("µs".utf8), 1_000), (Array("μs".utf8), 1_000),
            (Array("ms".utf8), 1_000_000), (Array("s".utf8), 1_000_000_000), (Array("m".utf8), 60_000_000_000),
            (Array("h".utf8), 3_600_000_000_000),
        ]
        for (name, unit) in units where rest.starts(with: name) {
            rest = rest.dropFirst(name.count)
            return unit
        }
        return nil
    }

    /// Seconds with as many digits of the fraction as they need, e.g. `1.5s`.
    public var secondsText: String {
        let magnitude = nanoseconds.magnitude
        var text = nanoseconds < 0 ? "-" : ""
        text += String(magnitude / 1_000_000_000)
        let fraction = magnitude % 1_000_000_000
        if fraction > 0 {
            var digits = Array(String(fraction + 1_000_000_000).utf8.dropFirst())
            while digits.last == UInt8(ascii: "0") { digits.removeLast() }
            text += "." + String(decoding: digits, as: UTF8.self)
        }
        return text + "s"
    }
}
