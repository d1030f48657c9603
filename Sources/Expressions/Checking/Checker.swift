public import Documents

/// Resolves the names of an expression and infers the type of every node.
///
/// The result is complete even when there are errors, so that an expression can be evaluated without being well typed (`vane
/// eval`): evaluation then reports what actually goes wrong. Time is linear in nodes times overloads.
public func check(_ expression: Expr, source: Source, environment: Environment) -> (CheckedExpression, [Diagnostic]) {
    var checker = Checker(source: source, environment: environment, nodeCount: expression.id + 1)
    return checker.run(expression)
}

struct Checker {
    let source: Source
    let environment: Environment
    var inference = TypeInference()
    var types: [CELType]
    private(set) var references: [Reference]
    private var comprehensionSlots: [Int]
    private var diagnostics: [Diagnostic] = []
    /// Names bound by the enclosing comprehensions, the innermost last; the position is the slot.
    private var locals: [(name: String, type: CELType)] = []
    private var localCount = 0

    init(source: Source, environment: Environment, nodeCount: Int) {
        self.source = source
        self.environment = environment
        types = Array(repeating: .dyn, count: nodeCount)
        references = Array(repeating: .none, count: nodeCount)
        comprehensionSlots = Array(repeating: -1, count: nodeCount)
    }

    mutating func run(_ expression: Expr) -> (CheckedExpression, [Diagnostic]) {
        _ = infer(expression)
        let checked = CheckedExpression(
            expression: expression, source: source, types: types.map { inference.resolve($0, final: true) },
            references: references, comprehensionSlots: comprehensionSlots, localCount: localCount)
        return (checked, diagnostics)
    }

    mutating func report(_ code: String, _ message: String, remedy: String?, at node: Expr) {
        guard diagnostics.count < Limits.diagnosticsMax else { return }
        diagnostics.append(Diagnostic(code: code, message, remedy: remedy, at: source.position(at: node.range.lowerBound)))
    }

    mutating func refer(_ node: Expr, to reference: Reference) { references[node.id] = reference }

    /// The type of a node, with what is known of type variables filled in.
    mutating func infer(_ node: Expr) -> CELType {
        // In two steps: the receiver of a call is read before its arguments are computed.
        let inferred = inferKind(node)
        let type = inference.resolve(inferred)
        types[node.id] = type
        return type
    }

    private mutating func inferKind(_ node: Expr) -> CELType {
        switch node.kind {
        case .literal(let value): return value.type
        case .identifier(let name): return inferIdentifier(node, name)
        case .select(let operand, let field, let testOnly): return inferSelect(node, operand, field, testOnly: testOnly)
        case .call(let name, let target, let arguments): return inferCall(node, name, target, arguments)
        case .list(let elements):
            var element: CELType?
            for child in elements { element = join(element, infer(child)) }
            reportForgottenFingerprint(elements, joined: element)
            return .list(element ?? inference.fresh())
        case .map(let entries): return inferMap(entries)
        case .comprehension(let loop): return inferComprehension(node, loop)
        }
    }

    /// The common type of the elements of a literal: `dyn` where they differ.
    private mutating func join(_ left: CELType?, _ right: CELType) -> CELType {
        guard let left else { return right }
        if left.isOpen || right.isOpen { return .dyn }
        if left != right, left.withoutFingerprints == right.withoutFingerprints { return left == .opaqueString ? left : right }
        let before = inference
        if inference.assign(right, to: left) { return inference.resolve(left) }
        inference = before
        return .dyn
    }

    /// In a literal of mixed types the elements become `dyn`, and nothing would stop a function from looking into a fingerprint.
    private mutating func reportForgottenFingerprint(_ elements: [Expr], joined: CELType?) {
        guard joined == .dyn, let culprit = elements.first(where: { types[$0.id].withoutFingerprints != types[$0.id] }) else { return }
        reportFingerprint(culprit, use: "a literal of mixed types")
    }

    private mutating func inferMap(_ entries: [(key: Expr, value: Expr)]) -> CELType {
        var key: CELType?
        var value: CELType?
        for entry in entries {
            let keyType = infer(entry.key)
            switch keyType {
            case .bool, .int, .uint, .string, .dyn, .error, .parameter: break
            case .opaqueString: reportFingerprint(entry.key, use: "a map key")
            default:
                report(
                    "type-mismatch", "a map key is a bool, int, uint or string, not \(keyType)", remedy: "convert it, for example with string(x)",
                    at: entry.key)
            }
            key = join(key, keyType)
            value = join(value, infer(entry.value))
        }
        reportForgottenFingerprint(entries.map(\.value), joined: value)
        return .map(key ?? inference.fresh(), value ?? inference.fresh())
    }

    // MARK: Names

    private mutating func inferIdentifier(_ node: Expr, _ name: String) -> CELType {
        if let slot = localSlot(name) {
            refer(node, to: .local(slot))
            return locals[slot].type
        }
        for candidate in environment.candidates(name) {
            if let found = environment.lookUp(candidate) { return resolved(node, found) }
        }
        refer(node, to: .unknown(name))
        let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
        if environment.isFunction(plain) {
            report("unknown-name", "'\(plain)' is a function, not a value", remedy: "call it: \(plain)(…)", at: node)
        } else {
            report("unknown-name", "nothing is named '\(plain)'", remedy: nameRemedy(plain), at: node)
        }
        return .error
    }

    private func nameRemedy(_ name: String) -> String {
        let candidates = locals.map(\.name).filter { !$0.hasPrefix("@") } + environment.suggestions()
        if let near = didYouMean(name, among: candidates) { return "did you mean '\(near)'?" }
        return "declare it, or put text in quotes: \"\(name)\""
    }

    private func localSlot(_ name: String) -> Int? { locals.lastIndex { $0.name == name } }

    private mutating func resolved(_ node: Expr, _ reference: Reference) -> CELType {
        refer(node, to: reference)
        switch reference {
        case .variable(let index): return environment.variables[index].type
        case .constant(.type(let type)): return .type(type)
        case .constant(let value): return value.type
        default: return .dyn
        }
    }

    /// `a.b.c` as written, when the node is a chain of names that no loop variable starts.
    private func qualifiedName(_ node: Expr) -> String? {
        switch node.kind {
        case .identifier(let name): localSlot(name) == nil ? name : nil
        case .select(let operand, let field, false): qualifiedName(operand).map { "\($0).\(field)" }
        default: nil
        }
    }

    private mutating func inferSelect(_ node: Expr, _ operand: Expr, _ field: String, testOnly: Bool) -> CELType {
        if let name = qualifiedName(operand).map({ "\($0).\(field)" }) {
            for candidate in environment.candidates(name) {
                guard let found = environment.lookUp(candidate) else { continue }
                let type = resolved(node, found)
                return testOnly ? .bool : type
            }
            if let remedy = misspelledQualifiedName(name) {
                refer(node, to: .unknown(name))
                report("unknown-name", "nothing is named '\(name)'", remedy: remedy, at: node)
                return .error
            }
        }
        let type = infer(operand)
        switch type {
        case .map(let key, let value):
            if key != .string, !key.isOpen, !isVariable(key) {
                report("type-mismatch", "the keys of \(type) are no names", remedy: "write [key] instead of .\(field)", at: node)
            }
            return testOnly ? .bool : value
        case .dyn, .error, .parameter: return testOnly ? .bool : .dyn
        default:
            report("no-such-field", "\(type) has no fields", remedy: "remove '.\(field)'", at: node)
            return testOnly ? .bool : .error
        }
    }

    private func isVariable(_ type: CELType) -> Bool {
        if case .parameter = type { return true }
        return false
    }

    /// The variables `device.os` and `device.model` are declared, and `device.ox` is written: a remedy for the whole name.
    private func misspelledQualifiedName(_ name: String) -> String? {
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        let root = String(name[..<dot])
        func isKnown(_ name: String) -> Bool { environment.candidates(name).contains { environment.lookUp($0) != nil } }
        // A field of something that is named so, such as a map `x.y`, is no misspelt name.
        let prefixes = name.indices.filter { name[$0] == "." }.map { String(name[..<$0]) }
        guard !prefixes.contains(where: isKnown),
            environment.variables.contains(where: { $0.name.hasPrefix(root + ".") })
        else { return nil }
        let near = didYouMean(name, among: environment.suggestions())
        return near.map { "did you mean '\($0)'?" } ?? "declare it, or choose one of the declared names under '\(root).'"
    }

    // MARK: Comprehensions

    private mutating func inferComprehension(_ node: Expr, _ loop: Comprehension) -> CELType {
        let range = infer(loop.range)
        let initial = infer(loop.initial)
        let first = locals.count
        comprehensionSlots[node.id] = first
        locals.append((loop.accumulator, initial))
        for (name, type) in zip(loop.variables, variableTypes(loop, range)) { locals.append((name, type)) }
        localCount = max(localCount, locals.count)
        _ = infer(loop.loopCondition)
        let step = infer(loop.loopStep)
        if !inference.assign(step, to: initial) { locals[first].type = .dyn }
        locals.removeSubrange((first + 1)...)
        let result = infer(loop.result)
        locals.removeLast()
        return result
    }

    private mutating func variableTypes(_ loop: Comprehension, _ range: CELType) -> [CELType] {
        let isPair = loop.variables.count == 2
        switch range {
        case .list(let element): return isPair ? [.int, element] : [element]
        case .map(let key, let value): return isPair ? [key, value] : [key]
        case .dyn, .error, .parameter: return isPair ? [.dyn, .dyn] : [.dyn]
        default:
            report("type-mismatch", "a macro goes over a list or a map, not \(range)", remedy: "put the value in a list: [x]", at: loop.range)
            return isPair ? [.error, .error] : [.error]
        }
    }

    // MARK: Functions

    private mutating func inferCall(_ node: Expr, _ name: String, _ target: Expr?, _ arguments: [Expr]) -> CELType {
        if let target, let qualified = qualifiedName(target) {
            for candidate in environment.candidates("\(qualified).\(name)") where environment.isFunction(candidate) {
                return inferCall(node, function: candidate, isMethod: false, dropsTarget: true, arguments)
            }
        }
        if let target { return inferCall(node, function: name, isMethod: true, dropsTarget: false, [target] + arguments) }
        let function = environment.candidates(name).first { environment.isFunction($0) } ?? name
        return inferCall(node, function: function, isMethod: false, dropsTarget: false, arguments)
    }

    private mutating func inferCall(
        _ node: Expr, function: String, isMethod: Bool, dropsTarget: Bool, _ arguments: [Expr]
    ) -> CELType {
        let argumentTypes = arguments.map { infer($0) }
        checkLiteralArguments(function, isMethod: isMethod, arguments)
        let call = CallSite(
            node: node, function: function, isMethod: isMethod, dropsTarget: dropsTarget, arguments: arguments, types: argumentTypes)
        if Self.comparisons[function] != nil { return inferComparison(call) }
        checkMembers(call)
        return inferOverload(call)
    }
}

/// A call with the types of its arguments, the target of a method being the first.
struct CallSite {
    let node: Expr
    let function: String
    let isMethod: Bool
    let dropsTarget: Bool
    let arguments: [Expr]
    let types: [CELType]
}
