/// Equality and order: numbers compare across int, uint and double; otherwise both sides have the same type.
extension Checker {
    static let comparisons: [String: String] = [
        Operator.equals: "==", Operator.notEquals: "!=", Operator.less: "<", Operator.lessEquals: "<=", Operator.greater: ">",
        Operator.greaterEquals: ">=",
    ]

    mutating func inferComparison(_ call: CallSite) -> CELType {
        refer(call.node, to: .function(name: call.function, overload: nil, dropsTarget: false))
        guard let symbol = Self.comparisons[call.function], call.types.count == 2 else { return .error }
        let left = call.types[0]
        let right = call.types[1]
        if symbol == "==" || symbol == "!=" {
            if !areEqualComparable(left, right) { reportIncomparable(call, symbol, left, right) }
            return .bool
        }
        for (argument, type) in zip(call.arguments, call.types) where type == .opaqueString {
            reportFingerprint(argument, use: "'\(symbol)'")
            return .bool
        }
        if !areOrdered(left, right) { reportIncomparable(call, symbol, left, right) }
        return .bool
    }

    private mutating func areEqualComparable(_ left: CELType, _ right: CELType) -> Bool {
        if left.isNumber, right.isNumber { return true }
        switch (left, right) {
        case (.list(let a), .list(let b)): return areEqualComparable(a, b)
        case (.map(let keyA, let valueA), .map(let keyB, let valueB)):
            return areEqualComparable(keyA, keyB) && areEqualComparable(valueA, valueB)
        default: return inference.assign(left.withoutFingerprints, to: right.withoutFingerprints)
        }
    }

    private mutating func areOrdered(_ left: CELType, _ right: CELType) -> Bool {
        if left.isNumber, right.isNumber { return true }
        for type in [left, right] {
            switch type {
            case .null, .list, .map, .type: return false
            default: break
            }
        }
        return inference.assign(left, to: right)
    }

    private mutating func reportIncomparable(_ call: CallSite, _ symbol: String, _ left: CELType, _ right: CELType) {
        let remedy =
            switch (left, right) {
            case (.string, let number) where number.isNumber: "convert the text with \(number)(…), or put the number in quotes"
            case (let number, .string) where number.isNumber: "convert the text with \(number)(…), or put the number in quotes"
            case (.opaqueString, _), (_, .opaqueString): "compare it with text in quotes"
            case (.null, _), (_, .null): "nothing but null is null; use default(x, fallback) where a value may be missing"
            case (.timestamp, .string), (.string, .timestamp): "write timestamp(\"2030-01-31T00:00:00Z\")"
            case (.duration, _), (_, .duration): "write duration(\"90s\")"
            default:
                symbol == "==" || symbol == "!=" ? "convert one side so that both have the same type" : "compare numbers, texts, times or durations"
            }
        report("type-mismatch", "'\(symbol)' cannot compare \(left) with \(right)", remedy: remedy, at: call.node)
    }
}
