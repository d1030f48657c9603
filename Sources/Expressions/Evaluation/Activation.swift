/// What an expression is evaluated against: the values of variables, and the world's lists, functions and time zones.
public protocol Activation {
    /// The value of `Environment.variables[index]`; nil when it is absent. Asked first.
    func value(at index: Int) -> Value?
    /// The value of a variable by its full name; asked when `value(at:)` has none.
    func value(of name: String) -> Value?
    /// Whether a subject stands on a named list; throws `no_such_list` when there is no such list.
    func isOnList(_ name: String, subject: Value) throws(EvaluationError) -> Bool
    /// An attribute of a subject's entry on a named list; nil when there is no entry or no such attribute.
    func listAttribute(_ name: String, subject: Value, attribute: String) throws(EvaluationError) -> Value?
    /// A function that the environment declares; nil when this activation does not compute it.
    func call(_ function: String, _ arguments: [Value]) throws(EvaluationError) -> Value?
    var timeZones: (any TimeZoneProvider)? { get }
}

extension Activation {
    public func value(at index: Int) -> Value? { nil }
    public func value(of name: String) -> Value? { nil }
    public func isOnList(_ name: String, subject: Value) throws(EvaluationError) -> Bool {
        throw EvaluationError(.noSuchList, "there is no list '\(name)'")
    }
    public func listAttribute(_ name: String, subject: Value, attribute: String) throws(EvaluationError) -> Value? {
        throw EvaluationError(.noSuchList, "there is no list '\(name)'")
    }
    public func call(_ function: String, _ arguments: [Value]) throws(EvaluationError) -> Value? { nil }
    public var timeZones: (any TimeZoneProvider)? { nil }
}

/// Variables by name, for tests and `vane eval`.
public struct Bindings: Activation {
    private let values: [String: Value]
    public let timeZones: (any TimeZoneProvider)?

    public init(_ values: [String: Value] = [:], timeZones: (any TimeZoneProvider)? = nil) {
        self.values = values
        self.timeZones = timeZones
    }

    public func value(of name: String) -> Value? { values[name] }
}
