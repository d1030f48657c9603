internal import Documents
internal import Service

/// A status for people.
struct StatusText {
    let root: Node

    init(_ root: Node) { self.root = root }

    var text: String { (head + packages + recorded + warming).map { $0 + "\n" }.joined() }

    private func word(_ node: Node?, _ key: String) -> String? {
        guard let value = node?[key] else { return nil }
        if case .null = value.content { return nil }
        return value.text
    }

    private func list(_ node: Node?, _ key: String) -> [Node] {
        guard case .list(let elements)? = node?[key]?.content else { return [] }
        return elements
    }

    private var head: [String] {
        let waits = list(root, "waits_for").map(\.text)
        let assigned = list(root["kafka"], "partitions").map(\.text)
        var lines = [
            "\(word(root, "instance") ?? "") runs vane \(word(root, "build") ?? ""), started \(word(root, "started_at") ?? "")",
            waits.isEmpty ? "ready" : "not ready: waiting for \(waits.joined(separator: ", "))",
        ]
        if let degraded = word(root, "degraded") { lines.append("degraded: \(degraded)") }
        lines.append("group \(word(root["kafka"], "group") ?? ""), partitions \(assigned.isEmpty ? "none" : assigned.joined(separator: ", "))")
        lines.append("latest event \(word(root, "latest_event_time") ?? "none yet")")
        lines.append("journals \(word(root["journals"], "kind") ?? ""), \(word(root["journals"], "memory_bytes") ?? "0") bytes in memory")
        return lines
    }

    private var packages: [String] {
        var lines = ["packages:"]
        for package in list(root, "packages") {
            let source = word(package, "url").map { " from \($0)" } ?? ""
            lines.append(
                "  \(word(package, "name") ?? "") \(word(package, "version") ?? ""), \(word(package, "mode") ?? ""), \(word(package, "rules") ?? "0") rules\(source)"
            )
        }
        for subscription in list(root["feed"], "subscriptions") {
            guard let problem = subscription["problem"], let code = word(problem, "code") else { continue }
            lines.append("  \(word(subscription, "url") ?? ""): \(code): \(word(problem, "message") ?? "")")
        }
        for entry in list(root, "lists") { lines.append("  list \(word(entry, "name") ?? ""), \(word(entry, "entries") ?? "0") entries") }
        return lines
    }

    private var recorded: [String] {
        var lines = ["recorded:"]
        for entity in list(root, "entities") {
            lines.append("  \(word(entity, "name") ?? "") for \(word(entity, "history") ?? "")")
            for record in list(entity["recorded"], "records") {
                let fields = list(record, "fields").map { "\(word($0, "name") ?? "") \(since($0))" }
                lines.append("    \(word(record, "event_type") ?? "") \(since(record))" + (fields.isEmpty ? "" : ": \(fields.joined(separator: ", "))"))
            }
        }
        return lines
    }

    private func since(_ node: Node) -> String {
        if node["not_yet"] != nil { return "from the next event on" }
        return word(node, "since").map { "since \($0)" } ?? "from the beginning"
    }

    private var warming: [String] {
        let all = list(root, "warming")
        if all.isEmpty { return ["no indicator is warming"] }
        return ["warming:"]
            + all.map { item in
                "  \(word(item, "package") ?? "").\(word(item, "indicator") ?? "") \(word(item, "until").map { "until \($0)" } ?? "for entities seen before, or until more is known")"
            }
    }
}
