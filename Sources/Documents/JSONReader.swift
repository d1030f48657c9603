/// A strict reader of JSON (RFC 8259) into the same value tree that YAML gives.
///
/// libyaml reads most JSON, but neither surrogate pairs (`\ud83d\ude00`) nor keys over 1,024 characters.
struct JSONReader {
    private var cursor: SourceCursor
    private let limits: DocumentLimits
    private var diagnostics: [Diagnostic] = []
    private var nodes = 0

    static func read(_ start: SourceCursor, limits: DocumentLimits) throws(Diagnostics) -> Node {
        var reader = JSONReader(cursor: start, limits: limits)
        return try reader.readDocument()
    }

    private init(cursor: SourceCursor, limits: DocumentLimits) {
        self.cursor = cursor
        self.limits = limits
    }

    private mutating func readDocument() throws(Diagnostics) -> Node {
        skipWhitespace()
        if cursor.current == nil { return Node(.null, at: Position(file: cursor.source.file, line: 1, column: 1)) }
        let root = try readValue(depth: 1)
        skipWhitespace()
        if cursor.current != nil { throw syntax("more text follows after the value", "keep one JSON value in a file") }
        guard diagnostics.isEmpty else { throw Diagnostics(diagnostics) }
        return root
    }

    private mutating func readValue(depth: Int) throws(Diagnostics) -> Node {
        nodes += 1
        if nodes > limits.nodesMax { throw stop(.limit("the document has more than \(limits.nodesMax) values", at: cursor.position)) }
        switch cursor.current {
        case UInt8(ascii: "{"): return try readMap(depth: depth)
        case UInt8(ascii: "["): return try readList(depth: depth)
        case UInt8(ascii: "\""):
            let start = cursor
            let text = try readString()
            return scalar(.string(text), text, .doubleQuoted, start)
        default: return try readWord()
        }
    }

    private mutating func readMap(depth: Int) throws(Diagnostics) -> Node {
        let position = try open(depth: depth)
        var entries: [(key: Node.Key, value: Node)] = []
        var places: [String: Position] = [:]
        while try !closes(UInt8(ascii: "}"), isFirst: entries.isEmpty && places.isEmpty) {
            guard cursor.current == UInt8(ascii: "\"") else { throw syntax("a key in quotation marks is expected", "write \"key\": value") }
            let keyPosition = cursor.position
            let key = Node.Key(try readString(), at: keyPosition, isQuoted: true)
            skipWhitespace()
            guard cursor.current == UInt8(ascii: ":") else { throw syntax("a ':' is expected after the key", "write \"key\": value") }
            cursor.advance()
            skipWhitespace()
            let value = try readValue(depth: depth + 1)
            if let first = places[key.text] {
                try report(.duplicateKey(key, first: first))
            } else {
                places[key.text] = keyPosition
                entries.append((key, value))
            }
        }
        return Node(.map(entries), at: position)
    }

    private mutating func readList(depth: Int) throws(Diagnostics) -> Node {
        let position = try open(depth: depth)
        var elements: [Node] = []
        while try !closes(UInt8(ascii: "]"), isFirst: elements.isEmpty) {
            elements.append(try readValue(depth: depth + 1))
        }
        return Node(.list(elements), at: position)
    }

    /// Steps over the opening bracket and gives its place.
    private mutating func open(depth: Int) throws(Diagnostics) -> Position {
        let position = cursor.position
        if depth > limits.depthMax { throw stop(.limit("values are nested deeper than \(limits.depthMax) levels", at: position)) }
        cursor.advance()
        return position
    }

    /// Steps over the closing bracket, or over the comma before a further element.
    private mutating func closes(_ bracket: UInt8, isFirst: Bool) throws(Diagnostics) -> Bool {
        skipWhitespace()
        if cursor.current == bracket {
            cursor.advance()
            return true
        }
        if isFirst { return false }
        guard cursor.current == UInt8(ascii: ",") else {
            throw syntax("a ',' or the closing bracket is expected", "separate elements by commas and close every bracket")
        }
        cursor.advance()
        skipWhitespace()
        return false
    }

    /// Reads a number, true, false or null.
    private mutating func readWord() throws(Diagnostics) -> Node {
        let start = cursor
        while let byte = cursor.current, isWordByte(byte) { cursor.advance() }
        let bytes = cursor.source.bytes[start.byte..<cursor.byte]
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "null": return scalar(.null, text, .plain, start)
        case "true": return scalar(.bool(true), text, .plain, start)
        case "false": return scalar(.bool(false), text, .plain, start)
        default:
            guard isNumber(bytes) else {
                cursor = start
                throw syntax("a JSON value is expected", "write an object, an array, a number, true, false, null or text in quotation marks")
            }
            do {
                return scalar(try CoreSchema.resolve(text), text, .plain, start)
            } catch {
                try report(.numberOutOfRange(text, at: start.position))
                return scalar(.null, text, .plain, start)
            }
        }
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// `-? (0 | [1-9][0-9]*) (\. [0-9]+)? ([eE] [-+]? [0-9]+)?`
    private func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        if whole == 0 || (startsWithZero && whole > 1) { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            if digits() == 0 { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }

    private func scalar(_ content: Node.Content, _ text: String, _ style: Node.Style, _ start: SourceCursor) -> Node {
        let origin = Node.Origin(source: start.source, startByte: start.byte, endByte: cursor.byte)
        return Node(content, text: text, style: style, at: start.position, origin: origin)
    }

    private mutating func skipWhitespace() {
        while let byte = cursor.current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { cursor.advance() }
    }
}

// Strings.
extension JSONReader {
    private mutating func readString() throws(Diagnostics) -> String {
        let start = cursor
        cursor.advance()
        var bytes: [UInt8] = []
        while true {
            guard let byte = cursor.current else {
                cursor = start
                throw syntax("the text that starts here has no end", "close the quotation mark")
            }
            switch byte {
            case UInt8(ascii: "\""):
                cursor.advance()
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw stop(.notText("the text that starts here is not UTF-8", at: start.position))
                }
                return text
            case UInt8(ascii: "\\"):
                try readEscape(into: &bytes)
            case 0..<0x20:
                throw syntax("a control character stands in the text", "write it as an escape, such as \\n or \\u0007")
            default:
                bytes.append(byte)
                cursor.advance()
            }
        }
    }

    private mutating func readEscape(into bytes: inout [UInt8]) throws(Diagnostics) {
        let plain: UInt8
        switch cursor.peek(1) {
        case UInt8(ascii: "\""): plain = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): plain = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): plain = UInt8(ascii: "/")
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"): return try readUnicodeEscape(into: &bytes)
        default: throw syntax("no such escape in JSON", "double the backslash, or use one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
        }
        bytes.append(plain)
        cursor.advance(2)
    }

    private mutating func readUnicodeEscape(into bytes: inout [UInt8]) throws(Diagnostics) {
        let high = try codeUnit(at: 0)
        var value = high
        var length = 6
        if (0xD800..<0xDC00).contains(high), cursor.peek(6) == UInt8(ascii: "\\"), cursor.peek(7) == UInt8(ascii: "u") {
            let low = try codeUnit(at: 6)
            if (0xDC00..<0xE000).contains(low) {
                value = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
                length = 12
            }
        }
        guard let character = Unicode.Scalar(value) else {
            throw syntax("half of a surrogate pair stands alone", "write the character itself, or both halves such as \\ud83d\\ude00")
        }
        bytes.append(contentsOf: UTF8.encode(character)!)
        cursor.advance(length)
    }

    private func codeUnit(at distance: Int) throws(Diagnostics) -> UInt32 {
        var value: UInt32 = 0
        for index in 2..<6 {
            guard let digit = cursor.peek(distance + index).flatMap(hexadecimalDigit) else {
                throw syntax("\\u needs four hexadecimal digits", "write it like \\u00e9")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func report(_ diagnostic: Diagnostic) throws(Diagnostics) {
        diagnostics.append(diagnostic)
        if diagnostics.count >= limits.diagnosticsMax { throw Diagnostics(diagnostics) }
    }

    private func syntax(_ message: String, _ remedy: String) -> Diagnostics {
        stop(Diagnostic(code: "syntax", message, remedy: remedy, at: cursor.position))
    }

    private func stop(_ diagnostic: Diagnostic) -> Diagnostics { Diagnostics(diagnostics + [diagnostic]) }
}
