/// What a document may look like: its keys in the order in which people write them, and the kinds of their values.
///
/// Readers decide what is right, and say more about it. A shape is what editors and the formatter know: it is published as a JSON Schema, and
/// `vane fmt` puts known keys into its order.
public struct Shape: Sendable {
    public indirect enum Kind: Sendable {
        case anything
        /// The value that stands for absence.
        case nothing
        case text
        /// Text that matches an expression of ECMA-262, as JSON Schema has it.
        case pattern(String)
        case choice([String])
        case bool
        case int(ClosedRange<Int64>)
        case number(ClosedRange<Double>?)
        case list(Shape, atLeast: Int)
        /// A map with these keys; with others, which come first, only where they have a shape.
        case record([Property], others: Shape?)
        /// A map whose keys the user invents.
        case table(Shape)
        case either([Shape])
    }

    public struct Property: Sendable {
        public var name: String
        public var shape: Shape
        public var isRequired: Bool
    }

    public var kind: Kind
    /// A sentence for the editor's tooltip.
    public var description: String?

    public init(_ kind: Kind, _ description: String? = nil) {
        self.kind = kind
        self.description = description
    }
}

extension Shape {
    public static let text = Shape(.text)
    public static let bool = Shape(.bool)
    /// `500ms`, `30s`, `24h`.
    public static let duration = Shape(.pattern("^[0-9]+(ms|s|m|h|d)$"))
    /// `4GiB`, or bytes.
    public static let byteSize = Shape(.either([Shape(.pattern("^[0-9]+(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)?$")), Shape(.int(0 ... .max))]))

    public static func list(_ element: Shape, atLeast: Int = 0) -> Shape { Shape(.list(element, atLeast: atLeast)) }
    public static func table(_ value: Shape) -> Shape { Shape(.table(value)) }
    public static func choice(_ words: [String]) -> Shape { Shape(.choice(words)) }
    public static func record(_ properties: [Property], others: Shape? = nil) -> Shape { Shape(.record(properties, others: others)) }
    public static func either(_ shapes: [Shape]) -> Shape { Shape(.either(shapes)) }
    /// One value, or a list of them.
    public static func oneOrMore(_ element: Shape) -> Shape { .either([element, .list(element)]) }

    /// The same, with what an editor says about it.
    public func described(_ text: String) -> Shape { Shape(kind, text) }
}

extension Shape.Property {
    public static func optional(_ name: String, _ shape: Shape, _ description: String) -> Self {
        Self(name: name, shape: shape.described(description), isRequired: false)
    }

    public static func required(_ name: String, _ shape: Shape, _ description: String) -> Self {
        Self(name: name, shape: shape.described(description), isRequired: true)
    }
}

// Moving through a shape as through a document.
extension Shape {
    /// Where the keys of a map of this shape stand, first to last; keys with one rank stand as they were. Nil where the user orders them.
    func ranks(of keys: [String]) -> [Int]? {
        switch kind {
        case .record(let properties, let others):
            var places: [String: Int] = [:]
            for (index, property) in properties.enumerated() { places[property.name] = index }
            return keys.map { places[$0] ?? (others == nil ? properties.count : -1) }
        case .either(let shapes): return shapes.lazy.compactMap { $0.ranks(of: keys) }.first
        default: return nil
        }
    }

    /// The shape of the value under a key.
    func value(of key: String) -> Shape? {
        switch kind {
        case .record(let properties, let others): properties.first { $0.name == key }?.shape ?? others
        case .table(let shape): shape
        case .either(let shapes): shapes.lazy.compactMap { $0.value(of: key) }.first
        default: nil
        }
    }

    /// The shape of a list's elements.
    var element: Shape? {
        switch kind {
        case .list(let shape, _): shape
        case .either(let shapes): shapes.lazy.compactMap(\.element).first
        default: nil
        }
    }
}
