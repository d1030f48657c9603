/// Reads a document for its layout: the nodes with their places from libyaml's marks, and what stands between them from the text.
struct LayoutScan {
    private(set) var root = LayoutNode(kind: .empty, range: 0..<0)
    /// All comments in the order of the text.
    private(set) var comments: [LayoutComment] = []
    /// Comments and empty lines that have their lines to themselves.
    private(set) var trivia: [LayoutTrivia] = []
    /// Comments behind something, by line.
    private(set) var trailing: [Int: String] = [:]
    /// Lines that hold more than space and a comment.
    private(set) var isCovered: [Bool]
    /// Structure and scalars, in the order of the text; used for flow style.
    private(set) var tokens: [FlowToken] = []
    private(set) var hasAnchors = false

    private let source: FormattingSource
    private var leaves: [Leaf] = []
    /// The place of the last mark: index in code points, and byte.
    private var markIndex = 0
    private var markByte = 0

    private struct Leaf {
        var range: Range<Int>
        var isBlockScalar: Bool
    }

    init(_ source: FormattingSource) throws(NotUnderstood) {
        self.source = source
        isCovered = Array(repeating: false, count: source.lineCount)
        do throws(YAMLEvents.Failure) {
            var failed = false
            try unsafe source.bytes.withUnsafeBufferPointer { buffer throws(YAMLEvents.Failure) in
                // SAFETY: the buffer outlives the events, which live in this closure only.
                var events = unsafe YAMLEvents(borrowing: buffer)
                do throws(NotUnderstood) { try readDocument(&events) } catch { failed = true }
            }
            if failed { throw YAMLEvents.Failure(message: "") }
        } catch {
            throw NotUnderstood()
        }
        try scanGaps()
        collectTrivia()
    }

    // MARK: Nodes

    private func next(_ events: inout YAMLEvents) throws(NotUnderstood) -> YAMLEvents.Event {
        do { return try events.next() } catch { throw NotUnderstood() }
    }

    private mutating func readDocument(_ events: inout YAMLEvents) throws(NotUnderstood) {
        while true {
            let event = try next(&events)
            switch event.kind {
            case .end: return
            case .documentStart, .other: continue
            default: root = try readNode(event, &events)
            }
        }
    }

    private mutating func readNode(_ event: YAMLEvents.Event, _ events: inout YAMLEvents) throws(NotUnderstood) -> LayoutNode {
        let start = byte(of: event.start)
        if event.anchor != nil { hasAnchors = true }
        switch event.kind {
        case .alias:
            hasAnchors = true
            return leaf(start..<byte(of: event.end))
        case .scalar(_, let style):
            var end = byte(of: event.end)
            if style == .literal || style == .folded {
                end = endOfBlockScalar(start, end)
                leaves.append(Leaf(range: start..<end, isBlockScalar: true))
                return LayoutNode(kind: .blockScalar, range: start..<end)
            }
            if start == end { return LayoutNode(kind: .empty, range: start..<end) }
            var node = leaf(start..<end)
            node.isDoubleQuoted = style == .doubleQuoted
            return node
        case .listStart(let isFlow):
            var elements: [LayoutNode] = []
            while true {
                let inner = try next(&events)
                if case .listEnd = inner.kind {
                    if isFlow { return LayoutNode(kind: .inline, range: start..<byte(of: inner.end), isFlow: true) }
                    return LayoutNode(kind: .list(elements), range: start..<start, anchor: event.anchor)
                }
                elements.append(try readNode(inner, &events))
            }
        case .mapStart(let isFlow):
            var entries: [(key: LayoutNode, value: LayoutNode)] = []
            while true {
                let inner = try next(&events)
                if case .mapEnd = inner.kind {
                    if isFlow { return LayoutNode(kind: .inline, range: start..<byte(of: inner.end), isFlow: true) }
                    return LayoutNode(kind: .map(entries), range: start..<start, anchor: event.anchor)
                }
                let key = try readNode(inner, &events)
                entries.append((key, try readNode(try next(&events), &events)))
            }
        default: throw NotUnderstood()
        }
    }

    private mutating func leaf(_ range: Range<Int>) -> LayoutNode {
        leaves.append(Leaf(range: range, isBlockScalar: false))
        return LayoutNode(kind: .inline, range: range)
    }

    /// libyaml's mark is behind the empty lines that follow; they belong to the scalar only where its header keeps them (`|+`).
    private func endOfBlockScalar(_ start: Int, _ end: Int) -> Int {
        let header = source.text(start..<source.range(ofLine: source.line(of: start)).upperBound).prefix { $0 != "#" }
        var end = end
        while end > start, source.bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        if end > start, source.bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if header.contains("+") { return end }
        while end > start, source.bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        return end
    }

    /// Turns a mark of libyaml, which counts code points, into a byte.
    private mutating func byte(of mark: YAMLEvents.Mark) -> Int {
        while markIndex < mark.index, markByte < source.bytes.count {
            markByte += 1
            while markByte < source.bytes.count, source.bytes[markByte] & 0xC0 == 0x80 { markByte += 1 }
            markIndex += 1
        }
        while markIndex > mark.index, markByte > 0 {
            markByte -= 1
            while markByte > 0, source.bytes[markByte] & 0xC0 == 0x80 { markByte -= 1 }
            markIndex -= 1
        }
        return markByte
    }

    // MARK: Between the nodes

    private mutating func scanGaps() throws(NotUnderstood) {
        leaves.sort { $0.range.lowerBound < $1.range.lowerBound }
        var position = 0
        for leaf in leaves {
            guard leaf.range.lowerBound >= position else { throw NotUnderstood() }
            try scanGap(position..<leaf.range.lowerBound)
            let first = source.line(of: leaf.range.lowerBound)
            let last = source.line(of: max(leaf.range.upperBound - 1, leaf.range.lowerBound))
            for line in first...last { isCovered[line] = true }
            if leaf.isBlockScalar {
                // Its header may have a comment of its own.
                let headerEnd = source.range(ofLine: first).upperBound
                if let hash = source.bytes[leaf.range.lowerBound..<min(headerEnd, leaf.range.upperBound)].firstIndex(of: UInt8(ascii: "#")) {
                    addComment(hash, line: first)
                }
            }
            tokens.append(FlowToken(kind: .scalar, range: leaf.range, line: first, lastLine: last))
            position = leaf.range.upperBound
        }
        try scanGap(position..<source.bytes.count)
    }

    private mutating func scanGap(_ gap: Range<Int>) throws(NotUnderstood) {
        var index = gap.lowerBound
        func token(_ kind: FlowToken.Kind, _ length: Int) -> FlowToken {
            let line = source.line(of: index)
            return FlowToken(kind: kind, range: index..<index + length, line: line, lastLine: line)
        }
        while index < gap.upperBound {
            let byte = source.bytes[index]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"): index += 1
            case UInt8(ascii: "#"):
                let line = source.line(of: index)
                addComment(index, line: line)
                index = source.range(ofLine: line).upperBound
            case UInt8(ascii: "-"), UInt8(ascii: "."):
                if isDocumentMarker(index, byte) {
                    index += 3
                } else if byte == UInt8(ascii: "-") {
                    isCovered[source.line(of: index)] = true
                    index += 1
                } else {
                    throw NotUnderstood()
                }
            case UInt8(ascii: "&"):
                let name = source.bytes[(index + 1)..<gap.upperBound].prefix { $0 > 0x20 && !",[]{}".utf8.contains($0) }
                tokens.append(token(.property, name.count + 1))
                isCovered[source.line(of: index)] = true
                index += name.count + 1
            default:
                let kind: FlowToken.Kind
                switch byte {
                case UInt8(ascii: "["), UInt8(ascii: "{"): kind = .open
                case UInt8(ascii: "]"), UInt8(ascii: "}"): kind = .close
                case UInt8(ascii: ","): kind = .comma
                case UInt8(ascii: ":"): kind = .colon
                case UInt8(ascii: "?"): kind = .question
                default: throw NotUnderstood()
                }
                tokens.append(token(kind, 1))
                isCovered[source.line(of: index)] = true
                index += 1
            }
        }
    }

    /// `---` or `...` at the start of a line.
    private func isDocumentMarker(_ index: Int, _ byte: UInt8) -> Bool {
        let line = source.range(ofLine: source.line(of: index))
        guard line.lowerBound == index, line.count >= 3, source.bytes[index..<index + 3].allSatisfy({ $0 == byte }) else { return false }
        return line.count == 3 || source.bytes[index + 3] == UInt8(ascii: " ") || source.bytes[index + 3] == UInt8(ascii: "\t")
    }

    private mutating func addComment(_ start: Int, line: Int) {
        var end = source.range(ofLine: line).upperBound
        while end > start, source.bytes[end - 1] == UInt8(ascii: " ") || source.bytes[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        comments.append(LayoutComment(line: line, text: source.text(start..<end)))
        trivia.append(LayoutTrivia(line: line, column: source.column(of: start), comment: source.text(start..<end)))
    }

    /// Comments turned out to stand behind something or to have their line for themselves; the lines without anything join them.
    private mutating func collectTrivia() {
        var found: [Int: LayoutTrivia] = [:]
        for comment in trivia {
            if isCovered[comment.line] { trailing[comment.line] = comment.comment } else { found[comment.line] = comment }
        }
        trivia = (0..<source.lineCount).compactMap { line in
            if let comment = found[line] { return comment }
            return !isCovered[line] && source.isBlank(line: line) ? LayoutTrivia(line: line, column: 0, comment: nil) : nil
        }
    }
}
