private import CYAML

/// libyaml's event stream over a borrowed buffer: owns the C parser, hands out Swift values only.
@safe struct YAMLEvents: ~Copyable {
    /// A place as libyaml counts it: index in code points from the start, line and column from 0.
    struct Mark {
        var index: Int
        var line: Int
        var column: Int
    }

    enum Kind {
        case documentStart
        case scalar(text: String, style: Node.Style)
        case alias(String)
        case listStart(isFlow: Bool), listEnd
        case mapStart(isFlow: Bool), mapEnd
        case end
        /// Events without a meaning for the value tree.
        case other
    }

    struct Event {
        var kind: Kind
        var anchor: String?
        var tag: String?
        var start: Mark
        var end: Mark
    }

    struct Failure: Error {
        var message: String
        var mark: Mark?
        /// Of an encoding error: the offset of the offending byte.
        var byteOffset: Int?
    }

    // SAFETY: owned by this value, initialised in `init`, destroyed once in `deinit`; libyaml keeps a pointer to it, so it lives on the heap.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// SAFETY: the buffer must outlive this value.
    init(borrowing input: UnsafeBufferPointer<UInt8>) {
        unsafe parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        // SAFETY: the pointer is fresh; initialising fails only when memory is exhausted, where Swift traps as well.
        let initialised = unsafe yaml_parser_initialize(parser)
        precondition(initialised == 1, "out of memory")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        // SAFETY: the one place that ends the parser's life.
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    mutating func next() throws(Failure) -> Event {
        var event = unsafe yaml_event_t()
        // SAFETY: parser and event are live; the event is deleted below, after its strings have been copied.
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        var result = Event(kind: .other, start: Mark(unsafe event.start_mark), end: Mark(unsafe event.end_mark))
        // SAFETY: each union member is read only under its own event type.
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT:
            result.kind = .documentStart
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.kind = unsafe .scalar(text: String(decoding: bytes, as: UTF8.self), style: Node.Style(scalar.style))
            result.anchor = unsafe copy(scalar.anchor)
            result.tag = unsafe copy(scalar.tag)
        case YAML_ALIAS_EVENT:
            result.kind = unsafe .alias(copy(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT:
            result.kind = unsafe .listStart(isFlow: event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
            result.anchor = unsafe copy(event.data.sequence_start.anchor)
            result.tag = unsafe copy(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            result.kind = unsafe .mapStart(isFlow: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
            result.anchor = unsafe copy(event.data.mapping_start.anchor)
            result.tag = unsafe copy(event.data.mapping_start.tag)
        case YAML_SEQUENCE_END_EVENT:
            result.kind = .listEnd
        case YAML_MAPPING_END_EVENT:
            result.kind = .mapEnd
        case YAML_STREAM_END_EVENT:
            result.kind = .end
        default:
            break
        }
        return result
    }

    private func copy(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        // SAFETY: libyaml's strings end with a zero byte and live as long as their event.
        unsafe text.map { unsafe String(decodingCString: $0, as: UTF8.self) }
    }

    private func failure() -> Failure {
        // SAFETY: `problem` and `context` are static strings of libyaml or nil.
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "cannot be read"
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) }
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            return unsafe Failure(message: problem, byteOffset: Int(parser.pointee.problem_offset))
        }
        let message = context.map { "\(problem) \($0)" } ?? problem
        return unsafe Failure(message: message, mark: Mark(parser.pointee.problem_mark))
    }
}

extension YAMLEvents.Mark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(index: Int(mark.index), line: Int(mark.line), column: Int(mark.column))
    }
}

extension Node.Style {
    fileprivate init(_ style: yaml_scalar_style_t) {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: self = .literal
        case YAML_FOLDED_SCALAR_STYLE: self = .folded
        default: self = .plain
        }
    }
}
