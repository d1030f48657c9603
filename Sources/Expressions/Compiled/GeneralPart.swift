/// A part of a condition without a compiled form, evaluated over the frame by the general evaluator.
struct GeneralPart: Sendable {
    private let program: Program
    private let bindings: [ConditionProgram.Binding]
    private let result: CellType
    private let fingerprint: @Sendable (String) -> UInt64
    private let timeZones: (any TimeZoneProvider)?

    init(
        _ expression: CheckedExpression, _ node: Expr, _ bindings: [ConditionProgram.Binding], result: CellType,
        fingerprint: @escaping @Sendable (String) -> UInt64, timeZones: (any TimeZoneProvider)?
    ) {
        program = Program(expression, part: node)
        self.bindings = bindings
        self.result = result
        self.fingerprint = fingerprint
        self.timeZones = timeZones
    }

    /// Whether it holds, and `Presence`.
    func condition(_ frame: Frame) -> (Bool, UInt8) {
        let (cell, presence) = value(frame)
        return (cell != 0, presence)
    }

    /// The value's cell and `Presence`.
    func value(_ frame: Frame) -> (UInt64, UInt8) {
        let value: Value
        do {
            value = try program.evaluate(activation(frame))
        } catch {
            switch error.code {
            case .noSuchValue: return (0, Presence.absent)
            case .overflow: return (0, Presence.overflow)
            case .divideByZero: return (0, Presence.divideByZero)
            default: return (0, Presence.failed)
            }
        }
        switch (result, value) {
        case (.bool, .bool(let value)): return (value ? 1 : 0, Presence.value)
        case (.int, .int(let value)): return (UInt64(bitPattern: value), Presence.value)
        case (.double, .double(let value)): return (value.bitPattern, Presence.value)
        case (.fingerprint, .string(let value)): return (fingerprint(value), Presence.value)
        default: return (0, Presence.failed)
        }
    }

    private func activation(_ frame: Frame) -> FrameActivation {
        FrameActivation(frame: frame, bindings: bindings, fingerprint: fingerprint, timeZones: timeZones)
    }

    /// The value of a node that depends on nothing; nil where it does, or fails.
    static func constant(_ expression: CheckedExpression, _ node: Expr, timeZones: (any TimeZoneProvider)?) -> Value? {
        guard isConstant(expression, node) else { return nil }
        return try? Program(expression, part: node).evaluate(Bindings([:], timeZones: timeZones))
    }

    private static func isConstant(_ expression: CheckedExpression, _ node: Expr) -> Bool {
        switch expression.reference(of: node) {
        case .variable, .local, .unknown: return false
        case .constant: return true
        case .none, .function: break
        }
        switch node.kind {
        case .literal: return true
        case .identifier: return false
        case .select(let operand, _, _): return isConstant(expression, operand)
        case .call(let name, let target, let arguments):
            // Lists change while a program lives.
            if name == "in_list" || name == "list_attr" { return false }
            if case .function(_, _, dropsTarget: true) = expression.reference(of: node) { return arguments.allSatisfy { isConstant(expression, $0) } }
            return (target.map { isConstant(expression, $0) } ?? true) && arguments.allSatisfy { isConstant(expression, $0) }
        case .list(let elements): return elements.allSatisfy { isConstant(expression, $0) }
        case .map, .comprehension: return false
        }
    }
}

/// A frame as the general evaluator sees it.
public struct FrameActivation: Activation {
    let frame: Frame
    let bindings: [ConditionProgram.Binding]
    let fingerprint: (String) -> UInt64
    public let timeZones: (any TimeZoneProvider)?
    let literals: [UInt64: String]

    /// - Parameter literals: the program's own, which values without a text may be equal to.
    public init(
        frame: Frame, bindings: [ConditionProgram.Binding], fingerprint: @escaping (String) -> UInt64, timeZones: (any TimeZoneProvider)?,
        literals: [UInt64: String] = [:]
    ) {
        self.frame = frame
        self.bindings = bindings
        self.fingerprint = fingerprint
        self.timeZones = timeZones
        self.literals = literals
    }

    public func value(at index: Int) -> Value? {
        let slot = bindings[index].slot
        guard frame.present[slot] == Presence.value else { return nil }
        let cell = frame.cells[slot]
        switch bindings[index].type {
        case .bool: return .bool(cell != 0)
        case .int: return .int(Int64(bitPattern: cell))
        case .double: return .double(Double(bitPattern: cell))
        case .fingerprint: return string(slot, cell)
        case .enumeration(let values): return .string(values[Int(cell)])
        case .timestamp: return Timestamp(epochMilliseconds: Int64(bitPattern: cell)).map { .timestamp($0) }
        case .duration: return SignedDuration(milliseconds: Int64(bitPattern: cell)).map { .duration($0) }
        }
    }

    /// A string's text. Of an indicator's value only the fingerprint is kept: it is then the literal or the field of the event that has the same one;
    /// where there is none, the fingerprint itself, which equals nothing but another like it.
    private func string(_ slot: Int, _ cell: UInt64) -> Value {
        if let own = text(slot, cell) ?? literals[cell] { return .string(own) }
        for other in bindings where other.type == .fingerprint && frame.present[other.slot] == Presence.value && frame.cells[other.slot] == cell {
            if let text = text(other.slot, cell) { return .string(text) }
        }
        return .uint(cell)
    }

    /// The text beside a cell; nil where there is none.
    private func text(_ slot: Int, _ cell: UInt64) -> String? {
        guard let texts = frame.texts, let arena = frame.arena else { return nil }
        let count = Int(texts[slot].count)
        if count == 0 { return cell == fingerprint("") ? "" : nil }
        return String(decoding: UnsafeRawBufferPointer(start: arena + Int(texts[slot].offset), count: count), as: UTF8.self)
    }

    public func isOnList(_ name: String, subject: Value) throws(EvaluationError) -> Bool {
        guard let lists = frame.lists, let list = lists.index(of: name) else { throw EvaluationError(.noSuchList, "there is no list '\(name)'") }
        guard let subject = self.subject(subject) else { return false }
        return lists.contains(list: list, subject: subject)
    }

    public func listAttribute(_ name: String, subject: Value, attribute: String) throws(EvaluationError) -> Value? {
        guard let lists = frame.lists, let list = lists.index(of: name) else { throw EvaluationError(.noSuchList, "there is no list '\(name)'") }
        guard let subject = self.subject(subject) else { return nil }
        return lists.attribute(list: list, subject: subject, name: attribute).map { .string($0) }
    }

    private func subject(_ value: Value) -> UInt64? {
        switch value {
        case .string(let text): fingerprint(text)
        case .uint(let fingerprint): fingerprint
        default: nil
        }
    }
}

extension Program {
    /// Prepares a part of a checked expression that stands outside all comprehensions.
    public init(_ checked: CheckedExpression, part: Expr) {
        self.init(checked, part: part, variableNames: Self.names(checked, part))
    }

    /// The strings that stand in the expression, by their fingerprints.
    public func literals(by fingerprint: (String) -> UInt64) -> [UInt64: String] {
        var literals: [UInt64: String] = [:]
        func add(_ value: Value) {
            if case .string(let text) = value { literals[fingerprint(text)] = text }
            if case .list(let elements) = value { elements.forEach(add) }
        }
        for case .constant(let value) in steps { add(value) }
        return literals
    }

    /// The names of the part's variables by index, found in one walk.
    private static func names(_ checked: CheckedExpression, _ part: Expr) -> [String] {
        var names: [String] = []
        var rest = [part]
        while let node = rest.popLast() {
            if case .variable(let index) = checked.reference(of: node) {
                while names.count <= index { names.append("") }
                names[index] = text(node)
                continue
            }
            switch node.kind {
            case .identifier, .literal: break
            case .select(let operand, _, _): rest.append(operand)
            case .call(_, let target, let arguments):
                if let target { rest.append(target) }
                rest += arguments
            case .list(let elements): rest += elements
            case .map(let entries): for entry in entries { rest += [entry.key, entry.value] }
            case .comprehension(let loop): rest += [loop.range, loop.initial, loop.loopCondition, loop.loopStep, loop.result]
            }
        }
        return names
    }

    /// The name that a variable's node is, qualified or not.
    private static func text(_ node: Expr) -> String {
        switch node.kind {
        case .identifier(let name): name
        case .select(let operand, let field, _): text(operand) + "." + field
        default: ""
        }
    }
}
