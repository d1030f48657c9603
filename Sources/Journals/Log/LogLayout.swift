public import Events

/// How records of one event type are written to an entity's log: which fields, in which order, of which types.
///
/// A schema changes while logs live on. So a log's records name their layout by a number, and whoever reads a layout that is not its own maps it by the
/// names of fields and of enum values.
public struct LogLayout: Sendable, Equatable {
    public var eventType: String
    public var fields: [RecordedField]

    /// Numbers of layouts are 1...numberMax; 0 marks what is no record.
    public static let numberMax = 127

    public init(eventType: String, fields: [RecordedField]) {
        self.eventType = eventType
        self.fields = fields
    }

    /// The layout in words, such as `transaction amount:decimal:2 direction:enum:in:out`. Equal layouts have equal texts.
    public var text: String {
        ([Self.escaped(eventType)]
            + fields.map { field in
                let parameters: [String] =
                    switch field.type {
                    case .decimal(let scale): [String(scale)]
                    case .enumeration(let values): values
                    default: []
                    }
                return ([field.name, field.type.name] + parameters).map(Self.escaped).joined(separator: ":")
            }).joined(separator: " ")
    }

    /// Reads what `text` wrote; nil for anything else.
    public init?(text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let first = words.first, let eventType = Self.unescaped(first), !eventType.isEmpty, words.count <= SchemaLimits.recordedFieldsMax + 1 else {
            return nil
        }
        self.eventType = eventType
        fields = []
        for word in words.dropFirst() {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(Self.unescaped)
            guard parts.count >= 2, let name = parts[0], let typeName = parts[1], !parts.contains(nil) else { return nil }
            let parameters = parts.dropFirst(2).map { $0! }
            let type: FieldType
            switch (typeName, parameters.count) {
            case ("string", 0): type = .string
            case ("bool", 0): type = .bool
            case ("int", 0): type = .int
            case ("double", 0): type = .double
            case ("timestamp", 0): type = .timestamp
            case ("decimal", 1):
                guard let scale = Int(parameters[0]), (0...FieldLimits.decimalScaleMax).contains(scale) else { return nil }
                type = .decimal(scale: scale)
            case ("enum", 1...FieldLimits.enumerationValuesMax): type = .enumeration(parameters)
            default: return nil
            }
            fields.append(RecordedField(name: name, type: type))
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case " ": result += "%20"
            case ":": result += "%3a"
            case "\n": result += "%0a"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescaped(_ text: Substring) -> String? {
        var result = ""
        var rest = text.unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch (rest.popFirst(), rest.popFirst()) {
            case ("2", "5"): result += "%"
            case ("2", "0"): result += " "
            case ("3", "a"): result += ":"
            case ("0", "a"): result += "\n"
            default: return nil
            }
        }
        return result
    }
}
