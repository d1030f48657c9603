/// The arithmetic operators. Integers, timestamps and durations never wrap: beyond the range is an error.
enum Arithmetic {
    static func add(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(let a), .int(let b)): return .int(try checked(a.addingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.addingReportingOverflow(b)))
        case (.double(let a), .double(let b)): return .double(a + b)
        case (.string(let a), .string(let b)): return .string(a + b)
        case (.bytes(let a), .bytes(let b)): return .bytes(a + b)
        case (.list(let a), .list(let b)): return .list(a + b)
        case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)): return .timestamp(try inRange(a.adding(b)))
        case (.duration(let a), .duration(let b)):
            return .duration(SignedDuration(nanoseconds: try checked(a.nanoseconds.addingReportingOverflow(b.nanoseconds))))
        default: throw .noSuchOverload("_+_", left, right)
        }
    }

    static func subtract(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(let a), .int(let b)): return .int(try checked(a.subtractingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.subtractingReportingOverflow(b)))
        case (.double(let a), .double(let b)): return .double(a - b)
        case (.timestamp(let a), .timestamp(let b)): return .duration(try inRange(a.since(b)))
        case (.timestamp(let a), .duration(let b)):
            guard b.nanoseconds != .min else { throw outOfRange }
            return .timestamp(try inRange(a.adding(SignedDuration(nanoseconds: -b.nanoseconds))))
        case (.duration(let a), .duration(let b)):
            return .duration(SignedDuration(nanoseconds: try checked(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds))))
        default: throw .noSuchOverload("_-_", left, right)
        }
    }

    static func multiply(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(let a), .int(let b)): return .int(try checked(a.multipliedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.multipliedReportingOverflow(by: b)))
        case (.double(let a), .double(let b)): return .double(a * b)
        default: throw .noSuchOverload("_*_", left, right)
        }
    }

    static func divide(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(_), .int(0)), (.uint(_), .uint(0)): throw EvaluationError(.divideByZero, "divide by zero")
        case (.int(let a), .int(let b)): return .int(try checked(a.dividedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)): return .uint(a / b)
        case (.double(let a), .double(let b)): return .double(a / b)
        default: throw .noSuchOverload("_/_", left, right)
        }
    }

    static func modulo(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(_), .int(0)), (.uint(_), .uint(0)): throw EvaluationError(.divideByZero, "modulus by zero")
        case (.int(let a), .int(let b)): return .int(try checked(a.remainderReportingOverflow(dividingBy: b)))
        case (.uint(let a), .uint(let b)): return .uint(a % b)
        default: throw .noSuchOverload("_%_", left, right)
        }
    }

    static func negate(_ operand: Value) throws(EvaluationError) -> Value {
        switch operand {
        case .int(let a): return .int(try checked(Int64(0).subtractingReportingOverflow(a)))
        case .double(let a): return .double(-a)
        default: throw .noSuchOverload("-_", operand)
        }
    }

    private static let outOfRange = EvaluationError(.overflow, "the result is out of range")

    private static func checked<T>(_ result: (partialValue: T, overflow: Bool)) throws(EvaluationError) -> T {
        guard !result.overflow else { throw outOfRange }
        return result.partialValue
    }

    private static func inRange<T>(_ result: T?) throws(EvaluationError) -> T {
        guard let result else { throw outOfRange }
        return result
    }
}
