extension Node {
    /// The place in the file of a byte of this scalar's `text`, so that an error inside an expression points at the expression.
    ///
    /// Exact for plain, quoted and literal scalars on every line, escapes included. Where YAML folds line breaks into spaces, an offset inside
    /// such spaces gives the place where they start. Offsets beyond the text give its end; a node made by code counts on from its
    /// position, line by line. O(length of the scalar).
    public func position(atUTF8Offset offset: Int) -> Position {
        guard let origin else {
            var place = position
            for byte in text.utf8.prefix(max(offset, 0)) {
                if byte == UInt8(ascii: "\n") {
                    place.line += 1
                    place.column = 1
                } else if byte & 0xC0 != 0x80 {
                    place.column += 1
                }
            }
            return place
        }
        var cursor = SourceCursor(origin.source, byte: origin.startByte, line: position.line, column: position.column)
        let target = min(max(offset, 0), text.utf8.count)
        switch style {
        case .plain, .singleQuoted, .doubleQuoted:
            if isQuoted { cursor.advance() }
            FlowScalarWalk(style: style, endByte: origin.endByte).move(&cursor, overDecodedBytes: target)
        case .literal:
            moveInLiteral(&cursor, to: target)
        case .folded:
            moveInFolded(&cursor, to: target)
        }
        return cursor.position
    }

    /// Every line of a literal block stands in the file as it is, behind its indentation.
    private func moveInLiteral(_ cursor: inout SourceCursor, to target: Int) {
        cursor.advanceToNextLine()
        let bytes = Array(text.utf8)
        var lineStart = 0
        while true {
            let lineEnd = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if target <= lineEnd || lineEnd == bytes.count {
                let indentation = cursor.bytesToLineEnd - (lineEnd - lineStart)
                cursor.advance(max(indentation, 0) + target - lineStart)
                return
            }
            cursor.advanceToNextLine()
            lineStart = lineEnd + 1
        }
    }

    /// A folded block keeps everything but white space: runs of it are matched with each other.
    private func moveInFolded(_ cursor: inout SourceCursor, to target: Int) {
        cursor.advanceToNextLine()
        cursor.skipWhitespace()
        let bytes = Array(text.utf8)
        var index = bytes.firstIndex { !isWhitespace($0) } ?? bytes.count
        while index < target {
            if isWhitespace(bytes[index]) {
                let runEnd = bytes[index...].firstIndex { !isWhitespace($0) } ?? bytes.count
                if target < runEnd { return }
                index = runEnd
                cursor.skipWhitespace()
            } else {
                index += 1
                cursor.advance()
            }
        }
    }
}

/// Matches a plain or quoted scalar's text with what was written: escapes, doubled quotes and folded line breaks.
struct FlowScalarWalk {
    let style: Node.Style
    let endByte: Int

    /// Moves the cursor over what decodes to `count` bytes; it stops at the start of the construct in which the count ends.
    func move(_ cursor: inout SourceCursor, overDecodedBytes count: Int) {
        var remaining = count
        while remaining > 0, cursor.byte < endByte, let here = cursor.current {
            let (written, decoded) = measure(cursor, here)
            if decoded > remaining { return }
            remaining -= decoded
            cursor.advance(written)
        }
        skipEmptyConstructs(&cursor)
    }

    /// An escaped line break decodes to nothing: the next character is behind it.
    private func skipEmptyConstructs(_ cursor: inout SourceCursor) {
        while cursor.byte < endByte, let here = cursor.current {
            let (written, decoded) = measure(cursor, here)
            if decoded > 0 || written == 0 { return }
            cursor.advance(written)
        }
    }

    /// How many bytes the construct at the cursor has in the file, and how many it decodes to.
    private func measure(_ cursor: SourceCursor, _ here: UInt8) -> (written: Int, decoded: Int) {
        switch here {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            return measureWhitespace(cursor, breaksEscaped: 0, from: 0)
        case UInt8(ascii: "'") where style == .singleQuoted && cursor.peek(1) == UInt8(ascii: "'"):
            return (2, 1)
        case UInt8(ascii: "\\") where style == .doubleQuoted:
            return measureEscape(cursor)
        default:
            return (1, 1)
        }
    }

    /// White space without a line break stands for itself, byte for byte; one break is a space, n breaks are n-1 breaks.
    private func measureWhitespace(_ cursor: SourceCursor, breaksEscaped: Int, from start: Int) -> (written: Int, decoded: Int) {
        var length = start
        var breaks = 0
        while cursor.byte + length < endByte, let byte = cursor.peek(length), isWhitespace(byte) {
            if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && cursor.peek(length + 1) != UInt8(ascii: "\n")) { breaks += 1 }
            length += 1
        }
        if breaksEscaped > 0 { return (length, breaks - 1) }
        if breaks == 0 { return (1, 1) }
        return (length, breaks == 1 ? 1 : breaks - 1)
    }

    private func measureEscape(_ cursor: SourceCursor) -> (written: Int, decoded: Int) {
        switch cursor.peek(1) {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            return measureWhitespace(cursor, breaksEscaped: 1, from: 1)
        case UInt8(ascii: "x"):
            return (4, encodedLength(hexadecimal(cursor, from: 2, digits: 2)))
        case UInt8(ascii: "u"):
            let unit = hexadecimal(cursor, from: 2, digits: 4)
            return (0xD800..<0xDC00).contains(unit) ? (12, 4) : (6, encodedLength(unit))
        case UInt8(ascii: "U"):
            return (10, encodedLength(hexadecimal(cursor, from: 2, digits: 8)))
        case UInt8(ascii: "N"), UInt8(ascii: "_"):
            return (2, 2)
        case UInt8(ascii: "L"), UInt8(ascii: "P"):
            return (2, 3)
        default:
            return (2, 1)
        }
    }

    private func hexadecimal(_ cursor: SourceCursor, from start: Int, digits: Int) -> UInt32 {
        (start..<start + digits).reduce(0) { value, index in
            value << 4 | UInt32(cursor.peek(index).flatMap(hexadecimalDigit) ?? 0)
        }
    }

    private func encodedLength(_ codePoint: UInt32) -> Int {
        codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
    }
}

private func isWhitespace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
}

extension SourceCursor {
    fileprivate mutating func skipWhitespace() {
        while let here = current, isWhitespace(here) { advance() }
    }

    fileprivate mutating func advanceToNextLine() {
        let start = line
        while current != nil && line == start { advance() }
    }

    /// Bytes from here to the line's end, the line break not counted.
    fileprivate var bytesToLineEnd: Int {
        var length = 0
        while let byte = peek(length), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { length += 1 }
        return length
    }
}

/// The value of a hexadecimal digit in ASCII, nil for another byte.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
