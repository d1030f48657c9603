/// Reads a YAML or JSON document into a value tree with positions.
///
/// YAML means version 1.2 with its core schema: `no`, `on` and `1_000` are text, `0x1F` and `0o17` are whole numbers. Aliases are allowed within
/// the limits; tags, merge keys (`<<`), keys that are not scalars and more than one document are refused. An empty document is null. JSON is
/// read strictly when the file's name ends with `.json` and also when any other text turns out to be JSON, so that all of its escapes work.
///
/// Bytes must be UTF-8; a byte order mark is skipped. Line breaks of YAML 1.1 that YAML 1.2 takes for text are refused. Linear in the input.
/// - Throws: all that is wrong, as far as it can be known at once: `syntax`, `duplicate-key`, `number-out-of-range`, `unsupported-yaml`,
///   `unknown-anchor`, `invalid-utf8` and `limit-exceeded`.
public func parseYAML(_ bytes: [UInt8], file: String, limits: DocumentLimits = .standard) throws(Diagnostics) -> Node {
    let start = Position(file: file, line: 1, column: 1)
    guard bytes.count <= limits.bytesMax else {
        throw Diagnostics([.limit("the document has \(bytes.count) bytes, more than \(limits.bytesMax)", at: start)])
    }
    let source = SourceText(file: file, bytes: bytes)
    let textStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let startCursor = SourceCursor(source, byte: textStart, line: 1, column: 1)
    if file.hasSuffix(".json") { return try JSONReader.read(startCursor, limits: limits) }
    if looksLikeJSON(bytes[textStart...]) {
        do {
            return try JSONReader.read(startCursor, limits: limits)
        } catch {
            // Not JSON, so it is YAML in flow style, unless the fault is one that both would find.
            if !error.all.contains(where: { $0.code == "syntax" || $0.code == "invalid-utf8" }) { throw error }
        }
    }
    try refuseUnicodeLineBreaks(bytes[textStart...], startCursor)
    do {
        return try unsafe bytes.withUnsafeBufferPointer { buffer throws(Diagnostics) in
            // SAFETY: the buffer outlives the reader, which lives in this closure only.
            var reader = unsafe YAMLReader(UnsafeBufferPointer(rebasing: buffer[textStart...]), startCursor, limits)
            return try reader.readDocument()
        }
    } catch {
        throw error
    }
}

/// libyaml follows YAML 1.1, where U+0085, U+2028 and U+2029 end a line; in YAML 1.2 they are text. Nobody sees them, and two readers would see two
/// documents, so they are refused. JSON, and an escape in double quotes, may hold them.
private func refuseUnicodeLineBreaks(_ bytes: ArraySlice<UInt8>, _ start: SourceCursor) throws(Diagnostics) {
    for index in bytes.indices where bytes[index] == 0xC2 || bytes[index] == 0xE2 {
        let rest = bytes[index...]
        guard rest.starts(with: [0xC2, 0x85]) || rest.starts(with: [0xE2, 0x80, 0xA8]) || rest.starts(with: [0xE2, 0x80, 0xA9]) else { continue }
        var cursor = start
        cursor.advance(index - start.byte)
        let name = bytes[index] == 0xC2 ? "U+0085" : bytes[index + 2] == 0xA8 ? "U+2028" : "U+2029"
        throw Diagnostics([
            Diagnostic(
                code: "unsupported-yaml", "an invisible line break (\(name)) stands here",
                remedy: "remove it, or write \"\\N\", \"\\L\" or \"\\P\" in double quotes",
                at: cursor.position)
        ])
    }
}

private func looksLikeJSON(_ bytes: ArraySlice<UInt8>) -> Bool {
    let first = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"")
}

/// Builds the value tree from libyaml's events, collecting what is wrong as long as the text can still be followed.
private struct YAMLReader: ~Copyable {
    private var events: YAMLEvents
    private var cursor: MarkCursor
    private let limits: DocumentLimits
    private var diagnostics: [Diagnostic] = []
    private var anchors: [String: Anchored] = [:]
    private var nodes = 0
    private var aliasedNodes = 0

    /// What an anchor stands for, with its cost.
    private struct Anchored {
        var node: Node
        var nodes: Int
        /// Levels of lists and maps; a scalar has none.
        var height: Int
    }

    /// SAFETY: the input must outlive this reader.
    init(_ input: UnsafeBufferPointer<UInt8>, _ start: SourceCursor, _ limits: DocumentLimits) {
        unsafe events = YAMLEvents(borrowing: input)
        cursor = MarkCursor(start)
        self.limits = limits
    }

    mutating func readDocument() throws(Diagnostics) -> Node {
        var root: Node?
        var documents = 0
        while true {
            let event = try nextEvent()
            switch event.kind {
            case .end:
                guard diagnostics.isEmpty else { throw Diagnostics(diagnostics) }
                return root ?? Node(.null, at: Position(file: cursor.file, line: 1, column: 1))
            case .documentStart:
                documents += 1
                if documents > 1 {
                    throw stop(
                        Diagnostic(
                            code: "unsupported-yaml", "a second document starts here", remedy: "keep one document in a file and remove the '---'",
                            at: position(event.start)))
                }
            case .other: break
            default: root = try readValue(event, depth: 1).node
            }
        }
    }

    private mutating func readValue(_ event: YAMLEvents.Event, depth: Int) throws(Diagnostics) -> Anchored {
        nodes += 1
        if nodes > limits.nodesMax {
            throw stop(.limit("the document has more than \(limits.nodesMax) values", at: position(event.start)))
        }
        try refuseTag(event)
        let value: Anchored
        switch event.kind {
        case .alias(let name): return try expand(name, event, depth: depth)
        case .listStart: value = try readList(event, depth: depth)
        case .mapStart: value = try readMap(event, depth: depth)
        default: value = Anchored(node: try readScalar(event), nodes: 1, height: 0)
        }
        if let anchor = event.anchor { anchors[anchor] = value }
        return value
    }

    private mutating func readScalar(_ event: YAMLEvents.Event) throws(Diagnostics) -> Node {
        guard case .scalar(let text, let style) = event.kind else { preconditionFailure("no scalar event") }
        var start = SourceCursor(cursor.source, byte: cursor.move(to: event.start), line: event.start.line + 1, column: event.start.column + 1)
        if event.anchor != nil { start.skipAnchor() }
        let end = cursor.move(to: event.end)
        let position = start.position
        let origin = Node.Origin(source: cursor.source, startByte: start.byte, endByte: end)
        var content = Node.Content.string(text)
        if style == .plain {
            do {
                content = try CoreSchema.resolve(text)
            } catch {
                try report(.numberOutOfRange(text, at: position))
            }
        }
        return Node(content, text: text, style: style, at: position, origin: origin)
    }

    private mutating func readList(_ start: YAMLEvents.Event, depth: Int) throws(Diagnostics) -> Anchored {
        try checkDepth(depth, start)
        var elements: [Node] = []
        var height = 0
        let nodesBefore = nodes
        while true {
            let event = try nextEvent()
            if case .listEnd = event.kind { break }
            let element = try readValue(event, depth: depth + 1)
            height = max(height, element.height)
            elements.append(element.node)
        }
        return Anchored(node: node(.list(elements), start), nodes: nodes - nodesBefore + 1, height: height + 1)
    }

    private mutating func readMap(_ start: YAMLEvents.Event, depth: Int) throws(Diagnostics) -> Anchored {
        try checkDepth(depth, start)
        var entries: [(key: Node.Key, value: Node)] = []
        var places: [String: Position] = [:]
        var height = 0
        let nodesBefore = nodes
        while true {
            let event = try nextEvent()
            if case .mapEnd = event.kind { break }
            let key = try readKey(event)
            let value = try readValue(try nextEvent(), depth: depth + 1)
            height = max(height, value.height)
            if let first = places[key.text] {
                try report(.duplicateKey(key, first: first))
            } else {
                places[key.text] = key.position
                entries.append((key, value.node))
            }
        }
        return Anchored(node: node(.map(entries), start), nodes: nodes - nodesBefore + 1, height: height + 1)
    }

    private mutating func readKey(_ event: YAMLEvents.Event) throws(Diagnostics) -> Node.Key {
        let position = self.position(event.start)
        try refuseTag(event)
        guard case .scalar(let text, let style) = event.kind else {
            throw stop(
                Diagnostic(
                    code: "unsupported-yaml", "a key must be text, not a list, a map or an alias",
                    remedy: "write a name before the ':', in quotes if it starts with one of [ { & * ! | > ' \" % @ `", at: position))
        }
        let isQuoted = style != .plain
        if text == "<<" && !isQuoted {
            try report(
                Diagnostic(
                    code: "unsupported-yaml", "merge keys ('<<') are not supported", remedy: "write the entries out where they are needed",
                    at: position))
        }
        let key = Node.Key(text, at: position, isQuoted: isQuoted)
        if let anchor = event.anchor { anchors[anchor] = Anchored(node: try readScalar(event), nodes: 1, height: 0) }
        return key
    }

    private mutating func expand(_ name: String, _ event: YAMLEvents.Event, depth: Int) throws(Diagnostics) -> Anchored {
        guard let target = anchors[name] else {
            throw stop(
                Diagnostic(
                    code: "unknown-anchor", "the alias '*\(name)' has no anchor '&\(name)' that is complete before it",
                    remedy: "define the anchor above its use, or put the text in quotes if the '*' belongs to it", at: position(event.start)))
        }
        nodes += target.nodes - 1
        aliasedNodes += target.nodes
        if aliasedNodes > limits.aliasedNodesMax {
            throw stop(.limit("aliases repeat more than \(limits.aliasedNodesMax) values", at: position(event.start)))
        }
        if depth + target.height - 1 > limits.depthMax {
            throw stop(.limit("values are nested deeper than \(limits.depthMax) levels", at: position(event.start)))
        }
        return target
    }

    private func node(_ content: Node.Content, _ start: YAMLEvents.Event) -> Node {
        Node(content, text: "", style: .plain, at: position(start.start), origin: nil)
    }

    private mutating func refuseTag(_ event: YAMLEvents.Event) throws(Diagnostics) {
        guard let tag = event.tag else { return }
        try report(
            Diagnostic(
                code: "unsupported-yaml", "tags ('\(tag)') are not supported",
                remedy: "remove the tag; write text that looks like a number in quotes", at: position(event.start)))
    }

    private func checkDepth(_ depth: Int, _ event: YAMLEvents.Event) throws(Diagnostics) {
        if depth > limits.depthMax {
            throw stop(.limit("values are nested deeper than \(limits.depthMax) levels", at: position(event.start)))
        }
    }

    private mutating func report(_ diagnostic: Diagnostic) throws(Diagnostics) {
        diagnostics.append(diagnostic)
        if diagnostics.count >= limits.diagnosticsMax { throw Diagnostics(diagnostics) }
    }

    /// The error that ends the reading, together with those found before it.
    private func stop(_ diagnostic: Diagnostic) -> Diagnostics { Diagnostics(diagnostics + [diagnostic]) }

    private mutating func nextEvent() throws(Diagnostics) -> YAMLEvents.Event {
        do {
            return try events.next()
        } catch {
            throw stop(describe(error))
        }
    }

    private func describe(_ failure: YAMLEvents.Failure) -> Diagnostic {
        if let offset = failure.byteOffset {
            return .notText(failure.message, at: cursor.position(textOffset: offset))
        }
        var diagnostic = Diagnostic(code: "syntax", failure.message, remedy: syntaxRemedy(failure.message))
        if let mark = failure.mark { diagnostic.position = position(mark) }
        return diagnostic
    }

    private func position(_ mark: YAMLEvents.Mark) -> Position {
        Position(file: cursor.file, line: mark.line + 1, column: mark.column + 1)
    }
}

/// What most often causes libyaml's complaint.
private func syntaxRemedy(_ message: String) -> String {
    if message.contains("cannot start any token") { return "put text that starts with %, @, ` or a tab in quotes, and indent with spaces" }
    if message.contains("mapping values are not allowed") { return "put text that contains ': ' in quotes, and check the indentation" }
    if message.contains("invalid Unicode character escape") { return "write the character itself or its \\U escape; pairs such as \\ud83d\\ude00 are JSON" }
    if message.contains("unknown escape character") { return "double the backslash, or use single quotes, which have no escapes" }
    if message.contains("unexpected end of stream") { return "close the quotation mark" }
    return "check the indentation, the brackets and the quotation marks before this place"
}

extension SourceCursor {
    /// libyaml's mark of an anchored scalar is the anchor's `&`: moves on to the scalar itself.
    fileprivate mutating func skipAnchor() {
        guard current == UInt8(ascii: "&") else { return }
        while let byte = current, byte > 0x20 { advance() }
        while let byte = current {
            if byte == UInt8(ascii: "#") {
                while let byte = current, byte != UInt8(ascii: "\n") { advance() }
            } else if byte > 0x20 {
                return
            } else {
                advance()
            }
        }
    }
}

/// Turns libyaml's marks, which count code points, into byte offsets, moving from the last one.
private struct MarkCursor {
    let source: SourceText
    private let textStart: Int
    private var index = 0
    private var byte: Int

    init(_ start: SourceCursor) {
        source = start.source
        textStart = start.byte
        byte = start.byte
    }

    var file: String { source.file }

    mutating func move(to mark: YAMLEvents.Mark) -> Int {
        while index < mark.index && byte < source.bytes.count {
            byte += 1
            while byte < source.bytes.count && source.bytes[byte] & 0xC0 == 0x80 { byte += 1 }
            index += 1
        }
        while index > mark.index && byte > textStart {
            byte -= 1
            while byte > textStart && source.bytes[byte] & 0xC0 == 0x80 { byte -= 1 }
            index -= 1
        }
        return byte
    }

    /// The position of a byte that is counted from the start of the text.
    func position(textOffset: Int) -> Position {
        var cursor = SourceCursor(source, byte: textStart, line: 1, column: 1)
        cursor.advance(textOffset)
        return cursor.position
    }
}
