import Documents
import Engine
import Events
import Rules
import Testing

@testable import RuleTesting

@Suite struct ComparisonTests {
    private static func package(_ threshold: Int, _ more: String = "") -> String {
        """
        package: p
        version: "\(threshold)"
        on: payment
        rules:
          - {id: large, kind: score, when: 'amount >= \(threshold).0', score: 50}
        \(more)
        decide: {levels: {yellow: 40}}
        """
    }

    private static func compare(_ before: String, _ after: String, truth: String? = "fraud", _ lines: [String]) throws -> (
        ReplayComparison, [ReplayComparison.Change]
    ) {
        let schema = try Schema.read(Array(testSchema.utf8), file: "schema.yaml")
        func engine(_ text: String) throws -> Engine {
            try Engine(
                schema: schema,
                packages: Package.actingForEveryone([Package.read(parseYAML(Array(text.utf8), file: "package.yaml"), schema: schema)]), timeZones: FixedZone())
        }
        let decoder = Decoder(schema: schema, pseudonymiser: testPseudonymiser, timeZones: FixedZone())
        let comparison = ReplayComparison(before: try engine(before), after: try engine(after), decoder: decoder, truthField: truth)
        var changes: [ReplayComparison.Change] = []
        for line in lines {
            try Array(line.utf8).withUnsafeBytes { bytes in
                if let change = try comparison.run(bytes) { changes.append(change) }
            }
        }
        return (comparison, changes)
    }

    private static func event(_ id: Int, _ amount: Int, _ truth: String?) -> String {
        "{\"event_type\":\"payment\",\"id\":\"e\(id)\",\"time\":\(1_795_138_200_000 + id * 1_000),\"account\":\"a\",\"direction\":\"out\",\"amount\":\(amount)\(truth.map { ",\"fraud\":\($0)" } ?? "")}"
    }

    private static let stream = [
        event(1, 50, "0"), event(2, 150, "false"), event(3, 250, "true"), event(4, 350, "\"yes\""), event(5, 150, "1"), event(6, 500, nil),
        event(7, 10, "\"no\""),
        event(8, 20, "1.5"),
    ]

    @Test func theSamePackagesDecideTheSame() throws {
        let (comparison, changes) = try Self.compare(Self.package(100), Self.package(100), Self.stream)
        #expect(changes.isEmpty && comparison.summary.changed == 0 && comparison.summary.events == 8)
        #expect(comparison.summary.before == comparison.summary.after)
        #expect(comparison.summary.rules.map { $0.gained.events + $0.lost.events } == [0])
    }

    @Test func changesAreNamedAndMeasured() throws {
        let more = "  - {id: huge, kind: hit, when: 'amount >= 350.0'}"
        let (comparison, changes) = try Self.compare(Self.package(100), Self.package(200, more), Self.stream)
        #expect(changes.map(\.eventID) == ["e2", "e4", "e5", "e6"])
        #expect(changes.map { $0.gained.map(\.description) } == [[], ["p/huge"], [], ["p/huge"]])
        #expect(changes.map { $0.lost.map(\.description) } == [["p/large"], [], ["p/large"], []])
        #expect(changes.map(\.truth) == [false, true, true, nil])
        #expect(changes[0].before == .init(level: "yellow", score: 50, hits: [.init(package: "p", rule: "large")]) && changes[0].after.level == nil)

        let summary = comparison.summary
        #expect(summary.changed == 4 && summary.withTruth == 7 && summary.positives == 4)
        // Before: e2 to e6, of which e3, e4, e5 are frauds and e6 does not say; after: e3, e4, e6.
        #expect(summary.before.events == 5 && summary.after.events == 3)
        #expect(summary.alertRate(summary.before) == 0.625 && summary.alertRate(summary.after) == 0.375)
        #expect(summary.before.precision == 0.75 && summary.after.precision == 1)
        #expect(summary.recall(summary.before) == 0.75 && summary.recall(summary.after) == 0.5)
        #expect(summary.rules.map(\.name.rule) == ["large", "huge"])
        #expect(summary.rules.map(\.gained.events) == [0, 2] && summary.rules.map(\.lost.events) == [2, 0])
        #expect(summary.rules[0].before.precision == 0.75 && summary.rules[1].before.precision == nil)
    }

    /// What a package in shadow would decide is the question, whoever it acts for today.
    @Test(arguments: ["mode: shadow", "rollout: {share: 0}", "rollout: {share: 30%}"])
    func shadowIsComparedWithLive(how: String) throws {
        let (live, changes) = try Self.compare(Self.package(100), Self.package(200), Self.stream)
        let (shadow, others) = try Self.compare(Self.package(100), Self.package(200).replacing("on: payment", with: "on: payment\n\(how)"), Self.stream)
        #expect(changes.map(\.eventID) == others.map(\.eventID) && changes.map(\.after) == others.map(\.after) && !changes.isEmpty)
        #expect(live.summary.after == shadow.summary.after && shadow.summary.after.events == 3)
    }

    @Test func revisionsSideBySideStayAsTheyAre() throws {
        let schema = try Schema.read(Array(testSchema.utf8), file: "schema.yaml")
        var packages = try [Self.package(100), Self.package(200).replacing("on: payment", with: "on: payment\nrollout: {share: 0}")].map {
            try Package.read(parseYAML(Array($0.utf8), file: "package.yaml"), schema: schema)
        }
        try Package.pairRevisions(&packages)
        let same = Package.actingForEveryone(packages)
        #expect(same.map(\.isPrevious) == [true, false] && same.map(\.rollout) == [nil, Rollout(share: 0)])
    }

    @Test func eventsWithErrorsAreCounted() throws {
        let more = "  - {id: known, kind: hit, when: 'payee == \"x\"'}\n  - {id: other, kind: hit, when: 'payee == \"y\"'}"
        let (comparison, _) = try Self.compare(Self.package(100), Self.package(100, more), Self.stream)
        #expect(comparison.summary.errorsBefore == 0 && comparison.summary.errorsAfter == 8 && comparison.summary.rate(8) == 1)
    }

    @Test func withoutTruthThereIsNoPrecision() throws {
        for truth in [nil, "nothing"] {
            let (comparison, _) = try Self.compare(Self.package(100), Self.package(200), truth: truth, Self.stream)
            #expect(
                comparison.summary.withTruth == 0 && comparison.summary.before.precision == nil && comparison.summary.recall(comparison.summary.before) == nil)
        }
    }

    @Test func theTruthOfACloudEventIsInItsData() throws {
        let line =
            "{\"specversion\":\"1.0\",\"type\":\"payment\",\"source\":\"x\",\"id\":\"e1\",\"data\":{\"id\":\"e1\",\"time\":1795138200000,\"account\":\"a\",\"direction\":\"in\",\"amount\":150,\"fraud\":true}}"
        let (comparison, changes) = try Self.compare(Self.package(100), Self.package(200), [line])
        #expect(changes.map(\.truth) == [true] && comparison.summary.positives == 1)
    }

    @Test func refusedEventsCountOnce() throws {
        #expect(throws: Rejection.self) { try Self.compare(Self.package(100), Self.package(100), ["{\"event_type\":\"payment\"}"]) }
    }

    @Test func changesAndSummariesAreJSON() throws {
        let (comparison, changes) = try Self.compare(Self.package(100), Self.package(200), Self.stream)
        var writer = JSONWriter()
        changes[0].write(&writer)
        #expect(
            writer.text
                == #"{"event_id":"e2","event_time":"2026-11-20T01:30:02Z","truth":false,"before":{"level":"yellow","score":50.0,"hits":["p/large"]},"after":{"level":null,"score":0.0,"hits":[]},"gained":[],"lost":["p/large"]}"#
        )
        writer.reset()
        comparison.summary.write(&writer)
        #expect(
            writer.text
                == #"{"summary":{"events":8,"rejected":0,"changed":2,"with_truth":7,"before":{"alerts":5,"alert_rate":0.625,"error_rate":0.0,"precision":0.75,"recall":0.75},"after":{"alerts":3,"alert_rate":0.375,"error_rate":0.0,"precision":1.0,"recall":0.5},"rules":[{"package":"p","rule":"large","before":5,"after":3,"gained":0,"lost":2,"precision_before":0.75,"precision_after":1.0}]}}"#
        )
    }
}
