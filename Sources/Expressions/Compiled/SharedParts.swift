/// The parts of conditions that several conditions have: each is computed once for an event, into a cell of its own that the conditions then read.
///
/// A part is what an index cannot look up by itself: the operand of a comparison that is no plain variable (`amount / average`), or a condition that is
/// no comparison with a constant (`payee.startsWith("x")`, `amount > average * 3.0`). Parts are the same where they read the same cells in the same way,
/// whatever the variables are called.
public struct SharedParts {
    public struct Part: Sendable {
        /// Writes the part's value into its cell.
        public let program: ConditionProgram
        /// Indexes of the variables that it reads, in terms of the condition that it was found in.
        public let variables: [Int]
        /// Which condition that is.
        public let condition: Int
        /// Whether it is a condition, which has one of two values.
        public let isCondition: Bool
    }

    /// In the order in which conditions have them first. The cell of part n is `firstSlot + n`.
    public private(set) var parts: [Part] = []
    private var cells: [String: (slot: UInt16, type: CellType)] = [:]

    /// More parts stay where they are: slots have 16 bits.
    public static let partsMax = 2_000

    public init() {}

    /// A condition with the places of its variables.
    public typealias Placed = (expression: CheckedExpression, bindings: [ConditionProgram.Binding])

    /// How many parts conditions share, at most `partsMax`: so many cells `init(sharedBy:)` may take.
    public static func count(_ conditions: [Placed]) -> Int { shared(conditions).count }

    private struct Found {
        var key: String
        var condition: Int
        var node: Expr
        var isCondition: Bool
        var count: Int
    }

    private static func shared(_ conditions: [Placed]) -> [Found] {
        var found: [Found] = []
        var numbers: [String: Int] = [:]
        for (index, condition) in conditions.enumerated() {
            var keysHere: Set<String> = []
            candidates(condition.expression.expression, condition) { node, isCondition in
                guard let key = PartKey(condition).text(node), keysHere.insert(key).inserted else { return }
                if let number = numbers[key] {
                    found[number].count += 1
                } else {
                    numbers[key] = found.count
                    found.append(Found(key: key, condition: index, node: node, isCondition: isCondition, count: 1))
                }
            }
        }
        return Array(found.lazy.filter { $0.count > 1 }.prefix(partsMax))
    }

    /// - Parameter firstTemporary: cells from here on are free for intermediate values of the parts.
    public init(
        sharedBy conditions: [Placed], firstSlot: Int, firstTemporary: Int, fingerprint: @escaping @Sendable (String) -> UInt64,
        lists: (any ListLookup)?, timeZones: (any TimeZoneProvider)?
    ) {
        for found in Self.shared(conditions) {
            let (expression, bindings) = conditions[found.condition]
            var compiler = ConditionCompiler(
                expression: expression, bindings: bindings, nextTemporary: firstTemporary, fingerprint: fingerprint, lists: lists, timeZones: timeZones)
            let slot = UInt16(firstSlot + parts.count)
            guard let (program, type) = compiler.compile(part: found.node, isCondition: found.isCondition, into: slot) else { continue }
            var variables: Set<Int> = []
            Self.walk(found.node, expression) { variables.insert($0) }
            cells[found.key] = (slot, type)
            parts.append(
                Part(program: ConditionProgram(program), variables: variables.sorted(), condition: found.condition, isCondition: found.isCondition))
        }
    }

    /// Where a part of a condition is computed; nil where it is not shared.
    func cell(_ node: Expr, _ expression: CheckedExpression, _ bindings: [ConditionProgram.Binding]) -> (slot: UInt16, type: CellType)? {
        if cells.isEmpty { return nil }
        guard case .call = node.kind else { return nil }
        return PartKey((expression, bindings)).text(node).flatMap { cells[$0] }
    }

    // MARK: Finding parts

    private static func candidates(_ node: Expr, _ condition: Placed, _ visit: (_ node: Expr, _ isCondition: Bool) -> Void) {
        guard case .call(let function, let target, let arguments) = node.kind else { return }
        let expression = condition.expression
        switch (function, arguments.count) {
        case (Operator.logicalAnd, 2), (Operator.logicalOr, 2), (Operator.logicalNot, 1), (Operator.conditional, 3):
            for argument in arguments { candidates(argument, condition, visit) }
        case (Operator.equals, 2), (Operator.notEquals, 2), (Operator.less, 2), (Operator.lessEquals, 2), (Operator.greater, 2), (Operator.greaterEquals, 2),
            (Operator.in, 2):
            let computed = arguments.filter { isComputed($0, expression) }
            for argument in computed { visit(argument, false) }
            // Two cells against each other are nothing to look up.
            if function != Operator.in, arguments.allSatisfy({ readsVariable($0, expression) }) { visit(node, true) }
        default: if target != nil || !arguments.isEmpty { visit(node, true) }
        }
    }

    /// Whether a value is neither a variable nor known beforehand.
    private static func isComputed(_ node: Expr, _ expression: CheckedExpression) -> Bool {
        guard case .call = node.kind else { return false }
        return readsVariable(node, expression)
    }

    private static func readsVariable(_ node: Expr, _ expression: CheckedExpression) -> Bool {
        var reads = false
        walk(node, expression) { _ in reads = true }
        return reads
    }

    private static func walk(_ node: Expr, _ expression: CheckedExpression, _ visit: (Int) -> Void) {
        if case .variable(let index) = expression.reference(of: node) { return visit(index) }
        switch node.kind {
        case .literal, .identifier, .map, .comprehension: break
        case .select(let operand, _, _): walk(operand, expression, visit)
        case .call(_, let target, let arguments):
            if let target { walk(target, expression, visit) }
            for argument in arguments { walk(argument, expression, visit) }
        case .list(let elements): for element in elements { walk(element, expression, visit) }
        }
    }
}
