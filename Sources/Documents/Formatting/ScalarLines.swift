/// Plain and quoted scalars, written over one line or several.
enum ScalarLines {
    /// The lines keep their text; those after the first move with it. Space before them does not count.
    static func lines(
        _ source: FormattingSource, _ range: Range<Int>, behind head: LayoutLine, oldColumn: Int, isDoubleQuoted: Bool
    ) -> [LayoutLine] {
        let first = source.line(of: range.lowerBound)
        let last = source.line(of: max(range.upperBound - 1, range.lowerBound))
        var lines: [LayoutLine] = []
        for line in first...last {
            let whole = source.range(ofLine: line)
            let indentation = source.indentation(ofLine: line)
            let start = line == first ? range.lowerBound : whole.lowerBound + indentation
            var end = line == last ? range.upperBound : whole.upperBound
            // Space before a line break is folded away, unless a backslash keeps it.
            if line != last, !isDoubleQuoted { while end > start, source.bytes[end - 1] == 0x20 || source.bytes[end - 1] == 0x09 { end -= 1 } }
            if line == first {
                var line = head
                line.text += source.text(start..<max(start, end))
                lines.append(line)
            } else {
                let moved = max(indentation + head.indentation - oldColumn, head.indentation + 1)
                lines.append(LayoutLine(kind: .continuation, indentation: start >= end ? 0 : moved, text: source.text(start..<max(start, end))))
            }
        }
        return lines
    }
}
