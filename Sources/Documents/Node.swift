/// One value of a YAML or JSON document, with the place where it was written.
public struct Node: Sendable {
    public enum Content: Sendable {
        case null
        case bool(Bool)
        case int(Int64)
        case double(Double)
        case string(String)
        case list([Node])
        case map([(key: Key, value: Node)])
    }

    /// A map's key. Keys are always text: `on`, `1` and `null` are the strings that were written.
    public struct Key: Sendable {
        public var text: String
        public var position: Position
        public var isQuoted: Bool

        public init(_ text: String, at position: Position, isQuoted: Bool = false) {
            self.text = text
            self.position = position
            self.isQuoted = isQuoted
        }
    }

    /// How a scalar was written; lists and maps are `plain`.
    public enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    public var content: Content
    /// Where the value starts; for a quoted scalar its quotation mark, for a block scalar its `|` or `>`.
    public var position: Position
    /// A scalar's text after unquoting and unescaping, before it was read as a number or the like: `007`, `1e3`. Empty for lists and maps.
    public var text: String
    public var style: Style
    /// The text that `position` points into, nil for a node that was made by code.
    let origin: Origin?

    struct Origin: Sendable {
        let source: SourceText
        let startByte: Int
        let endByte: Int
    }

    public init(_ content: Content, text: String = "", style: Style = .plain, at position: Position) {
        self.init(content, text: text, style: style, at: position, origin: nil)
    }

    init(_ content: Content, text: String, style: Style, at position: Position, origin: Origin?) {
        self.content = content
        self.text = text
        self.style = style
        self.position = position
        self.origin = origin
    }

    /// Whether a scalar stood in quotes or in a block, so that it is a string whatever it looks like.
    public var isQuoted: Bool { style != .plain }
}

extension Node {
    /// The value of the first entry with this key, nil without one or when this is no map. O(entries).
    public subscript(_ key: String) -> Node? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key.text == key }?.value
    }

    /// What kind of value this is, in a user's words: `text`, `a list`.
    public var kind: String {
        switch content {
        case .null: "nothing"
        case .bool: "true or false"
        case .int: "a whole number"
        case .double: "a number"
        case .string: "text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
