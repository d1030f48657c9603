internal import Documents
internal import Events
internal import Expressions
internal import Journals

/// Finds rules that are valid and hardly meant: conditions that nothing can meet, and rules that say what another says.
struct RuleDoubts {
    private let bindings: [ConditionProgram.Binding]
    private let diagnostics: DiagnosticList
    /// By kind and normal form, the rule that has it.
    private var seen: [String: String] = [:]

    /// - Parameter types: of each variable, in the order of the checker's variable indexes.
    init(types: [CellType], _ diagnostics: DiagnosticList) {
        bindings = types.enumerated().map { ConditionProgram.Binding(slot: $0.offset, type: $0.element) }
        self.diagnostics = diagnostics
    }

    mutating func check(_ rule: Rule, at position: Position?) {
        let program = ConditionProgram(rule.condition, bindings, firstTemporary: bindings.count, fingerprint: { Fingerprint.of($0) })
        if program.constraints.contains(where: \.isEmpty) {
            diagnostics.warning(
                code: "contradictory-condition", "no event can meet the condition of '\(rule.id)': what it demands of one value excludes itself",
                remedy: "correct the bounds, or remove the rule", at: position)
        }
        guard let form = rule.condition.normalForm else { return }
        if let other = seen[rule.kind.rawValue + form] {
            // Two rules of one name are an error already.
            if other == rule.id { return }
            diagnostics.warning(
                code: "duplicate-rule", "'\(rule.id)' has the condition of '\(other)'", remedy: "remove one of them", at: position)
        } else {
            seen[rule.kind.rawValue + form] = rule.id
        }
    }
}
