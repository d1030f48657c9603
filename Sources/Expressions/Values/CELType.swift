/// A type of the Common Expression Language, static (as the checker infers it) or of a value (`type(x)`).
public indirect enum CELType: Sendable, Hashable {
    /// Known only at run time; agrees with every type.
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    /// A string of which only the fingerprint is kept (recorded string fields, sensitive fields), so that it can be
    /// compared for equality and looked up in lists, and nothing else. Values of this type are strings at run time.
    case opaqueString
    case bytes
    case timestamp
    case duration
    case list(CELType)
    case map(CELType, CELType)
    /// The type of a type: `int` as an expression has type `type(int)`.
    case type(CELType)
    /// A type variable of an overload's signature (`T`), replaced by inference.
    case parameter(Int)
    /// The checker already reported what is wrong here; agrees with every type so that one mistake is reported once.
    case error
}

extension CELType {
    /// The name by which expressions call the type of a value, e.g. `null_type`, `google.protobuf.Timestamp`, `list`.
    public var runtimeName: String {
        switch self {
        case .dyn, .error, .parameter: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string, .opaqueString: "string"
        case .bytes: "bytes"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .list: "list"
        case .map: "map"
        case .type: "type"
        }
    }

    /// The types that expressions can name, by name.
    static let named: [String: CELType] = [
        "null_type": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
        "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration, "list": .list(.dyn),
        "map": .map(.dyn, .dyn), "type": .type(.dyn), "dyn": .dyn,
    ]
}

extension CELType: CustomStringConvertible {
    /// The type as messages print it, e.g. `map(string, list(int))`.
    public var description: String {
        switch self {
        case .null: "null"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .opaqueString: "string (fingerprint only)"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .type(let type): "type(\(type))"
        case .parameter(let index): index < 3 ? ["A", "B", "C"][index] : "_\(index)"
        case .error: "error"
        default: runtimeName
        }
    }
}
