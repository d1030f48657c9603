/// Turns the tree into steps.
struct Planner {
    private let checked: CheckedExpression
    private let environment: Environment
    private(set) var steps: [Program.Step] = []
    private(set) var nodeIDs: [Int] = []

    init(checked: CheckedExpression, environment: Environment) {
        self.checked = checked
        self.environment = environment
    }

    /// The index of the step that computes a node.
    mutating func plan(_ node: Expr) -> Int {
        let step = makeStep(node)
        steps.append(step)
        nodeIDs.append(node.id)
        return steps.count - 1
    }

    private mutating func makeStep(_ node: Expr) -> Program.Step {
        switch checked.reference(of: node) {
        case .variable(let index): return isTest(node) ? .isPresent(index) : .variable(index)
        case .local(let slot): return .local(slot)
        case .constant(let value): return .constant(isTest(node) ? .bool(true) : value)
        case .unknown(let name):
            return .failure(EvaluationError(.unknownName, "nothing is named '\(name)'", nodeID: node.id))
        case .function, .none: break
        }
        switch node.kind {
        case .literal(let value): return .constant(value)
        case .identifier(let name): return .failure(EvaluationError(.unknownName, "nothing is named '\(name)'", nodeID: node.id))
        case .select(let operand, let field, let testOnly):
            let operand = plan(operand)
            return testOnly ? .has(operand, field: field) : .select(operand, field: field)
        case .call(let name, let target, let arguments): return makeCall(node, name, target, arguments)
        case .list(let elements):
            let indexes = elements.map { plan($0) }
            let constants = indexes.compactMap { constant($0) }
            return constants.count == indexes.count ? .constant(.list(constants)) : .list(indexes)
        case .map(let entries): return makeMap(entries)
        case .comprehension(let loop): return makeLoop(node, loop)
        }
    }

    private func isTest(_ node: Expr) -> Bool {
        if case .select(_, _, testOnly: true) = node.kind { return true }
        return false
    }

    private func constant(_ index: Int) -> Value? {
        if case .constant(let value) = steps[index] { return value }
        return nil
    }

    private mutating func makeMap(_ entries: [(key: Expr, value: Expr)]) -> Program.Step {
        let indexes = entries.map { (key: plan($0.key), value: plan($0.value)) }
        var map = MapValue()
        for entry in indexes {
            guard let key = constant(entry.key), let value = constant(entry.value), Evaluator<Bindings>.isKey(key), map.insert(key, value)
            else { return .map(indexes) }
        }
        return .constant(.map(map))
    }

    // MARK: Calls

    private mutating func makeCall(_ node: Expr, _ name: String, _ target: Expr?, _ arguments: [Expr]) -> Program.Step {
        guard case .function(let function, _, let dropsTarget) = checked.reference(of: node) else {
            return .failure(EvaluationError(.unknownFunction, "there is no function '\(name)'", nodeID: node.id))
        }
        let isMethod = target != nil && !dropsTarget
        let operands = (isMethod ? [target!] : []) + arguments
        if let special = makeOperator(function, operands) { return special }
        if let failure = formFailure(node, function, isMethod: isMethod, count: operands.count) { return .failure(failure) }
        let indexes = operands.map { plan($0) }
        switch (function, indexes.count) {
        case ("default", 2): return .defaulting(indexes[0], indexes[1])
        case ("in_list", 2): return .isOnList(name: indexes[0], subject: indexes[1])
        case ("list_attr", 3): return .listAttribute(name: indexes[0], subject: indexes[1], attribute: indexes[2])
        case ("matches", 2):
            if case .string(let text)? = constant(indexes[1]), case .success(let pattern) = Pattern.compile(text) {
                return .matches(indexes[0], pattern)
            }
        case ("ip_in_cidr", 2):
            if case .string(let text)? = constant(indexes[1]), let block = AddressBlock(text) { return .addressInBlock(indexes[0], block) }
        default: break
        }
        guard let builtin = Builtin(rawValue: function) else { return .hostCall(function, indexes) }
        return .call(builtin, indexes)
    }

    private mutating func makeOperator(_ function: String, _ operands: [Expr]) -> Program.Step? {
        switch (function, operands.count) {
        case (Operator.logicalAnd, 2): return .and(plan(operands[0]), plan(operands[1]))
        case (Operator.logicalOr, 2): return .or(plan(operands[0]), plan(operands[1]))
        case (Operator.conditional, 3): return .conditional(plan(operands[0]), plan(operands[1]), plan(operands[2]))
        default: break
        }
        // Names of operators start with "_", "@", "!" or "-".
        guard function.first?.isLetter == false, let builtin = Builtin(rawValue: function) else { return nil }
        switch operands.count {
        case 1: return .unary(builtin, plan(operands[0]))
        case 2 where builtin != .mapInsert: return .binary(builtin, plan(operands[0]), plan(operands[1]))
        default: return nil
        }
    }

    /// An unchecked expression may call a method as a function, or with a number of arguments that no overload has.
    private func formFailure(_ node: Expr, _ function: String, isMethod: Bool, count: Int) -> EvaluationError? {
        let overloads = environment.overloads(of: function)
        guard !overloads.isEmpty else {
            return EvaluationError(.unknownFunction, "there is no function '\(function)'", nodeID: node.id)
        }
        if StandardFunctions.variadic.contains(function), !isMethod, count > 0 { return nil }
        guard !overloads.contains(where: { $0.isMethod == isMethod && $0.parameters.count == count }) else { return nil }
        return EvaluationError(.noSuchOverload, "no such overload: \(function) with \(count) arguments", nodeID: node.id)
    }

    // MARK: Loops

    private mutating func makeLoop(_ node: Expr, _ loop: Comprehension) -> Program.Step {
        let range = plan(loop.range)
        let parts = Program.Loop(range: range, slot: checked.comprehensionSlots[node.id], variableCount: loop.variables.count)
        if loop.accumulator == HiddenName.accumulator, case .call(let name, nil, let operands) = loop.loopStep.kind, operands.count == 2,
            name == Operator.logicalAnd || name == Operator.logicalOr
        {
            return .quantifier(parts, predicate: plan(operands[1]), decides: name == Operator.logicalOr)
        }
        return .fold(
            parts, initial: plan(loop.initial), condition: plan(loop.loopCondition), step: plan(loop.loopStep), result: plan(loop.result))
    }
}
