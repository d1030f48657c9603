/// Writes what a part of an expression computes as text: the same for parts that read the same cells in the same way.
struct PartKey {
    private let expression: CheckedExpression
    private let slot: (Int) -> Int
    /// Whether the order of what `&&` and `||` join does not count.
    private let isSorted: Bool

    init(_ condition: SharedParts.Placed) {
        expression = condition.expression
        slot = { [bindings = condition.bindings] in bindings[$0].slot }
        isSorted = false
    }

    init(_ expression: CheckedExpression, slot: @escaping (Int) -> Int, isSorted: Bool) {
        self.expression = expression
        self.slot = slot
        self.isSorted = isSorted
    }

    /// nil for parts with loops or maps.
    func text(_ node: Expr) -> String? {
        switch expression.reference(of: node) {
        case .variable(let index):
            if case .select(_, _, testOnly: true) = node.kind { return nil }
            return "v\(slot(index))"
        case .constant(let value): return "c\(value)"
        case .local, .unknown: return nil
        case .none, .function: break
        }
        switch node.kind {
        case .literal(let value): return "c\(value)"
        case .identifier, .map, .comprehension, .select: return nil
        case .call(let function, let target, let arguments):
            if isSorted, function == Operator.logicalAnd || function == Operator.logicalOr {
                return texts(operands(node, of: function)).map { "(\(function) \($0.sorted().joined(separator: " ")))" }
            }
            // The function's own name for what `math.abs` says.
            if case .function(let name, _, dropsTarget: true) = expression.reference(of: node) {
                return texts(arguments).map { "(\(name) \($0.joined(separator: " ")))" }
            }
            return texts((target.map { [$0] } ?? []) + arguments).map {
                "(\(target == nil ? "" : ".")\(function) \($0.joined(separator: " ")))"
            }
        case .list(let elements): return texts(elements).map { "[\($0.joined(separator: " "))]" }
        }
    }

    private func texts(_ nodes: [Expr]) -> [String]? {
        var texts: [String] = []
        for node in nodes {
            guard let text = text(node) else { return nil }
            texts.append(text)
        }
        return texts
    }

    private func operands(_ node: Expr, of function: String) -> [Expr] {
        guard case .call(function, nil, let arguments) = node.kind, arguments.count == 2 else { return [node] }
        return operands(arguments[0], of: function) + operands(arguments[1], of: function)
    }
}

extension CheckedExpression {
    /// A text that is the same for expressions that say the same of the same variables, in whatever order `&&` and `||` join it; nil for those with
    /// loops or maps.
    public var normalForm: String? { PartKey(self, slot: { $0 }, isSorted: true).text(expression) }
}
