/// Why an expression has no value.
public struct EvaluationError: Error, Sendable, Hashable {
    public enum Code: String, Sendable, CaseIterable {
        /// A variable is declared but absent from this event. `default` absorbs this one.
        case noSuchValue = "no_such_value"
        /// A name that nothing declares.
        case unknownName = "unknown_name"
        case unknownFunction = "unknown_function"
        /// An operator or function does not take values of these types.
        case noSuchOverload = "no_such_overload"
        case noSuchKey = "no_such_key"
        case noSuchList = "no_such_list"
        case duplicateKey = "duplicate_key"
        case divideByZero = "divide_by_zero"
        case overflow = "overflow"
        case invalidArgument = "invalid_argument"
        case indexOutOfRange = "index_out_of_range"
        /// The expression was stopped at `Limits.evaluationCostMax`. Nothing absorbs this one.
        case costExceeded = "cost_exceeded"
    }

    public let code: Code
    public let message: String
    /// The node that failed; -1 when the error comes from outside the tree.
    public var nodeID: Int

    public init(_ code: Code, _ message: String, nodeID: Int = -1) {
        self.code = code
        self.message = message
        self.nodeID = nodeID
    }

    static func noSuchOverload(_ function: String, _ arguments: Value...) -> EvaluationError {
        noSuchOverload(function, arguments)
    }

    static func noSuchOverload(_ function: String, _ arguments: [Value]) -> EvaluationError {
        let types = arguments.map { $0.type.runtimeName }.joined(separator: ", ")
        return EvaluationError(.noSuchOverload, "no such overload: \(function)(\(types))")
    }
}

extension EvaluationError: CustomStringConvertible {
    public var description: String { "\(code.rawValue): \(message)" }
}
