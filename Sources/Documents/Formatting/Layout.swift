/// Prints a scanned document line by line.
struct Layout {
    let source: FormattingSource
    let scan: LayoutScan
    let shape: Shape?
    /// Comments and empty lines before this one are printed.
    private var nextTrivia = 0
    /// The last line of the source that is printed.
    private var lastLine = -1
    private var questionsPrinted = 0

    init(_ source: FormattingSource, _ scan: LayoutScan, _ shape: Shape?) {
        self.source = source
        self.scan = scan
        // An alias must stand behind its anchor, so nothing moves.
        self.shape = scan.hasAnchors ? nil : shape
    }

    mutating func print() throws(NotUnderstood) -> [UInt8] {
        var lines: [LayoutLine] = []
        switch scan.root.kind {
        case .list, .map:
            guard scan.root.anchor == nil else { throw NotUnderstood() }
            lines += try printBlock(scan.root, indentation: 0, shape, minimumColumn: 0)
        case .empty: break
        case .inline, .blockScalar:
            lines += takeTrivia(before: source.line(of: scan.root.range.lowerBound), 0)
            lines += try printScalar(scan.root, behind: LayoutLine(kind: .content, indentation: 0, text: ""), oldColumn: 0, shape)
        }
        lines += takeTrivia(before: source.lineCount, 0)
        guard questionsPrinted == scan.tokens.count(where: { $0.kind == .question }) else { throw NotUnderstood() }
        return lines.withoutSpareBlanks().rendered()
    }

    // MARK: Comments and empty lines

    private mutating func takeTrivia(before line: Int, _ indentation: Int) -> [LayoutLine] {
        var lines: [LayoutLine] = []
        while nextTrivia < scan.trivia.count, scan.trivia[nextTrivia].line < line {
            lines.append(self.line(scan.trivia[nextTrivia], indentation))
            nextTrivia += 1
        }
        return lines
    }

    private func line(_ trivia: LayoutTrivia, _ indentation: Int) -> LayoutLine {
        trivia.comment.map { LayoutLine(kind: .comment, indentation: indentation, text: $0) } ?? .blank
    }

    /// Comments behind a block's last element that are indented as far as the block belong to it.
    private mutating func takeTail(column: Int, _ indentation: Int) -> [LayoutLine] {
        var end = nextTrivia
        var index = nextTrivia
        let next = scan.isCovered[min(lastLine + 1, scan.isCovered.count)...].firstIndex(of: true) ?? source.lineCount
        while index < scan.trivia.count, scan.trivia[index].line < next {
            if scan.trivia[index].comment != nil {
                if scan.trivia[index].column < column { break }
                end = index + 1
            }
            index += 1
        }
        defer { nextTrivia = end }
        return scan.trivia[nextTrivia..<end].map { line($0, indentation) }
    }

    /// Notes that the source is printed up to a line, whose comment stands behind the last line of the result.
    private mutating func finish(_ lines: inout [LayoutLine], _ sourceLine: Int) {
        if sourceLine > lastLine { lines[lines.count - 1].comment = scan.trailing[sourceLine] }
        lastLine = max(lastLine, sourceLine)
    }

    // MARK: Blocks

    private func firstLine(of node: LayoutNode) -> Int {
        switch node.kind {
        case .list(let elements): elements.first.map { firstLine(of: $0) } ?? source.line(of: node.range.lowerBound)
        case .map(let entries): entries.first.map { source.line(of: $0.key.range.lowerBound) } ?? source.line(of: node.range.lowerBound)
        default: source.line(of: node.range.lowerBound)
        }
    }

    /// - Parameters:
    ///   - minimumColumn: comments to the left of it do not belong to the block.
    ///   - isCompact: whether it starts on the line of a dash.
    private mutating func printBlock(
        _ node: LayoutNode, indentation: Int, _ shape: Shape?, minimumColumn: Int, isCompact: Bool = false
    ) throws(NotUnderstood) -> [LayoutLine] {
        switch node.kind {
        case .list(let elements): try printList(node, elements, indentation, shape, minimumColumn)
        case .map(let entries): try printMap(entries, indentation, shape, isCompact)
        default: throw NotUnderstood()
        }
    }

    private mutating func printMap(
        _ entries: [(key: LayoutNode, value: LayoutNode)], _ indentation: Int, _ shape: Shape?, _ isCompact: Bool
    ) throws(NotUnderstood) -> [LayoutLine] {
        guard let first = entries.first else { throw NotUnderstood() }
        let column = source.column(of: first.key.range.lowerBound)
        var groups: [(name: String, lines: [LayoutLine])] = []
        for entry in entries {
            guard case .inline = entry.key.kind, !entry.key.isFlow else { throw NotUnderstood() }
            let line = source.line(of: entry.key.range.lowerBound)
            guard source.line(of: entry.key.range.upperBound - 1) == line else { throw NotUnderstood() }
            var lines = takeTrivia(before: line, indentation)
            let name = source.text(entry.key.range)
            let head = LayoutLine(kind: .content, indentation: indentation, text: name + ":")
            lines += try printValue(
                entry.value, behind: head, headLine: line, oldColumn: column, isElement: false, shape?.value(of: Self.unquoted(name)))
            groups.append((Self.unquoted(name), lines))
        }
        let tail = takeTail(column: column, indentation)
        var ordered = Self.ordered(groups, by: shape?.ranks(of: groups.map(\.name)))
        // Behind a dash there is no room for what leads an entry.
        if isCompact { ordered[0].lines.removeFirst(ordered[0].lines.prefix { $0.kind == .blank }.count) }
        let fits = !isCompact || ordered[0].lines[0].kind == .content
        return (fits ? ordered : groups).flatMap(\.lines) + tail
    }

    /// Known keys in the order of the shape, others behind them as they were.
    ///
    /// Where a comment or an empty line leads the file or the element, it stays at the start: the first group keeps what is before its last empty line.
    private static func ordered(_ groups: [(name: String, lines: [LayoutLine])], by ranks: [Int]?) -> [(name: String, lines: [LayoutLine])] {
        guard let ranks, zip(ranks, ranks.dropFirst()).contains(where: { $0 > $1 }) else { return groups }
        var groups = groups
        var lead: [LayoutLine] = []
        let leading = groups[0].lines.prefix { $0.kind == .comment || $0.kind == .blank }
        if let blank = leading.lastIndex(where: { $0.kind == .blank }) {
            lead = Array(groups[0].lines[...blank])
            groups[0].lines.removeFirst(blank + 1)
        }
        groups = groups.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { groups[$0] }
        groups[0].lines = lead + groups[0].lines
        return groups
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "'" || first == "\"" else { return text }
        return String(text.dropFirst().dropLast())
    }

    private mutating func printList(
        _ node: LayoutNode, _ elements: [LayoutNode], _ indentation: Int, _ shape: Shape?, _ minimumColumn: Int
    ) throws(NotUnderstood) -> [LayoutLine] {
        var lines: [LayoutLine] = []
        let column = node.anchor == nil ? source.column(of: node.range.lowerBound) : minimumColumn
        for element in elements {
            // The dash is the first thing that is not printed yet.
            guard lastLine + 1 < scan.isCovered.count, let dashLine = scan.isCovered[(lastLine + 1)...].firstIndex(of: true) else { throw NotUnderstood() }
            lines += takeTrivia(before: dashLine, indentation)
            let head = LayoutLine(kind: .content, indentation: indentation, text: "-")
            lines += try printValue(element, behind: head, headLine: dashLine, oldColumn: column, isElement: true, shape?.element)
        }
        return lines + takeTail(column: max(column, minimumColumn), indentation)
    }

    /// A value behind `key:` or `-`.
    private mutating func printValue(
        _ value: LayoutNode, behind head: LayoutLine, headLine: Int, oldColumn: Int, isElement: Bool, _ shape: Shape?
    ) throws(NotUnderstood) -> [LayoutLine] {
        var head = head
        let valueLine = source.line(of: value.range.lowerBound)
        switch value.kind {
        case .empty:
            var lines = [head]
            finish(&lines, headLine)
            return lines
        case .inline, .blockScalar:
            if valueLine <= headLine {
                head.text += " "
                return try printScalar(value, behind: head, oldColumn: oldColumn, shape)
            }
            var lines = [head]
            finish(&lines, headLine)
            let inner = LayoutLine(kind: .content, indentation: head.indentation + 2, text: "")
            lines += takeTrivia(before: valueLine, inner.indentation)
            return lines
                + (try printScalar(value, behind: inner, oldColumn: source.column(of: value.range.lowerBound), shape, blockBase: (oldColumn, head.indentation)))
        case .list, .map:
            if let anchor = value.anchor {
                guard valueLine == headLine else { throw NotUnderstood() }
                head.text += " &" + anchor
            }
            let isCompact = isElement && value.anchor == nil && firstLine(of: value) == headLine
            if isCompact {
                lastLine = max(lastLine, headLine - 1)
                var lines = try printBlock(value, indentation: head.indentation + 2, shape, minimumColumn: oldColumn + 1, isCompact: true)
                // What leads the element would stand between the dash and it.
                guard let first = lines.first, first.kind == .content, first.indentation == head.indentation + 2 else { throw NotUnderstood() }
                lines[0].text = "- " + first.text
                lines[0].indentation = head.indentation
                return lines
            }
            var lines = [head]
            finish(&lines, headLine)
            lines += try printBlock(value, indentation: head.indentation + 2, shape, minimumColumn: oldColumn + 1)
            return lines
        }
    }

    // MARK: Scalars and flow style

    /// - Parameter blockBase: the column of the block that the scalar belongs to and its new one, where they differ from the head's.
    private mutating func printScalar(
        _ node: LayoutNode, behind head: LayoutLine, oldColumn: Int, _ shape: Shape?, blockBase: (old: Int, new: Int)? = nil
    ) throws(NotUnderstood) -> [LayoutLine] {
        if case .blockScalar = node.kind {
            let base = blockBase ?? (oldColumn, head.indentation)
            return try printBlockScalar(node, behind: head, oldBase: base.old, newBase: base.new)
        }
        if node.isFlow {
            let flow = FlowLayout(source, scan, head)
            let tokens = FlowOrder(source).ordered(flow.tokens(of: node.range), shape)
            questionsPrinted += tokens.count { $0.kind == .question }
            var lines = try flow.print(tokens)
            while nextTrivia < scan.trivia.count, scan.trivia[nextTrivia].line < source.line(of: node.range.upperBound - 1) { nextTrivia += 1 }
            finish(&lines, source.line(of: node.range.upperBound - 1))
            return lines
        }
        var lines = ScalarLines.lines(source, node.range, behind: head, oldColumn: oldColumn, isDoubleQuoted: node.isDoubleQuoted)
        while nextTrivia < scan.trivia.count, scan.trivia[nextTrivia].line < source.line(of: node.range.upperBound - 1) { nextTrivia += 1 }
        finish(&lines, source.line(of: node.range.upperBound - 1))
        return lines
    }

    private mutating func printBlockScalar(_ node: LayoutNode, behind head: LayoutLine, oldBase: Int, newBase: Int) throws(NotUnderstood) -> [LayoutLine] {
        let first = source.line(of: node.range.lowerBound)
        let last = source.line(of: max(node.range.upperBound - 1, node.range.lowerBound))
        let header = source.text(node.range.lowerBound..<source.range(ofLine: first).upperBound).prefix { $0 != "#" }.trimmed
        let indicator = header.split(separator: " ").last.map(String.init) ?? ""
        var head = head
        head.text += header
        var lines = [head]
        lines[0].comment = scan.trailing[first]
        lastLine = first
        let isKept = indicator.contains("+")
        guard last > first else { return lines }
        let contents = Array((first + 1)...last)
        let old: Int
        let new: Int
        if let digit = indicator.first(where: { $0.isNumber })?.wholeNumberValue {
            old = oldBase + digit
            new = newBase + digit
        } else {
            guard let text = contents.first(where: { !isOnlySpaces($0) }) else {
                if isKept { throw NotUnderstood() }
                return lines
            }
            old = source.indentation(ofLine: text)
            new = newBase + 2
        }
        for line in contents {
            let range = source.range(ofLine: line)
            let spaces = source.indentation(ofLine: line)
            if isOnlySpaces(line), spaces <= old {
                lines.append(LayoutLine(kind: .continuation, indentation: 0, text: ""))
            } else {
                guard spaces >= old else { throw NotUnderstood() }
                lines.append(
                    LayoutLine(
                        kind: .continuation, indentation: 0, text: String(repeating: " ", count: new) + source.text(range.lowerBound + old..<range.upperBound)))
            }
        }
        lastLine = last
        if !isKept {
            // They end the scalar, and are not part of it.
            for index in lines.indices.reversed() where lines[index].kind == .continuation {
                guard lines[index].text.isEmpty else { break }
                lines[index] = .blank
            }
        }
        return lines
    }

    private func isOnlySpaces(_ line: Int) -> Bool { source.bytes[source.range(ofLine: line)].allSatisfy { $0 == UInt8(ascii: " ") } }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
