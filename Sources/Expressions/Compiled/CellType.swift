/// How a value is held in a 64-bit cell, where compiled conditions read it.
public enum CellType: Sendable, Hashable {
    /// 0 or 1.
    case bool
    /// Int64.
    case int
    /// The bit pattern of a double.
    case double
    /// The fingerprint of a string whose text is elsewhere, or nowhere.
    case fingerprint
    /// The index into the values.
    case enumeration([String])
    /// Int64, milliseconds since 1970.
    case timestamp
    /// Int64, milliseconds.
    case duration

    /// The only texts that an enumeration can be; nil for other types.
    public var values: [String]? {
        guard case .enumeration(let values) = self else { return nil }
        return values
    }

    /// What an expression sees; the text of a fingerprint may or may not be at hand.
    public var expressionType: CELType {
        switch self {
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .fingerprint: .opaqueString
        case .enumeration: .string
        case .timestamp: .timestamp
        case .duration: .duration
        }
    }
}
