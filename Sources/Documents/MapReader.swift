/// Reads a map strictly: every key is asked for once, and `finish` reports the ones that nobody asked for.
///
/// Nothing stops at the first fault: a missing or wrong value is added to the list and read as nil, so that one run tells a user everything.
/// Of a value that is no map, only that is reported, and every key reads as nil.
///
///     var reader = MapReader(root, "the configuration", diagnostics)
///     let group = reader.string("group") ?? "vane"
///     let budget = reader.duration("budget", .required, in: 1...60_000)
///     reader.finish()
public struct MapReader {
    public enum Presence: Sendable { case optional, required }

    /// What the map is, for messages: `the configuration`, `field 'amount'`.
    public let name: String
    public let position: Position
    public let diagnostics: DiagnosticList
    /// The entries in the order of the file.
    public let entries: [(key: Node.Key, value: Node)]
    /// False when the value was no map, which is reported already.
    public let isMap: Bool
    private var known: [String] = []

    public init(_ node: Node, _ name: String, _ diagnostics: DiagnosticList) {
        self.name = name
        self.diagnostics = diagnostics
        position = node.position
        if case .map(let entries) = node.content {
            self.entries = entries
            isMap = true
        } else {
            entries = []
            isMap = false
            diagnostics.error(
                code: "wrong-type", "\(name) must be a map, not \(node.kind)", remedy: "write 'key: value' lines, indented under it",
                at: node.position)
        }
    }

    /// The value of a key that must be there; nil, and an error, without it.
    public mutating func required(_ key: String) -> Node? {
        if let node = optional(key) { return node }
        if isMap {
            diagnostics.error(code: "missing-key", "\(name) has no '\(key)'", remedy: "add '\(key): …'", at: position)
        }
        return nil
    }

    /// The value of a key that may be there.
    public mutating func optional(_ key: String) -> Node? {
        known.append(key)
        return entries.first { $0.key.text == key }?.value
    }

    /// Whether the key is there; does not count as asking for it.
    public func contains(_ key: String) -> Bool { entries.contains { $0.key.text == key } }

    public mutating func value(_ key: String, _ presence: Presence) -> Node? {
        presence == .required ? required(key) : optional(key)
    }

    /// Reports each key that was never asked for, with the nearest known one.
    public func finish() {
        for (key, _) in entries where !known.contains(key.text) {
            let all = "known here: \(known.sorted().joined(separator: ", "))"
            let remedy = didYouMean(key.text, among: known).map { "did you mean '\($0)'? \(all)" } ?? (known.isEmpty ? "remove it" : all)
            diagnostics.error(code: "unknown-key", "\(name) has no key '\(key.text)'", remedy: remedy, at: key.position)
        }
    }
}

// Typed values by key; what they mean and report is said at the functions of the same names on `Node`.
extension MapReader {
    public mutating func string(_ key: String, _ presence: Presence = .optional) -> String? {
        value(key, presence)?.string("'\(key)'", diagnostics)
    }

    /// Text of at least one character.
    public mutating func nonEmptyString(_ key: String, _ presence: Presence = .optional) -> String? {
        guard let node = value(key, presence), let text = node.string("'\(key)'", diagnostics) else { return nil }
        if !text.isEmpty { return text }
        diagnostics.error(code: "bad-value", "'\(key)' is empty", remedy: "write a value, or remove the key", at: node.position)
        return nil
    }

    public mutating func bool(_ key: String, _ presence: Presence = .optional) -> Bool? {
        value(key, presence)?.bool("'\(key)'", diagnostics)
    }

    public mutating func int(_ key: String, _ presence: Presence = .optional, in range: ClosedRange<Int64> = .min ... .max) -> Int64? {
        value(key, presence)?.int("'\(key)'", in: range, diagnostics)
    }

    public mutating func double(
        _ key: String, _ presence: Presence = .optional, in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) -> Double? {
        value(key, presence)?.double("'\(key)'", in: range, diagnostics)
    }

    public mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ presence: Presence = .optional, of type: Choice.Type
    ) -> Choice? {
        value(key, presence)?.choice("'\(key)'", of: type, diagnostics)
    }

    public mutating func choice(_ key: String, _ presence: Presence = .optional, among allowed: [String]) -> String? {
        value(key, presence)?.choice("'\(key)'", among: allowed, diagnostics)
    }

    /// In milliseconds.
    public mutating func duration(_ key: String, _ presence: Presence = .optional, in range: ClosedRange<Int64> = 0 ... .max) -> Int64? {
        value(key, presence)?.duration("'\(key)'", in: range, diagnostics)
    }

    /// In bytes.
    public mutating func byteSize(_ key: String, _ presence: Presence = .optional, in range: ClosedRange<Int64> = 0 ... .max) -> Int64? {
        value(key, presence)?.byteSize("'\(key)'", in: range, diagnostics)
    }

    public mutating func list(_ key: String, _ presence: Presence = .optional) -> [Node]? {
        value(key, presence)?.list("'\(key)'", diagnostics)
    }

    /// A list of texts; elements that are not text are reported and left out.
    public mutating func strings(_ key: String, _ presence: Presence = .optional) -> [String]? {
        list(key, presence)?.compactMap { $0.string("an element of '\(key)'", diagnostics) }
    }

    /// A reader of a nested map, which reports into the same list.
    public mutating func map(_ key: String, _ presence: Presence = .optional) -> MapReader? {
        value(key, presence).map { MapReader($0, "'\(key)'", diagnostics) }
    }
}
