/// A line of the result.
struct LayoutLine {
    enum Kind {
        /// Something with a value in it.
        case content
        /// A further line of a scalar that was written over several.
        case continuation
        /// A comment that has the line to itself.
        case comment
        case blank
    }

    var kind: Kind
    var indentation: Int
    var text: String
    /// Stands behind the text.
    var comment: String?

    var width: Int { indentation + text.unicodeScalars.count }

    static let blank = LayoutLine(kind: .blank, indentation: 0, text: "")
}

extension [LayoutLine] {
    /// Beyond this a line's comment stands behind it without moving those of its neighbours.
    private static let alignedWidthMax = 80

    /// One empty line at most between others, none at the ends.
    func withoutSpareBlanks() -> [LayoutLine] {
        var result: [LayoutLine] = []
        for line in self where line.kind != .blank || (result.last.map { $0.kind != .blank } ?? false) { result.append(line) }
        while result.last?.kind == .blank { result.removeLast() }
        return result
    }

    /// The text. Comments of neighbouring lines stand below each other, two spaces behind the longest.
    func rendered() -> [UInt8] {
        var bytes: [UInt8] = []
        var start = 0
        while start < count {
            var end = start + 1
            if self[start].kind == .content { while end < count, self[end].kind == .content { end += 1 } }
            let widths = self[start..<end].filter { $0.comment != nil && $0.width <= Self.alignedWidthMax }.map(\.width)
            let column = (widths.max() ?? 0) + 2
            for line in self[start..<end] {
                if !line.text.isEmpty || line.kind == .content { bytes += repeatElement(UInt8(ascii: " "), count: line.indentation) }
                bytes += line.text.utf8
                if let comment = line.comment {
                    let gap = line.width <= Self.alignedWidthMax && line.kind == .content ? column - line.width : 2
                    bytes += repeatElement(UInt8(ascii: " "), count: gap)
                    bytes += comment.utf8
                }
                bytes.append(UInt8(ascii: "\n"))
            }
            start = end
        }
        return bytes
    }
}
