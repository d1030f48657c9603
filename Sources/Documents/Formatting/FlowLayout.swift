/// Prints a list or map in flow style: spaces by rule, lines where the author broke them.
struct FlowLayout {
    private let source: FormattingSource
    private let scan: LayoutScan
    private let head: LayoutLine

    init(_ source: FormattingSource, _ scan: LayoutScan, _ head: LayoutLine) {
        self.source = source
        self.scan = scan
        self.head = head
    }

    /// An opening bracket that has not been closed yet.
    private struct Bracket {
        /// Of its line.
        var indentation: Int
        /// Its own.
        var column: Int
        /// Whether nothing follows on its line, so that its contents are indented like a block.
        var isLast: Bool
    }

    func tokens(of range: Range<Int>) -> ArraySlice<FlowToken> {
        var low = 0
        var high = scan.tokens.count
        while low < high {
            let middle = (low + high) / 2
            if scan.tokens[middle].range.lowerBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        let end = scan.tokens[low...].firstIndex { $0.range.lowerBound >= range.upperBound } ?? scan.tokens.count
        return scan.tokens[low..<end]
    }

    func print(_ tokens: [FlowToken]) throws(NotUnderstood) -> [LayoutLine] {
        var lines = [head]
        var brackets: [Bracket] = []
        var previous: FlowToken?
        for (index, token) in tokens.enumerated() {
            if let previous, token.line > previous.lastLine {
                lines[lines.count - 1].text = lines[lines.count - 1].text.trimmedEnd
                lines[lines.count - 1].comment = scan.trailing[previous.lastLine]
                let indentation = indentation(brackets, of: token)
                for trivia in trivia(between: previous.lastLine, token.line) {
                    lines.append(trivia.comment.map { LayoutLine(kind: .comment, indentation: indentation, text: $0) } ?? .blank)
                }
                lines.append(LayoutLine(kind: .content, indentation: indentation, text: ""))
            } else if let previous, needsSpace(previous, token) {
                lines[lines.count - 1].text += " "
            }
            if token.kind == .open {
                let next = tokens.indices.contains(index + 1) ? tokens[index + 1] : token
                brackets.append(
                    Bracket(indentation: lines[lines.count - 1].indentation, column: lines[lines.count - 1].width, isLast: next.line > token.line))
            } else if token.kind == .close {
                guard brackets.popLast() != nil else { throw NotUnderstood() }
            }
            append(token, to: &lines)
            previous = token
        }
        return lines
    }

    private func indentation(_ brackets: [Bracket], of token: FlowToken) -> Int {
        guard let inner = brackets.last else { return head.indentation + 2 }
        if token.kind == .close { return inner.isLast ? inner.indentation : inner.column }
        return inner.isLast ? inner.indentation + 2 : inner.column + 1
    }

    private func needsSpace(_ previous: FlowToken, _ token: FlowToken) -> Bool {
        switch (previous.kind, token.kind) {
        case (.open, _), (.comma, .close): false
        case (_, .comma) where previous.kind != .colon: false
        case (.colon, _), (.comma, _), (.question, _), (.property, _): true
        default: false
        }
    }

    private func trivia(between first: Int, _ last: Int) -> ArraySlice<LayoutTrivia> {
        let start = scan.trivia.firstIndex { $0.line > first } ?? scan.trivia.count
        let end = scan.trivia[start...].firstIndex { $0.line >= last } ?? scan.trivia.count
        return scan.trivia[start..<end]
    }

    private func append(_ token: FlowToken, to lines: inout [LayoutLine]) {
        guard token.kind == .scalar, token.lastLine > token.line else {
            lines[lines.count - 1].text += source.text(token.range)
            return
        }
        let line = lines.removeLast()
        let isDoubleQuoted = source.text(token.range).contains("\"")
        lines += ScalarLines.lines(source, token.range, behind: line, oldColumn: source.indentation(ofLine: token.line), isDoubleQuoted: isDoubleQuoted)
        // What follows the scalar goes on on its last line.
        lines[lines.count - 1].kind = .continuation
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
