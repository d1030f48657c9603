public import Documents

/// The text of one expression and the place in a file where it stands.
public struct Source: Sendable {
    public let text: String
    let bytes: [UInt8]
    private let node: Node

    /// - Parameter node: the scalar whose text this is; it may be quoted, indented or folded.
    public init(_ text: String, of node: Node) {
        self.text = text
        self.node = node
        bytes = Array(text.utf8)
    }

    public init(_ text: String, file: String = "<expression>") {
        self.init(text, of: Node(.string(text), text: text, at: Position(file: file, line: 1, column: 1)))
    }

    /// Line and column (in code points) in the file of a UTF-8 offset of the text. O(length of the text).
    public func position(at offset: Int) -> Position { node.position(atUTF8Offset: offset) }

    /// The text of a range of UTF-8 offsets.
    public func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }
}
