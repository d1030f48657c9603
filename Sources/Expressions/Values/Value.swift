/// A value of the Common Expression Language.
///
/// `==` is CEL's equality: numbers of different types compare by value, values of other different types are unequal, strings
/// compare by code points, NaN equals nothing.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    indirect case map(MapValue)
    case timestamp(Timestamp)
    case duration(SignedDuration)
    /// A type as a value; the element types of `list` and `map` do not matter for equality.
    case type(CELType)
}

extension Value {
    /// The type of the value, elements being `dyn`.
    public var type: CELType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list(.dyn)
        case .map: .map(.dyn, .dyn)
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type(.dyn)
        }
    }
}

extension Value: Hashable {
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.string(let a), .string(let b)): UTF8Text.equal(a, b)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.duration(let a), .duration(let b)): a == b
        case (.type(let a), .type(let b)): a.runtimeName == b.runtimeName
        default: NumericOrder.areEqual(left, right)
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0 as UInt8)
        case .bool(let bool): hasher.combine(bool)
        case .int(let int): hasher.combine(int)
        case .uint(let uint):
            if let int = Int64(exactly: uint) { hasher.combine(int) } else { hasher.combine(uint) }
        case .double(let double):
            if let int = Int64(exactly: double) {
                hasher.combine(int)
            } else if let uint = UInt64(exactly: double) {
                hasher.combine(uint)
            } else {
                hasher.combine(double)
            }
        case .string(let string):
            for byte in string.utf8 { hasher.combine(byte) }
        case .bytes(let bytes): hasher.combine(bytes)
        case .list(let list): hasher.combine(list)
        case .map(let map): hasher.combine(map)
        case .timestamp(let timestamp): hasher.combine(timestamp)
        case .duration(let duration): hasher.combine(duration)
        case .type(let type): hasher.combine(type.runtimeName)
        }
    }
}
