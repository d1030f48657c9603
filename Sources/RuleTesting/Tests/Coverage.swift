public import Documents
internal import Engine
internal import Expressions
internal import Rules

/// What the rules of a package were seen to do: which hit, and which of their atomic conditions were true and which false.
///
/// A condition counts as seen where it was looked at: of `a && b`, `b` only where `a` is not false. Conditions that depend on parameters only are left out.
public final class Coverage {
    public let package: PackageUnderTest
    private let trees: [ConditionTree]
    /// By rule.
    private var hits: [Bool]
    /// By rule and atom: seen true, seen false.
    private var seen: [[(yes: Bool, no: Bool)]]

    /// Something that no test has shown.
    public struct Gap: Sendable, Equatable {
        public enum Missing: String, Sendable { case hit = "never hits", yes = "never true", no = "never false" }

        public var rule: String
        public var missing: Missing
        /// The condition.
        public var text: String
        public var position: Position
    }

    public struct Summary: Sendable, Equatable {
        public var rules = 0
        public var rulesHit = 0
        /// Two for each atomic condition: true and false.
        public var outcomes = 0
        public var outcomesSeen = 0

        public var rulePercentage: Double { rules == 0 ? 100 : Double(rulesHit) * 100 / Double(rules) }
        public var conditionPercentage: Double { outcomes == 0 ? 100 : Double(outcomesSeen) * 100 / Double(outcomes) }
    }

    public init(_ package: PackageUnderTest) {
        self.package = package
        trees = package.package.rules.map { ConditionTree($0.condition) }
        hits = trees.map { _ in false }
        seen = trees.map { $0.atoms.map { _ in (false, false) } }
    }

    /// Learns from the event at hand. Its engine runs this package alone.
    func observe(_ runner: EventRunner) {
        guard package.package.on.contains(runner.decision.eventType) else { return }
        for hit in runner.decision.hits { hits[hit.rule] = true }
        let activation = EventActivation(runner, package: 0)
        for (rule, tree) in trees.enumerated() { note(tree.trace(activation, withOperands: false), rule) }
    }

    private func note(_ trace: ConditionTrace, _ rule: Int) {
        if let atom = trace.atom {
            if trace.outcome == .yes { seen[rule][atom].yes = true }
            if trace.outcome == .no { seen[rule][atom].no = true }
        }
        for part in trace.parts { note(part, rule) }
    }

    public var summary: Summary {
        var summary = Summary()
        for (rule, tree) in trees.enumerated() {
            summary.rules += 1
            if hits[rule] { summary.rulesHit += 1 }
            for atom in tree.atoms where !atom.isConstant {
                summary.outcomes += 2
                summary.outcomesSeen += (seen[rule][atom.number].yes ? 1 : 0) + (seen[rule][atom.number].no ? 1 : 0)
            }
        }
        return summary
    }

    /// In the order of the package.
    public var gaps: [Gap] {
        var gaps: [Gap] = []
        for (index, tree) in trees.enumerated() {
            let rule = package.package.rules[index]
            if !hits[index] {
                let whole = rule.condition.source
                gaps.append(Gap(rule: rule.id, missing: .hit, text: ConditionTree.line(whole.text), position: whole.position(at: 0)))
            }
            for atom in tree.atoms where !atom.isConstant {
                func note(_ isSeen: Bool, _ missing: Gap.Missing) {
                    if !isSeen { gaps.append(Gap(rule: rule.id, missing: missing, text: atom.place.text, position: atom.place.position)) }
                }
                note(seen[index][atom.number].yes, .yes)
                note(seen[index][atom.number].no, .no)
            }
        }
        return gaps
    }
}
