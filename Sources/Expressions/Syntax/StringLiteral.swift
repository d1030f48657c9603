/// Reads one string or bytes literal: raw or not, single or triple quoted.
struct StringLiteral {
    enum Outcome {
        case value(Value)
        case failure(message: String, remedy: String?, at: Int)
    }

    private let isBytes: Bool
    private let isRaw: Bool
    private let quote: UInt8
    private let isTriple: Bool
    private let start: Int
    /// After `read`: the first offset behind the literal.
    private(set) var offset: Int

    /// The literal that starts at `offset`, or nil when none does. A prefix is `b`, `r` or `br` in either case.
    static func start(_ bytes: [UInt8], _ offset: Int) -> StringLiteral? {
        var position = offset
        func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
        let isBytes = at(position) | 0x20 == UInt8(ascii: "b")
        if isBytes { position += 1 }
        let isRaw = at(position) | 0x20 == UInt8(ascii: "r")
        if isRaw { position += 1 }
        let quote = at(position)
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        let isTriple = at(position + 1) == quote && at(position + 2) == quote
        return StringLiteral(
            isBytes: isBytes, isRaw: isRaw, quote: quote, isTriple: isTriple, start: offset, offset: position + (isTriple ? 3 : 1))
    }

    mutating func read(_ bytes: [UInt8]) -> Outcome {
        var content: [UInt8] = []
        var failure: Outcome?
        while true {
            guard offset < bytes.count else { return unclosed() }
            let byte = bytes[offset]
            if byte == quote, !isTriple || (at(bytes, offset + 1) == quote && at(bytes, offset + 2) == quote) {
                offset += isTriple ? 3 : 1
                break
            }
            if !isTriple, byte == 0x0A || byte == 0x0D { return unclosed() }
            if byte == UInt8(ascii: "\\"), !isRaw {
                if let found = readEscape(bytes, into: &content), failure == nil { failure = found }
            } else {
                content.append(byte)
                offset += 1
            }
        }
        if let failure { return failure }
        // The source is valid UTF-8 and escapes in strings add whole code points.
        return .value(isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self)))
    }

    private func at(_ bytes: [UInt8], _ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private func unclosed() -> Outcome {
        let remedy = isTriple ? "close it with three quotes" : "close it on its line, or use triple quotes for several lines"
        return .failure(message: "the text starting here is not closed", remedy: remedy, at: start)
    }

    /// Reads an escape sequence at `offset`; nil when it is good.
    private mutating func readEscape(_ bytes: [UInt8], into content: inout [UInt8]) -> Outcome? {
        let place = offset
        let letter = at(bytes, offset + 1)
        offset += 2
        switch letter {
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): content.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return appendNumber(bytes, digits: 2, radix: 16, at: place, into: &content)
        case UInt8(ascii: "u"): return appendNumber(bytes, digits: 4, radix: 16, isUnicode: true, at: place, into: &content)
        case UInt8(ascii: "U"): return appendNumber(bytes, digits: 8, radix: 16, isUnicode: true, at: place, into: &content)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            offset -= 1
            return appendNumber(bytes, digits: 3, radix: 8, at: place, into: &content)
        default:
            // Stay before a quote or newline so that the literal still ends where it should.
            offset = min(place + 1, bytes.count)
            return .failure(
                message: "unknown escape sequence", remedy: "write \\\\ for a backslash, or use a raw literal such as r\"\\d+\"", at: place)
        }
        return nil
    }

    private mutating func appendNumber(
        _ bytes: [UInt8], digits: Int, radix: Int, isUnicode: Bool = false, at place: Int, into content: inout [UInt8]
    ) -> Outcome? {
        let end = offset + digits
        guard end <= bytes.count, bytes[offset..<end].allSatisfy({ radix == 16 ? Lexer.isHex($0) : (0x30...0x37).contains($0) }),
            let number = UInt32(String(decoding: bytes[offset..<end], as: UTF8.self), radix: radix)
        else {
            return .failure(message: "an escape sequence is cut short", remedy: "write \\xHH, \\uHHHH, \\UHHHHHHHH or \\OOO", at: place)
        }
        offset = end
        if isBytes {
            guard !isUnicode else {
                return .failure(message: "\\u and \\U have no meaning in bytes", remedy: "write the bytes as \\xHH", at: place)
            }
            content.append(UInt8(truncatingIfNeeded: number))
            return nil
        }
        guard let scalar = Unicode.Scalar(number) else {
            return .failure(message: "the escape sequence names no Unicode code point", remedy: "use one up to 10FFFF that is no surrogate", at: place)
        }
        content.append(contentsOf: Array(String(Character(scalar)).utf8))
        return nil
    }
}
