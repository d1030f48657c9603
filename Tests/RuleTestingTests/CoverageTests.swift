import Documents
import Testing

@testable import RuleTesting

@Suite struct CoverageTests {
    private static let package = """
        package: sample
        version: "1"
        on: payment
        parameters: {enabled: true}
        rules:
          - {id: a, kind: hit, when: 'enabled && amount > 10.0 && (direction == "out" || is_new)'}
          - {id: b, kind: hit, when: 'amount > 100.0'}
        """

    private static func coverage(_ events: String...) throws -> Coverage {
        let package = try makePackage(package)
        let coverage = Coverage(package)
        for event in events {
            let file = try readTests(
                """
                defaults: {payment: {account: x, direction: in, amount: 1.00}}
                tests:
                  - name: it
                    events: [\(event)]
                    expect: {no_hit: []}
                """, package)
            _ = try file.run(file.tests[0], coverage: coverage)
        }
        return coverage
    }

    private static func gaps(_ coverage: Coverage) -> [String] {
        coverage.gaps.map { "\($0.position.line):\($0.position.column) \($0.rule) \($0.missing.rawValue) \($0.text)" }
    }

    @Test func withoutEventsEverythingIsMissing() throws {
        let coverage = try Self.coverage("{login: {account: x}}")
        #expect(coverage.summary == .init(rules: 2, rulesHit: 0, outcomes: 8, outcomesSeen: 0))
        #expect(
            Self.gaps(coverage) == [
                #"6:31 a never hits enabled && amount > 10.0 && (direction == "out" || is_new)"#, "6:42 a never true amount > 10.0",
                "6:42 a never false amount > 10.0", #"6:60 a never true direction == "out""#, #"6:60 a never false direction == "out""#,
                "6:82 a never true is_new", "6:82 a never false is_new", "7:31 b never hits amount > 100.0", "7:31 b never true amount > 100.0",
                "7:31 b never false amount > 100.0",
            ])
    }

    /// What was not looked at, or failed, was not seen.
    @Test func onlyWhatWasLookedAtCounts() throws {
        let coverage = try Self.coverage("{payment: {is_new: true}}", "{payment: {amount: 11.00}}")
        #expect(
            Self.gaps(coverage) == [
                #"6:31 a never hits enabled && amount > 10.0 && (direction == "out" || is_new)"#, #"6:60 a never true direction == "out""#,
                "6:82 a never true is_new", "6:82 a never false is_new", "7:31 b never hits amount > 100.0", "7:31 b never true amount > 100.0",
            ])
        #expect(coverage.summary.outcomesSeen == 4 && coverage.summary.conditionPercentage == 50)
    }

    @Test func everythingSeenIsAHundredPercent() throws {
        let coverage = try Self.coverage(
            "{payment: {}}", "{payment: {amount: 11.00, is_new: true}}", "{payment: {amount: 11.00, is_new: false}}",
            "{payment: {amount: 101.00, direction: out}}")
        #expect(Self.gaps(coverage) == [])
        #expect(coverage.summary == .init(rules: 2, rulesHit: 2, outcomes: 8, outcomesSeen: 8))
        #expect(coverage.summary.conditionPercentage == 100 && coverage.summary.rulePercentage == 100)
    }
}
