public import Expressions

/// The type of a field. Each has one 64-bit cell in a row; strings keep their text beside it.
public enum FieldType: Sendable, Hashable {
    /// Cell: the fingerprint of the text.
    case string
    /// Cell: 0 or 1.
    case bool
    /// Cell: Int64.
    case int
    /// Cell: the bit pattern of a finite double.
    case double
    /// Cell: Int64, in units of 10^-scale.
    case decimal(scale: Int)
    /// Cell: the index into the values.
    case enumeration([String])
    /// Cell: Int64, milliseconds since 1970-01-01T00:00:00Z.
    case timestamp

    /// What an expression sees.
    public var expressionType: CELType {
        switch self {
        case .string, .enumeration: .string
        case .bool: .bool
        case .int: .int
        case .double, .decimal: .double
        case .timestamp: .timestamp
        }
    }

    /// The only texts that an enum can be; nil for other types.
    public var values: [String]? {
        guard case .enumeration(let values) = self else { return nil }
        return values
    }

    /// How conditions hold it: decimals as doubles.
    public var cellType: CellType {
        switch self {
        case .string: .fingerprint
        case .bool: .bool
        case .int: .int
        case .double, .decimal: .double
        case .enumeration(let values): .enumeration(values)
        case .timestamp: .timestamp
        }
    }

    /// Of a decimal, 10^scale: what its cell is divided by for expressions; nil for other types.
    public var decimalUnit: Double? {
        guard case .decimal(let scale) = self else { return nil }
        return (0..<scale).reduce(1.0) { unit, _ in unit * 10 }
    }

    /// As written in a schema.
    public var name: String {
        switch self {
        case .string: "string"
        case .bool: "bool"
        case .int: "int"
        case .double: "double"
        case .decimal: "decimal"
        case .enumeration: "enum"
        case .timestamp: "timestamp"
        }
    }
}

/// The numbers that fields may hold.
public enum FieldLimits {
    /// Decimals are exact as doubles too, and their squares add up in 128 bits: at two decimals this is 90 trillion.
    public static let decimalMinorUnitsMax: Int64 = 1 << 53
    /// 10^15 still leaves a digit before the point within `decimalMinorUnitsMax`.
    public static let decimalScaleMax = 15
    /// Longer strings are no identifiers, and a journal or an alert that carried them would be the attack.
    public static let stringBytesMax = 64 * 1024
    public static let eventIDBytesMax = 512
    /// The W3C trace context of version 00 has 55 characters; later versions may append to it.
    public static let traceparentBytesMax = 128
    /// A Kafka broker takes 1 MiB by default; what is larger by an order of magnitude is no event.
    public static let eventBytesMax = 16 << 20
    /// An enum's index is recorded in one byte.
    public static let enumerationValuesMax = 255
    /// 1970-01-01: what epoch milliseconds can say without a sign.
    public static let timeMillisecondsMin: Int64 = 0
    /// 2200-01-01T00:00:00Z: later times are seconds taken for milliseconds, or worse.
    public static let timeMillisecondsMax: Int64 = 7_258_118_400_000
    /// Fields may hold any time that expressions can: years 1 to 9999, such as a date of birth.
    public static let timestampMilliseconds: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
}
