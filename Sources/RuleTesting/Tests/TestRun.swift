public import Documents
internal import Engine
internal import Events
internal import Expressions
internal import Journals
internal import Rules

/// What became of one test.
public struct TestResult: Sendable {
    /// Something that is not as the test expects.
    public struct Failure: Sendable {
        /// Where the expectation stands.
        public var position: Position
        /// What it is about: `hit`, `level`, `indicators.in_payers_24h`; `event` where an event was refused.
        public var key: String
        public var expected: String
        public var actual: String
        /// Index of the event in `observations`; nil where it was refused.
        public var observation: Int?
        public var eventID: String
    }

    /// What was decided about an event for which something failed.
    public struct Observation: Sendable {
        public var eventID: String
        public var timeMilliseconds: Int64
        /// The event as it was decoded.
        public var json: [UInt8]
        /// Rules that hit.
        public var hits: [String]
        /// `rule: code name` of rules that could not be decided.
        public var errors: [String]
        public var level: String
        public var score: Double
        public var actions: [String]
        /// Rules that an expectation was wrong about.
        public var explanations: [RuleExplanation]
    }

    public var failures: [Failure] = []
    public var observations: [Observation] = []
    public var events = 0

    public var passed: Bool { failures.isEmpty }
}

extension TestFile {
    /// Runs a test through an engine of its own.
    /// - Parameter coverage: learns what the conditions were; nil to save the time.
    /// - Throws: where the package asks for more than an engine holds.
    public func run(_ test: PackageTest, coverage: Coverage? = nil) throws(Diagnostics) -> TestResult {
        let engine = try package.makeEngine()
        for subject in test.lists {
            let list = engine.lists.declare(subject.list)
            engine.lists.put(list: list, subject: subject.subject, subject.entry)
            // The list may be asked for a sensitive field, of which the engine sees the pseudonym only.
            if let pseudonymiser = package.pseudonymiser {
                engine.lists.put(list: list, subject: pseudonymiser.pseudonym(of: subject.subject), subject.entry)
            }
        }
        var run = TestRun(test, EventRunner(engine: engine, decoder: package.decoder, remembersTexts: true), package)
        for index in test.events.indices { run.process(index, coverage) }
        return run.result
    }
}

/// A test while it runs.
private struct TestRun {
    private let test: PackageTest
    private let runner: EventRunner
    private let context: PackageUnderTest
    private(set) var result = TestResult()
    private var engine: Engine { runner.engine }

    init(_ test: PackageTest, _ runner: EventRunner, _ context: PackageUnderTest) {
        self.test = test
        self.runner = runner
        self.context = context
    }

    mutating func process(_ index: Int, _ coverage: Coverage?) {
        let event = test.events[index]
        result.events += 1
        let rejection = runner.run(event.json) {
            coverage?.observe(runner)
            compare(index)
        }
        if let rejection {
            result.failures.append(
                .init(position: event.position, key: "event", expected: "to be accepted", actual: "refused: \(rejection)", observation: nil, eventID: event.id))
        }
    }

    private mutating func compare(_ index: Int) {
        var failures: [TestResult.Failure] = []
        var wrongRules: [Int] = []
        func fail(_ position: Position, _ key: String, _ expected: String, _ actual: String) {
            failures.append(
                .init(
                    position: position, key: key, expected: expected, actual: actual, observation: result.observations.count, eventID: test.events[index].id))
        }
        if let position = test.noAlerts, !runner.decision.hits.isEmpty { fail(position, "alerts", "none", "\(hits.joined(separator: ", ")) hit") }
        for expectation in test.expectations where expectation.event == index {
            for claim in expectation.claims {
                guard let difference = difference(claim) else { continue }
                fail(claim.position, claim.key, difference.expected, difference.actual)
                for rule in claim.kind.rules(wrongAbout: hitRules) where !wrongRules.contains(rule) { wrongRules.append(rule) }
            }
        }
        if failures.isEmpty { return }
        result.failures += failures
        result.observations.append(observation(index, explaining: wrongRules))
    }

    private var hits: [String] { runner.decision.hits.map { context.package.rules[$0.rule].id } }
    private var hitRules: [Int] { runner.decision.hits.map(\.rule) }
    private var level: String { runner.decision.isAlert ? DecisionWriter(engine).level(runner.decision) : "none" }
    private var actions: [ExpectedAction] {
        AlertWriter(engine).actions(runner.decision, runner.batch).map { action in
            ExpectedAction(
                kind: action.kind.rawValue, entity: action.subject.split(separator: ":").first.map(String.init),
                durationMilliseconds: action.expiresMilliseconds.map { $0 - runner.eventTimeMilliseconds })
        }
    }

    private func observation(_ index: Int, explaining rules: [Int]) -> TestResult.Observation {
        let errors = runner.decision.errors.map { error in
            "\(context.package.rules[error.rule].id): \(error.code)\(error.variable.map { " " + $0 } ?? "")"
        }
        return .init(
            eventID: test.events[index].id, timeMilliseconds: test.events[index].timeMilliseconds, json: test.events[index].json, hits: hits,
            errors: errors, level: level, score: runner.decision.score, actions: actions.map(\.text),
            explanations: rules.map { RuleExplanation(runner, package: 0, rule: $0) })
    }

    /// What is not as a claim says; nil where it holds.
    private func difference(_ claim: Expectation.Claim) -> (expected: String, actual: String)? {
        let names = context.package.rules.map(\.id)
        switch claim.kind {
        case .hit(let rules):
            let missing = rules.filter { !hitRules.contains($0) }
            return missing.isEmpty ? nil : (Self.list(missing.map { names[$0] }), Self.list(hits))
        case .noHit(let rules):
            let wrong = rules.filter { hitRules.contains($0) }
            return wrong.isEmpty ? nil : ("without " + Self.list(wrong.map { names[$0] }), Self.list(hits))
        case .hits(let rules):
            return Set(rules) == Set(hitRules) ? nil : (Self.list(rules.sorted().map { names[$0] }), Self.list(hits))
        case .level(let expected): return level == expected ?? "none" ? nil : (expected ?? "none", level)
        case .score(let expected): return runner.decision.score == expected ? nil : (Self.number(expected), Self.number(runner.decision.score))
        case .actions(let expected):
            let actions = actions
            return ExpectedAction.areMet(expected, by: actions) ? nil : (Self.list(expected.map(\.text)), Self.list(actions.map(\.text)))
        case .indicator(let index, let expected):
            return isAsExpected(index, expected) ? nil : (Self.text(expected), actualText(index))
        }
    }

    private static func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: ", ") }

    /// A whole number without a point, as people write scores and counts.
    private static func number(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? value.description }

    private static func text(_ expected: ExpectedValue) -> String {
        switch expected {
        case .absent: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): number(value)
        case .milliseconds(_, let text), .text(let text): text
        }
    }

    private func isAsExpected(_ indicator: Int, _ expected: ExpectedValue) -> Bool {
        guard let cell = engine.value(ofIndicator: indicator) else {
            if case .absent = expected { return true }
            return false
        }
        switch (context.package.indicators[indicator].resultType(context.schema), expected) {
        case (.bool, .bool(let value)): return (cell != 0) == value
        case (.int, .number(let value)): return Double(Int64(bitPattern: cell)) == value
        case (.double, .number(let value)):
            let actual = Double(bitPattern: cell)
            return actual == value || abs(actual - value) <= ExpectedValue.tolerance * max(abs(actual), abs(value))
        case (.fingerprint, .text(let text)):
            // Of a sensitive field the journal holds the pseudonym.
            return cell == Fingerprint.of(text) || context.pseudonymiser.map { cell == Fingerprint.of($0.pseudonym(of: text)) } ?? false
        case (.enumeration(let values), .text(let text)): return values[Int(cell)] == text
        case (.timestamp, .milliseconds(let value, _)), (.duration, .milliseconds(let value, _)): return Int64(bitPattern: cell) == value
        default: return false
        }
    }

    private func actualText(_ indicator: Int) -> String {
        guard let cell = engine.value(ofIndicator: indicator) else { return "null" }
        switch context.package.indicators[indicator].resultType(context.schema) {
        case .double: return Self.number(Double(bitPattern: cell))
        case .duration: return formatDuration(Int64(bitPattern: cell))
        case .fingerprint:
            return runner.text(ofFingerprint: cell) ?? "another text"
        case .enumeration(let values): return values[Int(cell)]
        case let type:
            var writer = JSONWriter()
            DecisionWriter.cell(cell, type, &writer)
            let text = writer.text
            return text.hasPrefix("\"") ? String(text.dropFirst().dropLast()) : text
        }
    }
}

extension Expectation.Kind {
    /// The rules that the hits contradict it in.
    fileprivate func rules(wrongAbout hits: [Int]) -> [Int] {
        switch self {
        case .hit(let rules): rules.filter { !hits.contains($0) }
        case .noHit(let rules): rules.filter { hits.contains($0) }
        case .hits(let rules): rules.filter { !hits.contains($0) } + hits.filter { !rules.contains($0) }
        default: []
        }
    }
}
