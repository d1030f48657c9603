/// The bytes of a document, shared by its nodes so that a place inside a scalar can be found again.
final class SourceText: Sendable {
    let file: String
    let bytes: [UInt8]

    init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }
}

/// A moving place in a text that knows its line and column. Columns count Unicode code points.
struct SourceCursor {
    let source: SourceText
    private(set) var byte: Int
    private(set) var line: Int
    private(set) var column: Int

    init(_ source: SourceText, byte: Int, line: Int, column: Int) {
        self.source = source
        self.byte = byte
        self.line = line
        self.column = column
    }

    var position: Position { Position(file: source.file, line: line, column: column) }

    /// The byte here, nil at the end of the text.
    var current: UInt8? { byte < source.bytes.count ? source.bytes[byte] : nil }

    func peek(_ distance: Int) -> UInt8? {
        let index = byte + distance
        return index < source.bytes.count ? source.bytes[index] : nil
    }

    /// Moves over one byte. A line ends after LF, and after a CR that no LF follows.
    mutating func advance() {
        guard let here = current else { return }
        byte += 1
        if here == UInt8(ascii: "\n") || (here == UInt8(ascii: "\r") && current != UInt8(ascii: "\n")) {
            line += 1
            column = 1
        } else if current.map({ $0 & 0xC0 != 0x80 }) ?? true {
            column += 1
        }
    }

    mutating func advance(_ count: Int) {
        for _ in 0..<count { advance() }
    }
}
