/// How much a line of the log matters. An error is only what an operator must act on.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

public enum LogFormat: String, Sendable, CaseIterable { case text, json }

/// A value of a log field.
public enum LogValue: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)

    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension LogValue {
    /// A whole number of any width; beyond Int64 it is clamped.
    public static func number(_ value: some BinaryInteger) -> LogValue { .int(Int64(clamping: value)) }
}

/// One thing that happened.
public struct LogEntry: Sendable {
    /// Milliseconds since 1970.
    public var timeMilliseconds: Int64
    public var level: LogLevel
    /// What kind of message it is, in kebab case: `package-activated`. Rates are limited per kind.
    public var kind: String
    public var message: String
    /// In the order in which they are written.
    public var fields: [(name: String, value: LogValue)]
    /// Entries of the same kind and level that the rate limit swallowed before this one.
    public var suppressed: Int
}
