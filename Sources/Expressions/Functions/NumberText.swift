internal import Glibc

/// Doubles as text.
enum NumberText {
    /// The shortest digits that read back as the same double, with an exponent below 1e-4 and from 1e21 on: `1`, `0.5`, `1e+21`.
    static func shortest(_ value: Double) -> String {
        if let special = special(value) { return special }
        let (isNegative, digits, exponent) = decompose(value)
        guard exponent < -4 || exponent >= 21 else { return fixedShortest(value) }
        var text = isNegative ? "-" : ""
        text += String(digits[0])
        if digits.count > 1 { text += "." + digits[1...].map(String.init).joined() }
        let magnitude = abs(exponent)
        return text + (exponent < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") + String(magnitude)
    }

    /// The shortest digits that read back as the same double, never with an exponent.
    static func fixedShortest(_ value: Double) -> String {
        if let special = special(value) { return special }
        let (isNegative, digits, exponent) = decompose(value)
        var text = isNegative ? "-" : ""
        if exponent < 0 {
            text += "0." + String(repeating: "0", count: -exponent - 1) + digits.map(String.init).joined()
        } else {
            for index in 0...max(exponent, digits.count - 1) {
                if index == exponent + 1 { text += "." }
                text += index < digits.count ? String(digits[index]) : "0"
            }
        }
        return text
    }

    static func special(_ value: Double) -> String? {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return nil
    }

    /// A number of digits after the point, correctly rounded; `conversion` is `f` or `e`.
    static func rounded(_ value: Double, precision: Int, conversion: Character) -> String {
        if let special = special(value) { return special }
        // 309 digits before the point, `precision` behind it, sign, point and NUL.
        let capacity = 320 + precision
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            let count = withVaList([Int32(precision), value]) { vsnprintf(buffer.baseAddress!, capacity, "%.*\(conversion)", $0) }
            return String(decoding: buffer[..<Int(count)].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Shortest round-trip digits and the decimal exponent of the first one, taken from the standard library's own printing.
    private static func decompose(_ value: Double) -> (isNegative: Bool, digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var pointPosition: Int?
        var written = 0
        var exponent = 0
        let text = Array(value.magnitude.description.utf8)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if Lexer.isDigit(byte) {
                digits.append(byte - 0x30)
                written += 1
            } else if byte == UInt8(ascii: ".") {
                pointPosition = written
            } else {
                exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
                break
            }
            index += 1
        }
        exponent += (pointPosition ?? written) - 1
        let leadingZeros = digits.prefix { $0 == 0 }.count
        guard leadingZeros < digits.count else { return (value.sign == .minus, [0], 0) }
        digits.removeFirst(leadingZeros)
        exponent -= leadingZeros
        while digits.count > 1, digits.last == 0 { digits.removeLast() }
        return (value.sign == .minus, digits, exponent)
    }
}
