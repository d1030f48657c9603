/// A value of the document as it is laid out: where it stands, and how it is written.
struct LayoutNode {
    indirect enum Kind {
        /// Nothing was written.
        case empty
        /// On one line or on several: a scalar, an alias, or a list or map in flow style.
        case inline
        case blockScalar
        case list([LayoutNode])
        case map([(key: LayoutNode, value: LayoutNode)])
    }

    var kind: Kind
    /// Bytes of the text, an anchor included. Of a block list or map only the start counts.
    var range: Range<Int>
    /// Of an inline node: whether it is a list or map in flow style.
    var isFlow = false
    var isDoubleQuoted = false
    /// Of a block list or map: `&name` before it.
    var anchor: String?
}

/// A comment, or a line without anything on it.
struct LayoutTrivia {
    var line: Int
    /// Code points before it.
    var column: Int
    /// Nil for an empty line.
    var comment: String?
}

/// A comment wherever it stands.
struct LayoutComment {
    var line: Int
    var text: String
}

/// What stands between scalars in flow style, and the scalars themselves.
struct FlowToken {
    enum Kind { case open, close, comma, colon, question, property, scalar }

    var kind: Kind
    var range: Range<Int>
    var line: Int
    var lastLine: Int
}
