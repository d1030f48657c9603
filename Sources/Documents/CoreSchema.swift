/// What an unquoted scalar means by the core schema of YAML 1.2 (section 10.3.2): `no`, `on` and `1_000` are text.
enum CoreSchema {
    enum Failure: Error { case outOfRange }

    static func resolve(_ text: String) throws(Failure) -> Node.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
        case ".nan", ".NaN", ".NAN": return .double(.nan)
        default: return try resolveNumber(text)
        }
    }

    private static func resolveNumber(_ text: String) throws(Failure) -> Node.Content {
        switch shape(Array(text.utf8)) {
        case .text: return .string(text)
        case .integer(let radix, let prefix):
            guard let value = Int64(text.dropFirst(prefix), radix: radix) else { throw .outOfRange }
            return .int(value)
        case .double:
            // Swift's own reader wants a digit on both sides of the point no more than YAML does, but not a lone leading or trailing one.
            var digits = text
            if let point = digits.firstIndex(of: ".") {
                let after = digits.index(after: point)
                if after == digits.endIndex || !digits[after].isASCIIDigit { digits.insert("0", at: after) }
                if point == digits.startIndex || !digits[digits.index(before: point)].isASCIIDigit { digits.insert("0", at: point) }
            }
            guard let value = Double(digits), value.isFinite else { throw .outOfRange }
            return .double(value)
        }
    }

    private enum Shape { case text, double, integer(radix: Int, prefix: Int) }

    /// `[-+]? [0-9]+`, `0o [0-7]+`, `0x [0-9a-fA-F]+` or `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func shape(_ bytes: [UInt8]) -> Shape {
        if bytes.count > 2, bytes[0] == UInt8(ascii: "0") {
            if bytes[1] == UInt8(ascii: "o"), bytes[2...].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) {
                return .integer(radix: 8, prefix: 2)
            }
            if bytes[1] == UInt8(ascii: "x"), bytes[2...].allSatisfy({ hexadecimalDigit($0) != nil }) {
                return .integer(radix: 16, prefix: 2)
            }
        }
        var index = 0
        func skipDigits() -> Int {
            let start = index
            while index < bytes.count, isDigit(bytes[index]) { index += 1 }
            return index - start
        }
        func skipSign() {
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
        }
        skipSign()
        let whole = skipDigits()
        if whole > 0 && index == bytes.count { return .integer(radix: 10, prefix: 0) }
        var fraction = 0
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            fraction = skipDigits()
        }
        if whole + fraction == 0 { return .text }
        if index < bytes.count, bytes[index] == UInt8(ascii: "e") || bytes[index] == UInt8(ascii: "E") {
            index += 1
            skipSign()
            if skipDigits() == 0 { return .text }
        }
        return index == bytes.count ? .double : .text
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
