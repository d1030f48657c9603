import Documents

/// The published description of the messages, `docs/asyncapi.yaml`, as a check of messages.
struct Contract {
    private let root: Node

    init(_ document: String = "docs/asyncapi.yaml") throws { root = try parseYAML(Array(Folder.read(Places.repository + "/" + document).utf8), file: document) }

    /// What a JSON text has that a schema of the document does not allow, and what it lacks.
    func faults(_ json: String, schema: String) throws -> [String] {
        faults(try parseYAML(Array(json.utf8), file: schema), root["components"]?["schemas"]?[schema], schema) { _ in false }
    }

    /// The paths with their methods, in order.
    var operations: [String] {
        guard case .map(let paths)? = root["paths"]?.content else { return [] }
        return paths.flatMap { path, node -> [String] in
            guard case .map(let methods) = node.content else { return [] }
            return methods.map { "\($0.key.text.uppercased()) \(path.text)" }
        }
    }

    /// The statuses that an operation may answer with.
    func statuses(_ path: String, _ method: String) -> [String] {
        guard case .map(let answers)? = root["paths"]?[path]?[method]?["responses"]?.content else { return [] }
        return answers.map(\.key.text)
    }

    /// What a record has that its message does not allow, and what it lacks.
    func faults(_ record: Record, message name: String) throws -> [String] {
        guard let message = root["components"]?["messages"]?[name] else { return ["there is no message '\(name)'"] }
        let headers = Node(
            .map(
                record.headers.sorted { $0.key < $1.key }.map {
                    (Node.Key($0.key, at: root.position), Node(.string($0.value), text: $0.value, at: root.position))
                }),
            at: root.position)
        // Headers of the event itself travel along; those of Vane and of CloudEvents are all described.
        var faults = faults(headers, message["headers"], "headers") { !$0.hasPrefix("vane_") && !$0.hasPrefix("ce_") }
        if let payload = message["payload"], !entries(payload).isEmpty {
            guard let text = record.text else { return faults + ["there is no value"] }
            faults += self.faults(try parseYAML(Array(text.utf8), file: "message"), payload, "value") { _ in false }
        }
        return faults
    }

    private func faults(_ value: Node, _ schema: Node?, _ path: String, isExtra: (String) -> Bool) -> [String] {
        guard let schema else { return ["\(path) has no schema"] }
        if let reference = schema["$ref"] { return faults(value, resolve(reference.text), path, isExtra: isExtra) }
        var faults: [String] = []
        let types = schema["type"].map { texts($0) } ?? []
        if !types.isEmpty, !types.contains(where: { isOfType(value, $0) }) { faults.append("\(path) is \(value.kind), not \(types)") }
        if let allowed = schema["enum"], !texts(allowed).contains(value.text) { faults.append("\(path) is '\(value.text)', not one of \(texts(allowed))") }
        if let constant = schema["const"], constant.text != value.text { faults.append("\(path) is '\(value.text)', not '\(constant.text)'") }
        switch value.content {
        case .map(let members):
            for name in texts(schema["required"]) where value[name] == nil { faults.append("\(path) lacks \(name)") }
            for (key, member) in members {
                if let known = schema["properties"]?[key.text] ?? schema["additionalProperties"] {
                    faults += self.faults(member, known, "\(path).\(key.text)", isExtra: isExtra)
                } else if !isExtra(key.text) {
                    faults.append("\(path).\(key.text) is not described")
                }
            }
        case .list(let elements):
            for (index, element) in elements.enumerated() { faults += self.faults(element, schema["items"], "\(path)[\(index)]", isExtra: isExtra) }
        default: break
        }
        return faults
    }

    private func resolve(_ reference: String) -> Node? {
        var node: Node? = root
        for step in reference.dropFirst(2).split(separator: "/") { node = node?[String(step)] }
        return node
    }

    private func isOfType(_ value: Node, _ type: String) -> Bool {
        switch (type, value.content) {
        case ("null", .null), ("boolean", .bool), ("integer", .int), ("number", .int), ("number", .double), ("string", .string), ("array", .list),
            ("object", .map):
            true
        default: false
        }
    }

    private func texts(_ node: Node?) -> [String] {
        guard let node else { return [] }
        if case .list(let elements) = node.content { return elements.map(\.text) }
        return node.text.isEmpty ? [] : [node.text]
    }

    private func entries(_ node: Node) -> [Node] {
        if case .map(let entries) = node.content { return entries.map(\.value) }
        return []
    }
}
