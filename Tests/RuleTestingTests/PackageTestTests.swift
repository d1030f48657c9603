import Documents
import Testing

@testable import RuleTesting

/// Tests of packages: what a stream becomes, and what is compared.
@Suite struct PackageTestTests {
    /// Four payments in, from three payers, and one out.
    static func file(_ expectations: String) -> String {
        """
        defaults:
          payment: {account: A1, direction: in, amount: 100.00, tries: 2}
        tests:
          - name: it
            lists: {black: [{subject: P9, attributes: {reason: court}}], phones: [{subject: "139"}]}
            events:
              - {payment: {payee: "P{n}", amount: "{n}00.50", phone: "138", opened: -1d}, times: 3, every: 10m, id: pay}
              - {payment: {payee: P1, tries: null}, after: 5m}
              - {payment: {direction: out, payee: P7, amount: 1000}, at: 40m, id: last}
            \(expectations)
        """
    }

    static func failures(_ text: String, _ package: String = testPackage) throws -> [String] {
        let file = try readTests(text, makePackage(package))
        return try file.tests.flatMap { try file.run($0).failures.map { "\($0.position.line):\($0.position.column) \($0.message)" } }
    }

    /// Expectations, and what fails of them.
    static let claims: [(String, [String])] = [
        ("expect: {hit: [many]}", []), ("expect: {hit: many}", []), ("expect: {hit: [known, many]}", ["10:19 last: hit: expected known, got many, large"]),
        ("expect: {no_hit: [known]}", []), ("expect: {no_hit: [many]}", ["10:22 last: no_hit: expected without many, got many, large"]),
        ("expect: {hits: [many, large]}", []), ("expect: {hits: [large, many]}", []),
        ("expect: {hits: [many]}", ["10:20 last: hits: expected many, got many, large"]),
        ("expect: {hits: []}", ["10:20 last: hits: expected none, got many, large"]), ("expect: {event: 1, hits: []}", []),
        ("expect: {level: red}", []), ("expect: {level: none}", ["10:21 last: level: expected none, got red"]), ("expect: {event: 2, level: none}", []),
        ("expect: {event: 1, level: red}", ["10:31 pay-1: level: expected red, got none"]), ("expect: {score: 90}", []),
        ("expect: {score: 89.5}", ["10:21 last: score: expected 89.5, got 90"]), ("expect: {actions: [block, freeze]}", []),
        ("expect: {actions: [freeze, block]}", []),
        ("expect: {actions: [block]}", ["10:23 last: actions: expected block, got block on account for 1d, freeze on account"]),
        ("expect: {actions: [{action: block, on: account, for: 24h}, freeze]}", []), ("expect: {actions: [freeze, {action: block, for: 1d}]}", []),
        (
            "expect: {actions: [{action: block, for: 1h}, freeze]}",
            ["10:23 last: actions: expected block for 1h, freeze, got block on account for 1d, freeze on account"]
        ),
        ("expect: {actions: []}", ["10:23 last: actions: expected none, got block on account for 1d, freeze on account"]),
        ("expect: {event: 4, actions: []}", []),
        ("expect: {indicators: {payers_1h: 3, paid_1h: 1000, in_then_out: true}}", []),
        ("expect: {indicators: {payers_1h: 4}}", ["10:38 last: indicators.payers_1h: expected 4, got 3"]),
        ("expect: {indicators: {payers_1h: null}}", ["10:38 last: indicators.payers_1h: expected null, got 3"]),
        ("expect: {event: 1, indicators: {last_direction: null, in_then_out: false}}", []),
        ("expect: {event: 1, indicators: {last_direction: in}}", ["10:53 pay-1: indicators.last_direction: expected in, got null"]),
        // (100.50 + 200.50 + 300.50 + 100 + 1000) / 5
        ("expect: {indicators: {mean_1h: 340.3}}", []), ("expect: {indicators: {mean_1h: 340.30000000001}}", []),
        ("expect: {indicators: {mean_1h: 340.31}}", ["10:36 last: indicators.mean_1h: expected 340.31, got 340.3"]),
        ("expect: {indicators: {first_payee: P1, last_direction: in}}", []),
        ("expect: {indicators: {first_payee: P2}}", ["10:40 last: indicators.first_payee: expected P2, got P1"]),
        ("expect: {indicators: {first_phone: \"138\"}}", []),
        ("expect: {indicators: {since_last: 15m}}", []),
        ("expect: {indicators: {since_last: 10s}}", ["10:39 last: indicators.since_last: expected 10s, got 15m"]),
        ("expect: [{event: pay-2, indicators: {since_last: 10m}}, {event: pay, indicators: {payers_1h: 3}}]", []),
        ("expect: {event: 4, indicators: {since_last: 5m, payers_1h: 3}}", []),
        ("alerts: none", ["10:13 last: alerts: expected none, got many, large hit"]),
    ]

    @Test(arguments: claims) func claimsAreCompared(claim: String, expected: [String]) throws { #expect(try Self.failures(Self.file(claim)) == expected) }

    @Test func aSeriesCountsAndSteps() throws {
        let file = try readTests(Self.file("alerts: none"), makePackage())
        let events = file.tests[0].events
        #expect(events.map(\.id) == ["pay-1", "pay-2", "pay-3", "e4", "last"])
        let start = TestFileReader.defaultStart
        #expect(events.map { ($0.timeMilliseconds - start) / 60_000 } == [0, 10, 20, 25, 40])
        #expect(
            String(decoding: events[1].json, as: UTF8.self)
                == #"{"event_type":"payment","id":"pay-2","time":"2026-03-02T02:10:00Z","account":"A1","direction":"in","tries":2,"payee":"P2","amount":"200.50","phone":"138","opened":"2026-03-01T02:00:00Z"}"#
        )
        #expect(
            String(decoding: events[3].json, as: UTF8.self)
                == #"{"event_type":"payment","id":"e4","time":"2026-03-02T02:25:00Z","account":"A1","direction":"in","amount":100.00,"payee":"P1"}"#)
    }

    @Test func eventsFollowOneAnotherByASecond() throws {
        let file = try readTests(
            """
            tests:
              - name: it
                start: 2026-01-01T00:00:00Z
                events:
                  - {login: {account: a}, after: 2s}
                  - {login: {account: a}}
                  - {login: {account: a}, times: 2}
                  - {login: {account: a}, at: 2026-01-01T08:00:00+08:00, id: "x{n}"}
                alerts: none
            """, makePackage())
        #expect(file.tests[0].events.map { $0.timeMilliseconds - 1_767_225_600_000 } == [2_000, 3_000, 4_000, 5_000, 0])
        #expect(file.tests[0].events.map(\.id) == ["e1", "e2", "e3", "e4", "x1"])
    }

    /// A list asked for a sensitive field knows the pseudonym of the subject that a test writes in clear.
    @Test func listsHoldWhatTheTestSays() throws {
        func hits(_ field: String) throws -> [String] {
            try Self.failures(
                """
                tests:
                  - name: it
                    lists: {black: [{subject: P9, expires_at: 2026-03-02T11:00:00+08:00}], phones: [{subject: "139"}]}
                    events: [{payment: {account: a, direction: in, amount: 1.00, \(field)}}]
                    expect: {hits: [known], level: red, score: 0}
                """)
        }
        #expect(try hits("payee: P9") == [])
        #expect(try hits("phone: \"139\"") == [])
        #expect(try hits("payee: P8, phone: \"138\"").count == 2)
    }

    @Test func listEntriesOfRulesAreSeenByTheNextEvent() throws {
        let package = testPackage + "\n" + "priority: normal\n"
        let rules = package.replacing("in_list(\"black\", payee)", with: "in_list(\"grey\", payee)")
        let text = """
            defaults: {payment: {account: a, direction: in, payee: P}}
            tests:
              - name: it
                events: [{payment: {amount: 5000.00}}, {payment: {amount: 1.00}}]
                expect: [{event: 1, hits: [large, listed]}, {event: 2, hits: [known]}]
            """
        #expect(try Self.failures(text, rules) == [])
    }

    /// Where a package is rolled out in shadow, its tests ask what its rules do all the same.
    @Test func aShadowPackageIsTestedAsIfLive() throws {
        #expect(try Self.failures(Self.file("expect: {hits: [many, large], level: red}"), testPackage + "\nmode: shadow\n") == [])
    }

    @Test func eachTestStartsWithEmptyJournals() throws {
        let one = """
                events: [{payment: {account: a, direction: in, amount: 1.00, payee: P}}]
                expect: {indicators: {payers_1h: 1}}
            """
        #expect(try Self.failures("tests:\n  - name: one\n\(one.indented)\n  - name: two\n\(one.indented)\n") == [])
    }

    @Test func anEventThatIsRefusedFailsTheTest() throws {
        let failures = try Self.failures(
            """
            tests:
              - name: it
                events: [{payment: {account: a, direction: in, amount: 1.00}, at: 60d}, {payment: {account: a, direction: in, amount: 1.00}, at: 1d}]
                alerts: none
            """)
        #expect(failures.count == 1)
        #expect(failures[0].hasPrefix("3:77 e2: event: expected to be accepted, got refused: too_old"))
    }

    @Test func aFailureExplainsTheRuleThatDidNotHit() throws {
        let file = try readTests(Self.file("expect: {event: 4, hit: [many]}"), makePackage())
        let result = try file.run(file.tests[0])
        #expect(result.observations.count == 1)
        #expect(result.observations[0].explanations.map(\.rule) == ["many"])
        #expect(result.observations[0].explanations[0].lines.first { $0.decides && $0.depth == 1 }?.values == "direction = \"in\"")
    }

    @Test func rulesThatCannotBeDecidedAreNamed() throws {
        let text = """
            tests:
              - name: it
                events: [{payment: {account: a, direction: in, amount: 1.00}}]
                expect: {hit: [known]}
            """
        let file = try readTests(text, makePackage())
        #expect(try file.run(file.tests[0]).observations[0].errors == ["known: no_such_value payee"])
    }

    @Test func reportsCarryEveryFailure() throws {
        let file = try readTests(Self.file("expect: {hit: [known], level: none}").replacing("name: it", with: "name: 'a < \"b\" & c'"), makePackage())
        var report = TestReport()
        report.entries = [.init(file: "a&b.yaml", package: "sample", test: file.tests[0], result: try file.run(file.tests[0]), seconds: 1.25)]
        #expect(report.failed == 1 && report.passed == 0 && report.events == 5)
        #expect(
            report.junit == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites name="vane test" tests="1" failures="1" time="1.250000">
                  <testsuite name="a&amp;b.yaml" tests="1" failures="1" errors="0" time="1.250000">
                    <testcase classname="sample" name="a &lt; &quot;b&quot; &amp; c" file="a&amp;b.yaml" line="4" time="1.250000">
                      <failure message="last: hit: expected known, got many, large">tests.yaml:10:19: last: hit: expected known, got many, large&#10;tests.yaml:10:35: last: level: expected none, got red</failure>
                    </testcase>
                  </testsuite>
                </testsuites>

                """)
        var writer = JSONWriter()
        report.write(&writer)
        let json = try parseYAML(writer.bytes, file: "report.json")
        guard case .list(let tests)? = json["tests"]?.content, case .list(let failures)? = tests.first?["failures"]?.content else {
            Issue.record("the report is \(writer.text)")
            return
        }
        #expect(failures.map { $0["key"]?.text } == ["hit", "level"])
        #expect(failures.map { $0["actual"]?.text } == ["many, large", "red"])
        #expect(json["failed"]?.text == "1")
    }
}

extension String {
    /// Two levels further in.
    var indented: String { split(separator: "\n").map { "    " + $0.drop { $0 == " " } }.joined(separator: "\n") }
}
