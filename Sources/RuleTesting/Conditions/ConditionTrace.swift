public import Documents
internal import Expressions

/// What became of a condition, part by part, for one event.
public struct ConditionTrace: Sendable {
    public enum Form: String, Sendable {
        case all = "&&"
        case any = "||"
        case not = "!"
        case choice = "? :"
        /// No conditions in it.
        case atom = ""
    }

    public enum Outcome: Sendable, Equatable {
        case yes, no
        /// Code and message of the error.
        case failed(code: String, message: String)
        /// Something before it had decided.
        case notLookedAt
    }

    /// A value that the part looked at; JSON, or the code of the error that it has instead.
    public struct Operand: Sendable, Equatable {
        public var text: String
        public var value: String
        public var isError: Bool
    }

    public var form: Form
    /// On one line.
    public var text: String
    public var position: Position
    public var outcome: Outcome
    /// Whether the whole is what it is because of this.
    public var decides: Bool
    /// Of an atom: its number in the tree, else nil.
    public var atom: Int?
    public var operands: [Operand]
    public var parts: [ConditionTrace]

    /// Failed, and made no difference: something beside it decided.
    public var isAbsorbed: Bool {
        if case .failed = outcome { return !decides }
        return false
    }
}

extension ConditionTree {
    /// Evaluates the condition as the engine does: from left to right, as far as it takes to decide.
    /// - Parameter withOperands: also the values that the atoms look at, those of parts not looked at included.
    func trace(_ activation: some Activation, withOperands: Bool) -> ConditionTrace {
        var trace = Self.trace(root, activation, withOperands)
        Self.markDeciding(&trace)
        return trace
    }

    private static func trace(_ part: Part, _ activation: some Activation, _ withOperands: Bool) -> ConditionTrace {
        switch part {
        case .atom(let atom): return make(.atom, atom.place, truth(atom, activation), atom: atom.number, operands: operands(atom, activation, withOperands))
        case .not(let place, let operand):
            let inner = trace(operand, activation, withOperands)
            let outcome: ConditionTrace.Outcome =
                switch inner.outcome {
                case .yes: .no
                case .no: .yes
                case let failed: failed
                }
            return make(.not, place, outcome, parts: [inner])
        case .all(let place, let parts): return logical(.all, place, parts, decides: .no, otherwise: .yes, activation, withOperands)
        case .any(let place, let parts): return logical(.any, place, parts, decides: .yes, otherwise: .no, activation, withOperands)
        case .choice(let place, let condition, let whenTrue, let whenFalse):
            let condition = trace(condition, activation, withOperands)
            var branches = [whenTrue, whenFalse].map { skipped($0, activation, withOperands) }
            var outcome = condition.outcome
            switch condition.outcome {
            case .yes:
                branches[0] = trace(whenTrue, activation, withOperands)
                outcome = branches[0].outcome
            case .no:
                branches[1] = trace(whenFalse, activation, withOperands)
                outcome = branches[1].outcome
            case .failed, .notLookedAt: break
            }
            return make(.choice, place, outcome, parts: [condition] + branches)
        }
    }

    private static func logical(
        _ form: ConditionTrace.Form, _ place: Place, _ parts: [Part], decides: ConditionTrace.Outcome, otherwise: ConditionTrace.Outcome,
        _ activation: some Activation, _ withOperands: Bool
    ) -> ConditionTrace {
        var outcome = otherwise
        var traces: [ConditionTrace] = []
        for part in parts {
            if outcome == decides {
                traces.append(skipped(part, activation, withOperands))
                continue
            }
            let trace = trace(part, activation, withOperands)
            if trace.outcome == decides || (outcome == otherwise && trace.outcome != otherwise) { outcome = trace.outcome }
            traces.append(trace)
        }
        return make(form, place, outcome, parts: traces)
    }

    /// A part that nobody needed, with the values that it would have seen.
    private static func skipped(_ part: Part, _ activation: some Activation, _ withOperands: Bool) -> ConditionTrace {
        func inner(_ parts: [Part]) -> [ConditionTrace] { parts.map { skipped($0, activation, withOperands) } }
        switch part {
        case .atom(let atom): return make(.atom, atom.place, .notLookedAt, atom: atom.number, operands: operands(atom, activation, withOperands))
        case .not(let place, let operand): return make(.not, place, .notLookedAt, parts: inner([operand]))
        case .all(let place, let parts): return make(.all, place, .notLookedAt, parts: inner(parts))
        case .any(let place, let parts): return make(.any, place, .notLookedAt, parts: inner(parts))
        case .choice(let place, let condition, let whenTrue, let whenFalse):
            return make(.choice, place, .notLookedAt, parts: inner([condition, whenTrue, whenFalse]))
        }
    }

    private static func make(
        _ form: ConditionTrace.Form, _ place: Place, _ outcome: ConditionTrace.Outcome, atom: Int? = nil, operands: [ConditionTrace.Operand] = [],
        parts: [ConditionTrace] = []
    ) -> ConditionTrace {
        ConditionTrace(
            form: form, text: place.text, position: place.position, outcome: outcome, decides: false, atom: atom, operands: operands, parts: parts)
    }

    private static func truth(_ atom: Atom, _ activation: some Activation) -> ConditionTrace.Outcome {
        do {
            let value = try atom.program.evaluate(activation)
            guard case .bool(let isTrue) = value else {
                return .failed(code: EvaluationError.Code.noSuchOverload.rawValue, message: "the condition is neither true nor false")
            }
            return isTrue ? .yes : .no
        } catch {
            return .failed(code: error.code.rawValue, message: error.message)
        }
    }

    private static func operands(_ atom: Atom, _ activation: some Activation, _ wanted: Bool) -> [ConditionTrace.Operand] {
        guard wanted else { return [] }
        return atom.operands.map { operand in
            do throws(EvaluationError) {
                return .init(text: operand.text, value: JSONText.plain(try operand.program.evaluate(activation)), isError: false)
            } catch {
                return .init(text: operand.text, value: error.code.rawValue, isError: true)
            }
        }
    }

    /// Follows from the root what made each part what it is.
    private static func markDeciding(_ trace: inout ConditionTrace) {
        trace.decides = true
        let outcome = trace.outcome
        switch trace.form {
        case .atom: return
        case .not: markDeciding(&trace.parts[0])
        case .choice:
            let chosen = trace.parts[1].outcome == .notLookedAt ? 2 : 1
            markDeciding(&trace.parts[0])
            if trace.parts[chosen].outcome != .notLookedAt { markDeciding(&trace.parts[chosen]) }
        case .all, .any:
            // Of a conjunction that holds every part decides, of one that does not the one that is false or the first that failed.
            let isUnanimous = trace.parts.allSatisfy { $0.outcome == outcome }
            for index in trace.parts.indices where trace.parts[index].outcome == outcome {
                markDeciding(&trace.parts[index])
                if !isUnanimous { return }
            }
        }
    }
}
