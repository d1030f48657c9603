/// What is wrong with a JSON text, and at which byte.
public struct JSONError: Error, Sendable, CustomStringConvertible {
    public let message: String
    public let offset: Int
    public var description: String { "\(message) at byte \(offset)" }
}

/// Reads one JSON text (RFC 8259) as a value to bind.
///
/// Objects become maps in order (of equal keys the last wins, in the place of the first), whole numbers that fit become int, all
/// others double. Nesting is at most `Limits.jsonDepthMax`. O(size).
public func parseJSONValue(_ bytes: [UInt8]) throws(JSONError) -> Value {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.readValue()
    reader.skipBlanks()
    guard reader.isAtEnd else { throw reader.error("nothing may follow the value") }
    return value
}

struct JSONReader {
    private let bytes: [UInt8]
    private var offset = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    func error(_ message: String) -> JSONError { JSONError(message: message, offset: offset) }

    mutating func skipBlanks() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    mutating func readValue() throws(JSONError) -> Value {
        skipBlanks()
        guard offset < bytes.count else { throw error("a value is missing") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try readObject()
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return try readNumber()
        }
    }

    private mutating func accept(_ symbol: Character) -> Bool {
        guard offset < bytes.count, bytes[offset] == symbol.asciiValue else { return false }
        offset += 1
        return true
    }

    private mutating func readWord(_ word: String, _ value: Value) throws(JSONError) -> Value {
        guard bytes[offset...].starts(with: word.utf8) else { throw error("a value is expected") }
        offset += word.utf8.count
        return value
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        offset += 1
        guard depth <= Limits.jsonDepthMax else { throw error("the text nests deeper than \(Limits.jsonDepthMax) levels") }
        skipBlanks()
    }

    private mutating func readArray() throws(JSONError) -> Value {
        try enter()
        defer { depth -= 1 }
        var elements: [Value] = []
        if accept("]") { return .list([]) }
        while true {
            elements.append(try readValue())
            skipBlanks()
            if accept("]") { return .list(elements) }
            guard accept(",") else { throw error("',' or ']' is expected") }
        }
    }

    private mutating func readObject() throws(JSONError) -> Value {
        try enter()
        defer { depth -= 1 }
        var map = MapValue()
        if accept("}") { return .map(map) }
        while true {
            skipBlanks()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
            let key = try readString()
            skipBlanks()
            guard accept(":") else { throw error("':' is expected") }
            map.set(.string(key), try readValue())
            skipBlanks()
            if accept("}") { return .map(map) }
            guard accept(",") else { throw error("',' or '}' is expected") }
        }
    }

    private mutating func readNumber() throws(JSONError) -> Value {
        let start = offset
        _ = accept("-")
        let whole = try readDigits()
        guard whole == 1 || bytes[offset - whole] != UInt8(ascii: "0") else { throw error("a number has no leading zero") }
        var isWhole = true
        if accept(".") {
            isWhole = false
            _ = try readDigits()
        }
        if accept("e") || accept("E") {
            isWhole = false
            if !accept("+") { _ = accept("-") }
            _ = try readDigits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, let int = Int64(text) { return .int(int) }
        guard let double = Double(text), double.isFinite else { throw error("the number is too large") }
        return .double(double)
    }

    private mutating func readDigits() throws(JSONError) -> Int {
        let count = bytes[offset...].prefix(while: Lexer.isDigit).count
        guard count > 0 else { throw error("a value is expected") }
        offset += count
        return count
    }

    private mutating func readString() throws(JSONError) -> String {
        offset += 1
        var content: [UInt8] = []
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            let byte = bytes[offset]
            guard byte >= 0x20 else { throw error("a control character in text is written as an escape sequence") }
            if byte == UInt8(ascii: "\\") {
                try readEscape(into: &content)
            } else {
                content.append(byte)
                offset += 1
            }
        }
        guard accept("\"") else { throw error("the text is not closed") }
        guard let text = UTF8Text.string(validating: content) else { throw error("the text is not valid UTF-8") }
        return text
    }

    private mutating func readEscape(into content: inout [UInt8]) throws(JSONError) {
        offset += 1
        guard offset < bytes.count else { throw error("the text is not closed") }
        let letter = bytes[offset]
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try readCodeUnit()
            if (0xD800...0xDBFF).contains(code), accept("\\"), accept("u") {
                let low = try readCodeUnit()
                guard (0xDC00...0xDFFF).contains(low) else { throw error("half of a surrogate pair is missing") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair is missing") }
            content += Array(String(Character(scalar)).utf8)
        default: throw error("the escape sequence is unknown")
        }
    }

    private mutating func readCodeUnit() throws(JSONError) -> UInt32 {
        let digits = bytes[offset...].prefix(4)
        guard digits.count == 4, digits.allSatisfy(Lexer.isHex), let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw error("\\u is followed by four hexadecimal digits")
        }
        offset += 4
        return code
    }
}
