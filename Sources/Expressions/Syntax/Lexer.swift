internal import Documents

/// Splits the source into tokens. Errors are collected and the offending text skipped, so that all are reported at once.
struct Lexer {
    private let source: Source
    private let bytes: [UInt8]
    private var offset = 0
    private(set) var tokens: [Token] = []
    private(set) var diagnostics: [Diagnostic] = []

    init(_ source: Source) {
        self.source = source
        bytes = source.bytes
    }

    mutating func run() {
        while true {
            skipBlanks()
            guard offset < bytes.count else { break }
            lexToken()
        }
        tokens.append(Token(kind: .end, range: bytes.count..<bytes.count))
    }

    private func peek(_ distance: Int = 0) -> UInt8 {
        offset + distance < bytes.count ? bytes[offset + distance] : 0
    }

    private mutating func skipBlanks() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x09, 0x0A, 0x0C, 0x0D, 0x20: offset += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
            default: return
            }
        }
    }

    private mutating func lexToken() {
        let byte = bytes[offset]
        if let literal = StringLiteral.start(bytes, offset) {
            lexString(literal)
        } else if Self.isIdentifierStart(byte) {
            lexIdentifier()
        } else if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && Self.isDigit(peek(1))) {
            lexNumber()
        } else if byte == UInt8(ascii: "`") {
            lexQuotedIdentifier()
        } else {
            lexSymbol()
        }
    }

    private mutating func lexIdentifier() {
        let start = offset
        while Self.isIdentifierStart(peek()) || Self.isDigit(peek()) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let kind: Token.Kind =
            switch text {
            case "true": .literal(.bool(true))
            case "false": .literal(.bool(false))
            case "null": .literal(.null)
            case "in": .in
            default: .identifier(text)
            }
        tokens.append(Token(kind: kind, range: start..<offset))
    }

    private mutating func lexQuotedIdentifier() {
        let start = offset
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "`"), bytes[offset] != 0x0A { offset += 1 }
        let name = bytes[(start + 1)..<offset]
        let isClosed = peek() == UInt8(ascii: "`")
        if isClosed { offset += 1 }
        let isAllowed = name.allSatisfy {
            Self.isIdentifierStart($0) || Self.isDigit($0) || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), 0x20].contains($0)
        }
        guard isClosed, !name.isEmpty, isAllowed else {
            report(
                "quoted-name", "a field name in backquotes is closed on its line and has only letters, digits, '_', '.', '-', '/' and spaces",
                remedy: "write operand[\"name\"] for any other name", at: start)
            return
        }
        tokens.append(Token(kind: .quotedIdentifier(String(decoding: name, as: UTF8.self)), range: start..<offset))
    }

    private mutating func lexSymbol() {
        let start = offset
        let pair = offset + 1 < bytes.count ? String(decoding: bytes[offset...(offset + 1)], as: UTF8.self) : ""
        if ["&&", "||", "==", "!=", "<=", ">="].contains(pair) {
            offset += 2
            tokens.append(Token(kind: .symbol(pair), range: start..<offset))
            return
        }
        let byte = bytes[offset]
        if "+-*/%<>!?:.,()[]{}".utf8.contains(byte) {
            offset += 1
            tokens.append(Token(kind: .symbol(String(decoding: [byte], as: UTF8.self)), range: start..<offset))
            return
        }
        // Skip the whole code point.
        offset += 1
        while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
        let remedy: String? =
            switch byte {
            case UInt8(ascii: "="): "write == to compare"
            case UInt8(ascii: "&"): "write && for 'and'"
            case UInt8(ascii: "|"): "write || for 'or'"
            case UInt8(ascii: "\""), UInt8(ascii: "'"): nil
            default: nil
            }
        report(
            "unexpected-character", "'\(source.text(in: start..<offset))' has no meaning in an expression",
            remedy: remedy ?? "remove it, or put text in quotes", at: start)
    }

    private mutating func lexNumber() {
        let start = offset
        if peek() == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x"), Self.isHex(peek(2)) {
            offset += 2
            while Self.isHex(peek()) { offset += 1 }
            finishInteger(start: start, digits: bytes[(start + 2)..<offset], radix: 16)
            return
        }
        while Self.isDigit(peek()) { offset += 1 }
        var isDouble = false
        if peek() == UInt8(ascii: "."), Self.isDigit(peek(1)) {
            isDouble = true
            offset += 1
            while Self.isDigit(peek()) { offset += 1 }
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let signs = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
            if Self.isDigit(peek(1 + signs)) {
                isDouble = true
                offset += 1 + signs
                while Self.isDigit(peek()) { offset += 1 }
            }
        }
        guard isDouble else {
            finishInteger(start: start, digits: bytes[start..<offset], radix: 10)
            return
        }
        guard let value = Double(String(decoding: bytes[start..<offset], as: UTF8.self)), value.isFinite else {
            report("number-range", "'\(source.text(in: start..<offset))' is beyond the range of double", remedy: "use a smaller number", at: start)
            return
        }
        tokens.append(Token(kind: .literal(.double(value)), range: start..<offset))
    }

    private mutating func finishInteger(start: Int, digits: ArraySlice<UInt8>, radix: Int) {
        let isUnsigned = peek() | 0x20 == UInt8(ascii: "u")
        if isUnsigned { offset += 1 }
        guard let magnitude = UInt64(String(decoding: digits, as: UTF8.self), radix: radix) else {
            report(
                "number-range", "'\(source.text(in: start..<offset))' is beyond the range of \(isUnsigned ? "uint" : "int")",
                remedy: "write a double by adding .0", at: start)
            tokens.append(Token(kind: .literal(.int(0)), range: start..<offset))
            return
        }
        let kind: Token.Kind = isUnsigned ? .literal(.uint(magnitude)) : .integer(magnitude: magnitude)
        tokens.append(Token(kind: kind, range: start..<offset))
    }

    private mutating func lexString(_ literal: StringLiteral) {
        let start = offset
        var reader = literal
        let outcome = reader.read(bytes)
        offset = reader.offset
        switch outcome {
        case .value(let value): tokens.append(Token(kind: .literal(value), range: start..<offset))
        case .failure(let message, let remedy, let place):
            report("string-literal", message, remedy: remedy, at: place)
            tokens.append(Token(kind: .literal(.string("")), range: start..<offset))
        }
    }

    private mutating func report(_ code: String, _ message: String, remedy: String?, at place: Int) {
        guard diagnostics.count < Limits.diagnosticsMax else { return }
        diagnostics.append(Diagnostic(code: code, message, remedy: remedy, at: source.position(at: place)))
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
    static func isIdentifierStart(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || (0x61...0x7A).contains(byte | 0x20) }
}
