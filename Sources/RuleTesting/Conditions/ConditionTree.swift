internal import Documents
internal import Expressions
internal import Rules

/// A rule's condition, taken apart at `&&`, `||`, `!` and `? :` into atomic conditions, ready to be evaluated part by part.
///
/// The engine decides by the compiled form of the whole; this says why, with the same meaning, and takes its time.
struct ConditionTree {
    /// A part of the condition.
    indirect enum Part {
        /// `&&` where false decides, `||` where true does, flattened: `a && b && c` has three parts.
        case all(Place, [Part])
        case any(Place, [Part])
        case not(Place, Part)
        case choice(Place, Part, Part, Part)
        case atom(Atom)
    }

    /// Where a part stands.
    struct Place {
        var text: String
        var position: Position
    }

    /// A condition that has no conditions in it.
    struct Atom {
        var place: Place
        /// Number among the atoms of the tree.
        var number: Int
        /// Depends on no event, so that it cannot be seen both ways.
        var isConstant: Bool
        var program: Program
        var operands: [Operand]
    }

    /// What an atom looks at: a field, an indicator, a parameter, or a side of a comparison.
    struct Operand {
        var text: String
        var program: Program
    }

    let root: Part
    let atoms: [Atom]

    init(_ condition: CheckedExpression) {
        var builder = ConditionTreeBuilder(condition)
        root = builder.part(condition.expression)
        atoms = builder.atoms
    }

    /// A text on one line.
    static func line(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

private struct ConditionTreeBuilder {
    private let condition: CheckedExpression
    private(set) var atoms: [ConditionTree.Atom] = []

    init(_ condition: CheckedExpression) { self.condition = condition }

    mutating func part(_ node: Expr) -> ConditionTree.Part {
        guard condition.type(of: node) == .bool, case .call(let function, nil, let arguments) = node.kind else { return atom(node) }
        switch (function, arguments.count) {
        case (Operator.logicalAnd, 2), (Operator.logicalOr, 2):
            let nodes = flattened(node, function)
            let parts = nodes.map { part($0) }
            return function == Operator.logicalAnd ? .all(place(node), parts) : .any(place(node), parts)
        case (Operator.logicalNot, 1): return .not(place(node), part(arguments[0]))
        case (Operator.conditional, 3): return .choice(place(node), part(arguments[0]), part(arguments[1]), part(arguments[2]))
        default: return atom(node)
        }
    }

    /// From left to right until one decides: the grouping of a chain makes no difference.
    private func flattened(_ node: Expr, _ function: String) -> [Expr] {
        if case .call(function, nil, let arguments) = node.kind, arguments.count == 2 { return arguments.flatMap { flattened($0, function) } }
        return [node]
    }

    private func place(_ node: Expr) -> ConditionTree.Place {
        ConditionTree.Place(text: text(node), position: condition.source.position(at: range(node).lowerBound))
    }

    private func text(_ node: Expr) -> String { ConditionTree.line(condition.source.text(in: range(node))) }

    /// The node's range with the brackets around its operands, which the parser leaves out: `(a || b) && c` starts at the bracket.
    private func range(_ node: Expr) -> Range<Int> {
        let bytes = Array(condition.source.text.utf8)
        let (missing, open) = Self.brackets(bytes[node.range])
        var (start, end) = (node.range.lowerBound, node.range.upperBound)
        for _ in 0..<missing { start = bytes[..<start].lastIndex(of: UInt8(ascii: "(")) ?? start }
        for _ in 0..<open { end = bytes[end...].firstIndex(of: UInt8(ascii: ")")).map { $0 + 1 } ?? end }
        return start..<end
    }

    /// How many opening brackets are missing before a text, and how many closing ones after it; those in strings do not count.
    private static func brackets(_ text: ArraySlice<UInt8>) -> (missing: Int, open: Int) {
        var (depth, lowest) = (0, 0)
        var quote: UInt8?
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if let open = quote {
                if byte == UInt8(ascii: "\\") { index += 1 } else if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "(") {
                depth += 1
            } else if byte == UInt8(ascii: ")") {
                depth -= 1
                lowest = min(lowest, depth)
            }
            index += 1
        }
        return (-lowest, depth - lowest)
    }

    private mutating func atom(_ node: Expr) -> ConditionTree.Part {
        var operands: [ConditionTree.Operand] = []
        var dependsOnEvent = false
        func add(_ node: Expr) {
            let text = text(node)
            if !operands.contains(where: { $0.text == text }) { operands.append(.init(text: text, program: Program(condition, part: node))) }
        }
        func visit(_ node: Expr) {
            switch condition.reference(of: node) {
            case .variable:
                dependsOnEvent = true
                return add(node)
            case .constant: return add(node)
            case .local, .unknown, .function, .none: break
            }
            switch node.kind {
            case .literal, .identifier: break
            case .select(let operand, _, _): visit(operand)
            case .call(let function, let target, let arguments):
                if function == "in_list" || function == "list_attr" { dependsOnEvent = true }
                if let target { visit(target) }
                arguments.forEach(visit)
            case .list(let elements): elements.forEach(visit)
            case .map(let entries):
                for entry in entries {
                    visit(entry.key)
                    visit(entry.value)
                }
            case .comprehension(let loop): [loop.range, loop.initial, loop.loopCondition, loop.loopStep, loop.result].forEach(visit)
            }
        }
        if case .call(let function, nil, let sides) = node.kind, Self.comparisons.contains(function) {
            for side in sides where isComputed(side) { add(side) }
        }
        visit(node)
        // A variable that is itself the condition shows its value as the outcome.
        if operands.count == 1, operands[0].text == text(node) { operands = [] }
        let atom = ConditionTree.Atom(
            place: place(node), number: atoms.count, isConstant: !dependsOnEvent, program: Program(condition, part: node), operands: operands)
        atoms.append(atom)
        return .atom(atom)
    }

    private static let comparisons = [
        Operator.equals, Operator.notEquals, Operator.less, Operator.lessEquals, Operator.greater, Operator.greaterEquals, Operator.in,
    ]

    /// Whether a side of a comparison has a value that is not already in its text or among its variables.
    private func isComputed(_ node: Expr) -> Bool {
        switch node.kind {
        case .literal, .identifier, .list, .map: return false
        case .select: if case .none = condition.reference(of: node) { return true } else { return false }
        // The parser makes -1 of a literal, too.
        case .call(Operator.negate, _, let arguments): return isComputed(arguments[0])
        case .call, .comprehension: return true
        }
    }
}
