/// `<`, `<=`, `>` and `>=`: numbers across types, and bool, string, bytes, timestamp and duration each among themselves.
enum Ordering {
    static func compare(_ builtin: Builtin, _ left: Value, _ right: Value) throws(EvaluationError) -> Bool {
        let result = try compare(left, right, builtin)
        return switch builtin {
        case .less: result == .less
        case .lessEquals: result == .less || result == .equal
        case .greater: result == .greater
        default: result == .greater || result == .equal
        }
    }

    private static func compare(
        _ left: Value, _ right: Value, _ builtin: Builtin
    ) throws(EvaluationError) -> NumericOrder.Result {
        if let result = NumericOrder.compare(left, right) { return result }
        switch (left, right) {
        case (.bool(let a), .bool(let b)): return a == b ? .equal : !a ? .less : .greater
        case (.string(let a), .string(let b)):
            return UTF8Text.equal(a, b) ? .equal : UTF8Text.precedes(a, b) ? .less : .greater
        case (.bytes(let a), .bytes(let b)): return a == b ? .equal : a.lexicographicallyPrecedes(b) ? .less : .greater
        case (.timestamp(let a), .timestamp(let b)): return a == b ? .equal : a < b ? .less : .greater
        case (.duration(let a), .duration(let b)): return a == b ? .equal : a < b ? .less : .greater
        default: throw .noSuchOverload(builtin.rawValue, left, right)
        }
    }
}
