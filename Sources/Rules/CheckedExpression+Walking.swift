internal import Documents
internal import Expressions

extension CheckedExpression {
    /// The lists that the expression names, each with its place.
    var namedLists: [(String, Position)] {
        var found: [(String, Position)] = []
        walk { node, _ in
            guard let first = listArguments(node)?.first else { return }
            if case .literal(.string(let name)) = first.kind { found.append((name, source.position(at: first.range.lowerBound))) }
        }
        return found
    }

    /// The first call of a function on lists.
    var firstListCall: Position? {
        var found: Position?
        walk { node, _ in
            if found == nil, listArguments(node) != nil { found = source.position(at: node.range.lowerBound) }
        }
        return found
    }

    /// Where the value of a variable of which only the fingerprint is kept is used for more than a fingerprint can do: it can be compared with one other
    /// text, sought among constants and on a list, and that where the condition is compiled.
    func misusedFingerprints(_ isFingerprint: (Int) -> Bool) -> [(text: String, position: Position)] {
        var found: [(String, Position)] = []
        walk { node, parents in
            guard case .variable(let index) = reference(of: node), isFingerprint(index), !isFingerprintUse(node, parents) || !isCompiled(around: parents)
            else { return }
            found.append((source.text(in: node.range), source.position(at: node.range.lowerBound)))
        }
        return found
    }

    /// `parents`: the nodes around `node`, the innermost last.
    private func isFingerprintUse(_ node: Expr, _ parents: [Expr]) -> Bool {
        guard let parent = parents.last, case .call(let function, nil, let arguments) = parent.kind, arguments.count == 2 else { return false }
        let isFirst = arguments[0].id == node.id
        switch function {
        case Operator.equals, Operator.notEquals:
            switch type(of: arguments[isFirst ? 1 : 0]) {
            case .string, .opaqueString: return true
            default: return false
            }
        case Operator.in:
            guard isFirst, case .list(let elements) = arguments[1].kind else { return false }
            return elements.allSatisfy { element in
                if case .literal = element.kind { return true }
                if case .constant = reference(of: element) { return true }
                return false
            }
        case "in_list":
            guard !isFirst, case .literal = arguments[0].kind else { return false }
            return true
        case "default":
            // Passes the value on.
            guard case .variable = reference(of: arguments[0]) else { return false }
            return isFingerprintUse(parent, Array(parents.dropLast()))
        default: return false
        }
    }

    /// Whether what stands around the use joins conditions, and nothing else. Inside functions, macros and lists the general evaluator reads the text, and
    /// there is none.
    private func isCompiled(around parents: [Expr]) -> Bool {
        var rest = parents[...]
        func isCall(_ names: [String]) -> Bool {
            guard case .call(let function, nil, _)? = rest.last?.kind else { return false }
            return names.contains(function)
        }
        if isCall(["default"]) { rest.removeLast() }
        rest = rest.dropLast()
        while isCall([Operator.logicalAnd, Operator.logicalOr, Operator.logicalNot, Operator.conditional]) { rest.removeLast() }
        return rest.isEmpty
    }

    private func listArguments(_ node: Expr) -> [Expr]? {
        guard case .call(_, nil, let arguments) = node.kind, case .function(let name, _, _) = reference(of: node), name == "in_list" || name == "list_attr"
        else { return nil }
        return arguments
    }

    private func walk(_ visit: (_ node: Expr, _ parents: [Expr]) -> Void) {
        var parents: [Expr] = []
        func go(_ node: Expr) {
            visit(node, parents)
            parents.append(node)
            defer { parents.removeLast() }
            switch node.kind {
            case .literal, .identifier: break
            case .select(let operand, _, _): if case .variable = reference(of: node) {} else { go(operand) }
            case .call(_, let target, let arguments):
                if let target { go(target) }
                arguments.forEach(go)
            case .list(let elements): elements.forEach(go)
            case .map(let entries):
                for (key, value) in entries {
                    go(key)
                    go(value)
                }
            case .comprehension(let loop): [loop.range, loop.initial, loop.loopCondition, loop.loopStep, loop.result].forEach(go)
            }
        }
        go(expression)
    }
}
