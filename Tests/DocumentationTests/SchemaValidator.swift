import Documents

/// The part of JSON Schema, draft 7, that the published schemas use. A keyword that it does not know is a fault of the schema.
struct SchemaValidator {
    private let schema: Node
    private static let annotations: Set<String> = ["$schema", "title", "description"]

    init(_ schema: Node) { self.schema = schema }

    /// Where and why a document does not match; empty when it does.
    func faults(_ document: Node) -> [String] { Self.faults(document, schema, "") }

    private static func faults(_ value: Node, _ schema: Node, _ path: String) -> [String] {
        guard case .map(let keywords) = schema.content else { return ["\(path): the schema is no map"] }
        return keywords.flatMap { keyword, argument -> [String] in
            switch keyword.text {
            case "type": return hasType(value, argument.text) ? [] : ["\(path): is no \(argument.text)"]
            case "enum": return elements(argument).contains { isEqual($0, value) } ? [] : ["\(path): is none of the words"]
            case "pattern":
                guard case .string(let text) = value.content else { return [] }
                return text.contains(try! Regex(argument.text)) ? [] : ["\(path): '\(text)' does not match"]
            case "minimum": return number(value).map { $0 >= number(argument)! } ?? true ? [] : ["\(path): is too small"]
            case "maximum": return number(value).map { $0 <= number(argument)! } ?? true ? [] : ["\(path): is too large"]
            case "minItems":
                guard case .list(let list) = value.content else { return [] }
                return Double(list.count) >= number(argument)! ? [] : ["\(path): has too few elements"]
            case "items":
                guard case .list(let list) = value.content else { return [] }
                return list.enumerated().flatMap { faults($1, argument, "\(path)[\($0)]") }
            case "required":
                guard case .map = value.content else { return [] }
                return elements(argument).filter { value[$0.text] == nil }.map { "\(path): lacks '\($0.text)'" }
            case "properties":
                return entries(value).flatMap { key, inner in argument[key].map { faults(inner, $0, "\(path).\(key)") } ?? [] }
            case "additionalProperties":
                let others = entries(value).filter { schema["properties"]?[$0.0] == nil }
                if case .bool(false) = argument.content { return others.map { "\(path): has no key '\($0.0)'" } }
                return others.flatMap { faults($0.1, argument, "\(path).\($0.0)") }
            case "anyOf":
                let all = elements(argument).map { faults(value, $0, path) }
                return all.contains { $0.isEmpty } ? [] : all.min { $0.count < $1.count } ?? []
            default: return annotations.contains(keyword.text) ? [] : ["\(path): the schema has the keyword '\(keyword.text)'"]
            }
        }
    }

    private static func hasType(_ value: Node, _ type: String) -> Bool {
        switch (type, value.content) {
        case ("object", .map), ("array", .list), ("string", .string), ("boolean", .bool), ("null", .null), ("integer", .int), ("number", .int),
            ("number", .double):
            true
        default: false
        }
    }

    private static func elements(_ node: Node) -> [Node] {
        if case .list(let elements) = node.content { elements } else { [] }
    }

    private static func entries(_ node: Node) -> [(String, Node)] {
        if case .map(let entries) = node.content { entries.map { ($0.key.text, $0.value) } } else { [] }
    }

    private static func isEqual(_ word: Node, _ value: Node) -> Bool {
        if case .string(let left) = word.content, case .string(let right) = value.content { left == right } else { false }
    }

    private static func number(_ node: Node) -> Double? {
        switch node.content {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
