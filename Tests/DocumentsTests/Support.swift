import Documents

/// A tree in one line, with the kind of every scalar: `{a: int 1, b: [text "x"]}`.
func outline(_ node: Node) -> String {
    switch node.content {
    case .null: "null"
    case .bool(let value): "bool \(value)"
    case .int(let value): "int \(value)"
    case .double(let value): "double \(value)"
    case .string(let value): "\"\(value)\""
    case .list(let elements): "[" + elements.map(outline).joined(separator: ", ") + "]"
    case .map(let entries): "{" + entries.map { "\($0.key.text): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
}

func parse(_ text: String, file: String = "t.yaml", limits: DocumentLimits = .standard) throws(Diagnostics) -> Node {
    try parseYAML(Array(text.utf8), file: file, limits: limits)
}

/// The codes and places of what is wrong with a text, empty when nothing is.
func faults(_ text: String, file: String = "t.yaml", limits: DocumentLimits = .standard) -> [String] {
    do {
        _ = try parse(text, file: file, limits: limits)
        return []
    } catch {
        return error.all.map { "\($0.position?.line ?? 0):\($0.position?.column ?? 0) \($0.code)" }
    }
}
