internal import Documents
internal import Events

/// Writes the fields of test events as JSON members.
struct FieldWriter {
    /// Relative times count from here.
    let startMilliseconds: Int64
    let diagnostics: DiagnosticList

    /// Writes a field's value; what is wrong with it is reported and nothing is written.
    /// - Parameter number: what `{n}` stands for.
    func write(_ field: Field, _ node: Node, number: Int, _ writer: inout JSONWriter) {
        let name = "'\(field.name)'"
        func member(_ write: (inout JSONWriter) -> Void) {
            writer.key(field.name)
            write(&writer)
        }
        switch field.type {
        case .string: if let text = node.string(name, diagnostics) { member { $0.string(Self.expand(text, number)) } }
        case .enumeration(let values): if let value = node.choice(name, among: values, diagnostics) { member { $0.string(value) } }
        case .bool: if let value = node.bool(name, diagnostics) { member { $0.bool(value) } }
        case .int:
            if case .string(let text) = node.content {
                guard let value = Int64(Self.expand(text, number)) else { return badNumber(name, node, "a whole number") }
                member { $0.int(value) }
            } else if let value = node.int(name, in: .min ... .max, diagnostics) {
                member { $0.int(value) }
            }
        case .double:
            if case .string(let text) = node.content {
                guard let value = Double(Self.expand(text, number)), value.isFinite else { return badNumber(name, node, "a number") }
                member { $0.double(value) }
            } else if let value = node.double(name, in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, diagnostics) {
                member { $0.double(value) }
            }
        case .decimal:
            // Digit by digit as it was written; the decoder refuses a text that is no number.
            if case .string(let text) = node.content {
                member { $0.string(Self.expand(text, number)) }
            } else if node.double(name, in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, diagnostics) != nil {
                member { if Self.isPlainNumber(node.text) { $0.raw(Array(node.text.utf8)) } else { $0.string(node.text) } }
            }
        case .timestamp:
            if case .int(let value) = node.content {
                member { $0.int(value) }
            } else if let text = node.string(name, diagnostics) {
                let text = Self.expand(text, number)
                if let offset = Self.offset(text) {
                    member { $0.string(RFC3339.text(startMilliseconds &+ offset)) }
                } else {
                    member { $0.string(text) }
                }
            }
        }
    }

    /// Whether it is a number in JSON, too; YAML also writes `+1`, `.5` and `0x1F`.
    private static func isPlainNumber(_ text: String) -> Bool { text.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?/#) != nil }

    private func badNumber(_ name: String, _ node: Node, _ expected: String) {
        diagnostics.error(
            code: "wrong-type", "\(name) must be \(expected), not '\(node.text)'", remedy: "write digits; in a series also \"1{n}\", which counts",
            at: node.position)
    }

    /// `-30d` or `+2h`: so long before or after the start of the test.
    private static func offset(_ text: String) -> Int64? {
        guard text.first == "-" || text.first == "+", let milliseconds = parseDuration(String(text.dropFirst())) else { return nil }
        return text.first == "-" ? -milliseconds : milliseconds
    }

    static func expand(_ text: String, _ number: Int) -> String { text.contains("{n}") ? text.replacing("{n}", with: String(number)) : text }
}
