public import Engine
public import Events
internal import Expressions
internal import Rules

/// Runs events through two sets of packages side by side and finds out where they decide differently.
///
/// Rules are the same rule where package and rule have the same names, whatever the versions.
public final class ReplayComparison {
    /// A rule by the names of its package and itself.
    public struct RuleName: Sendable, Hashable, CustomStringConvertible {
        public var package: String
        public var rule: String

        public var description: String { "\(package)/\(rule)" }
    }

    /// What one side decided.
    public struct Verdict: Sendable, Equatable {
        /// nil for no alert.
        public var level: String?
        public var score: Double
        /// Rules of live packages that hit, in their order.
        public var hits: [RuleName]
    }

    /// An event about which the sides differ.
    public struct Change: Sendable {
        public var eventID: String
        public var timeMilliseconds: Int64
        /// What the event says of itself; nil where it does not.
        public var truth: Bool?
        public var before: Verdict
        public var after: Verdict
        /// Whether a condition could not be decided.
        public var hasErrorBefore = false
        public var hasErrorAfter = false

        public var gained: [RuleName] { after.hits.filter { !before.hits.contains($0) } }
        public var lost: [RuleName] { before.hits.filter { !after.hits.contains($0) } }
    }

    public private(set) var summary: ComparisonSummary
    private let before: EventRunner
    private let after: EventRunner
    private let truthField: String?

    /// - Parameters:
    ///   - before: the packages as they are.
    ///   - after: the packages that they are compared with, over the same schema.
    ///   - truthField: member of the events that says whether they are what the rules look for; true, a number other than 0, or a text other than
    ///     empty, `0`, `false` and `no`.
    public init(before: Engine, after: Engine, decoder: Decoder, truthField: String? = nil) {
        self.before = EventRunner(engine: before, decoder: decoder)
        self.after = EventRunner(engine: after, decoder: decoder)
        self.truthField = truthField
        summary = ComparisonSummary(rules: Self.names(before) + Self.names(after).filter { !Self.names(before).contains($0) })
    }

    private static func names(_ engine: Engine) -> [RuleName] {
        engine.rules.packages.flatMap { package in package.rules.map { RuleName(package: package.name, rule: $0.id) } }
    }

    /// Runs one event, a JSON object.
    /// - Returns: the difference; nil where there is none.
    /// - Throws: why the event was refused.
    public func run(_ line: UnsafeRawBufferPointer) throws(Rejection) -> Change? {
        summary.events += 1
        var verdicts: [Verdict] = []
        do throws(Rejection) {
            try before.run(line) { verdicts.append(Self.verdict(before)) }
            try after.run(line) { verdicts.append(Self.verdict(after)) }
        } catch {
            summary.rejected += 1
            throw error
        }
        let change = Change(
            eventID: before.eventID, timeMilliseconds: before.eventTimeMilliseconds, truth: truth(line), before: verdicts[0], after: verdicts[1],
            hasErrorBefore: !before.decision.errors.isEmpty, hasErrorAfter: !after.decision.errors.isEmpty)
        summary.count(change)
        return change.before == change.after ? nil : change
    }

    private static func verdict(_ runner: EventRunner) -> Verdict {
        let (engine, decision) = (runner.engine, runner.decision)
        let hits = decision.hits.map { hit in
            RuleName(package: engine.rules.packages[hit.package].name, rule: engine.rules.packages[hit.package].rules[hit.rule].id)
        }
        return Verdict(level: decision.isAlert ? DecisionWriter(engine).level(decision) : nil, score: decision.score, hits: hits)
    }

    private func truth(_ line: UnsafeRawBufferPointer) -> Bool? {
        guard let truthField, case .map(let event)? = try? parseJSONValue(Array(line)) else { return nil }
        var value = event.value(for: .string(truthField))
        // A CloudEvent has its fields in `data`.
        if value == nil, case .map(let data)? = event.value(for: .string("data")) { value = data.value(for: .string(truthField)) }
        switch value {
        case .bool(let value)?: return value
        case .int(let value)?: return value != 0
        case .double(let value)?: return value != 0
        case .string(let value)?: return !["", "0", "false", "no"].contains(value)
        default: return nil
        }
    }
}
