internal import Documents

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
            reportForeignValues(of: call.arguments[0], in: [call.arguments[1]])
            reportForeignValues(of: call.arguments[1], in: [call.arguments[0]])
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

    /// `x in [a, b]`: each of them must be a text that `x` can be.
    mutating func checkMembers(_ call: CallSite) {
        guard call.function == Operator.in, call.arguments.count == 2 else { return }
        if case .list(let elements) = call.arguments[1].kind {
            reportForeignValues(of: call.arguments[0], in: elements)
        } else {
            reportForeignValues(of: call.arguments[0], in: [call.arguments[1]])
        }
    }

    /// A variable of few values compared with a text that is none of them: nothing could ever be equal.
    private mutating func reportForeignValues(of operand: Expr, in others: [Expr]) {
        guard case .variable(let index) = references[operand.id], let values = environment.variables[index].values else { return }
        for other in others {
            for text in texts(other) where !values.contains(text) {
                report(
                    "unknown-value", "'\(environment.variables[index].name)' is never \"\(text)\"",
                    remedy: didYouMean(text, among: values).map { "did you mean \"\($0)\"?" } ?? "it is one of \(values.joined(separator: ", "))", at: other)
            }
        }
    }

    /// The texts that a literal or a constant is, or lists.
    private func texts(_ node: Expr) -> [String] {
        let value: Value
        if case .literal(let literal) = node.kind {
            value = literal
        } else if case .constant(let constant) = references[node.id] {
            value = constant
        } else {
            return []
        }
        switch value {
        case .string(let text): return [text]
        case .list(let elements):
            return elements.compactMap { element in
                if case .string(let text) = element { text } else { nil }
            }
        default: return []
        }
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
