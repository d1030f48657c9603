public import Documents

/// The text of one expression and the place in a file where it stands.
public struct Source: Sendable {
    public let text: String
    public let file: String
    let bytes: [UInt8]
    private let base: Position
    private let continuationColumn: Int
    /// UTF-8 offsets at which lines start; the first is 0.
    private let lineStarts: [Int]

    /// - Parameters:
    ///   - base: Where the first character of `text` stands in its file.
    ///   - continuationColumn: The column at which every further line of `text` starts in the file: 1 plus the indentation of a
    ///     YAML block scalar.
    public init(_ text: String, base: Position, continuationColumn: Int = 1) {
        self.text = text
        self.file = base.file
        self.base = base
        self.continuationColumn = continuationColumn
        bytes = Array(text.utf8)
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        lineStarts = starts
    }

    public init(_ text: String, file: String = "<expression>") {
        self.init(text, base: Position(file: file, line: 1, column: 1))
    }

    /// Line and column (in code points) in the file of a UTF-8 offset of the text. O(length of the line).
    public func position(at offset: Int) -> Position {
        let offset = max(0, min(offset, bytes.count))
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        // Every byte but a continuation byte starts a code point.
        let column = bytes[lineStarts[low]..<offset].count { $0 & 0xC0 != 0x80 }
        return Position(
            file: base.file, line: base.line + low, column: column + (low == 0 ? base.column : continuationColumn))
    }

    /// The text of a range of UTF-8 offsets.
    public func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }
}
