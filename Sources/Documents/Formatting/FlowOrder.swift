/// Puts the known keys of flow maps into the order of their shape, where a map stands on one line.
struct FlowOrder {
    private let source: FormattingSource

    init(_ source: FormattingSource) { self.source = source }

    func ordered(_ tokens: ArraySlice<FlowToken>, _ shape: Shape?) -> [FlowToken] {
        guard let shape, let open = tokens.first, let close = tokens.last, open.kind == .open, close.kind == .close else { return Array(tokens) }
        let isMap = source.bytes[open.range.lowerBound] == UInt8(ascii: "{")
        let parts = split(tokens.dropFirst().dropLast())
        guard isMap else { return join(open, parts.map { part in ordered(part, shape.element) }, close, tokens) }
        let names = parts.map { part in name(of: part) }
        var printed: [[FlowToken]] = []
        for (index, part) in parts.enumerated() {
            guard let name = names[index], part.count > 2 else {
                printed.append(Array(part))
                continue
            }
            printed.append(Array(part.prefix(2)) + ordered(part.dropFirst(2), shape.value(of: name)))
        }
        let known = names.compactMap(\.self)
        if open.line == close.lastLine, known.count == names.count, let ranks = shape.ranks(of: known) {
            let order = parts.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
            printed = order.map { printed[$0] }
        }
        return join(open, printed, close, tokens)
    }

    /// Where commas divide the tokens, those of inner lists and maps aside. A comma at the end makes an empty part.
    private func split(_ tokens: ArraySlice<FlowToken>) -> [ArraySlice<FlowToken>] {
        var parts: [ArraySlice<FlowToken>] = []
        var depth = 0
        var start = tokens.startIndex
        for index in tokens.indices {
            switch tokens[index].kind {
            case .open: depth += 1
            case .close: depth -= 1
            case .comma where depth == 0:
                parts.append(tokens[start..<index])
                start = index + 1
            default: break
            }
        }
        if start < tokens.endIndex || !parts.isEmpty { parts.append(tokens[start..<tokens.endIndex]) }
        return parts
    }

    /// Of an entry `name: …`; nil for anything else.
    private func name(of part: ArraySlice<FlowToken>) -> String? {
        guard let first = part.first, first.kind == .scalar, part.count >= 2, part[part.startIndex + 1].kind == .colon else { return nil }
        let text = source.text(first.range)
        guard text.count >= 2, let quote = text.first, quote == text.last, quote == "'" || quote == "\"" else { return text }
        return String(text.dropFirst().dropLast())
    }

    /// The commas of the input between the parts.
    private func join(_ open: FlowToken, _ parts: [[FlowToken]], _ close: FlowToken, _ tokens: ArraySlice<FlowToken>) -> [FlowToken] {
        var commas: [FlowToken] = []
        var depth = 0
        for token in tokens {
            switch token.kind {
            case .open: depth += 1
            case .close: depth -= 1
            case .comma where depth == 1: commas.append(token)
            default: break
            }
        }
        var result = [open]
        for (index, part) in parts.enumerated() {
            if index > 0 { result.append(commas[index - 1]) }
            result += part
        }
        return result + [close]
    }
}
