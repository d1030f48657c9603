import Documents
import Testing

@testable import RuleTesting

/// What is wrong with a file of tests is found in one go, each fault at its place, with a remedy.
@Suite struct TestFileErrorTests {
    /// Under `tests: - name: x`, from line 3 on at column 5; what is found.
    static let faults: [(String, [String])] = [
        ("events: [{payment: {account: a, direction: in, amount: 1}}]", ["2:5 missing-key"]),
        ("events: []\nalerts: none", ["2:5 bad-value"]),
        ("alerts: none", ["2:5 missing-key"]),
        ("events: [{login: {account: a}}]\nalerts: some", ["4:13 bad-value"]),
        ("events: [{login: {account: a}}]\nalerts: none\nexpct: {}", ["5:5 unknown-key"]),
        (
            "start: today\nevents: [{login: {acount: a}}]\nexpect: {hit: nobody}",
            ["3:12 bad-value", "4:23 unknown-field", "5:19 unknown-rule"]
        ),
        ("events: [{logn: {account: a}}]\nalerts: none", ["3:15 unknown-key"]),
        ("events: [{at: 1s}]\nalerts: none", ["3:14 missing-key"]),
        ("events: [{login: {account: a}, payment: {}}]\nalerts: none", ["3:36 two-event-types"]),
        ("events: [{login: {account: a}, at: 1s, after: 1s}]\nalerts: none", ["3:40 at-and-after"]),
        ("events: [{login: {account: a}, at: 1}]\nalerts: none", ["3:40 bad-value"]),
        ("events: [{login: {account: a}, after: 3 apples}]\nalerts: none", ["3:43 bad-value"]),
        ("events: [{login: {account: a}, every: 3s}]\nalerts: none", ["3:36 missing-key"]),
        ("events: [{login: {account: a}, times: 0}]\nalerts: none", ["3:43 bad-value"]),
        ("events: [{login: {account: a}, times: 60000}, {login: {account: a}, times: 60000}]\nalerts: none", ["3:51 limit-exceeded"]),
        ("events: [{login: {account: 7}}]\nalerts: none", ["3:32 wrong-type"]),
        ("events: [{login: {}}]\nalerts: none", ["3:15 missing-field"]),
        ("events: [{login: {account: \"\"}}]\nalerts: none", ["3:32 missing-key"]),
        ("events: [{payment: {account: a, direction: up, amount: 1}}]\nalerts: none", ["3:48 bad-value"]),
        ("events: [{payment: {account: a, direction: in, amount: 1.234}}]\nalerts: none", ["3:60 too-many-decimals"]),
        ("events: [{payment: {account: a, direction: in, amount: lots}}]\nalerts: none", ["3:60 wrong-type"]),
        ("events: [{payment: {account: a, direction: in, amount: 1, tries: \"x{n}\"}}]\nalerts: none", ["3:70 wrong-type"]),
        ("events: [{payment: {account: a, direction: in, amount: 1, is_new: 1}}]\nalerts: none", ["3:71 wrong-type"]),
        ("events: [{payment: {account: a, direction: in, amount: 1, opened: soon}}]\nalerts: none", ["3:71 malformed-time"]),
        ("events: [{payment: {account: a, direction: in, amount: 1, digits: 3}}]\nalerts: none", ["3:63 unknown-field"]),
        ("events: [{payment: {account: a, direction: in, amount: 1, event_id: x}}]\nalerts: none", ["3:63 unknown-field"]),
        ("events: [{login: {account: a}}]\nexpect: {}", ["4:13 missing-key"]),
        ("events: [{login: {account: a}}]\nexpect: {event: 1}", ["4:13 missing-key"]),
        ("events: [{login: {account: a}}]\nexpect: {event: 2, hits: []}", ["4:21 unknown-event"]),
        ("events: [{login: {account: a}}]\nexpect: {event: e2, hits: []}", ["4:21 unknown-event"]),
        ("events: [{login: {account: a}}]\nexpect: {no_hit: [many], hits: [], level: none, score: 0}", ["4:22 unwatched-event", "4:60 unwatched-event"]),
        (
            "events: [{payment: {account: a, direction: in, amount: 1}}]\nexpect: {actions: [{action: blok, on: acount, for: ever, to: x}, {on: account}]}",
            ["4:33 bad-value", "4:43 bad-value", "4:56 bad-value", "4:62 unknown-key", "4:70 missing-key"]
        ),
        ("events: [{login: {account: a}}]\nexpect: {hits: [], levl: red}", ["4:24 unknown-key"]),
        (
            "events: [{payment: {account: a, direction: in, amount: 1}}]\nexpect: {level: orange, score: 101, actions: [blok], hit: [mny]}",
            ["4:21 bad-value", "4:36 bad-value", "4:51 bad-value", "4:64 unknown-rule"]
        ),
        (
            "events: [{login: {account: a}}]\nexpect: {indicators: {payers: 1, payers_1h: many, since_last: 3, last_direction: up, in_then_out: 1, first_payee: 4}}",
            ["4:27 unknown-indicator", "4:49 wrong-type", "4:67 bad-value", "4:86 bad-value", "4:103 wrong-type", "4:119 wrong-type"]
        ),
        (
            "lists: {blak: [], black: [{sujet: x}], phones: [{subject: x, expires_at: never, attributes: {a: 1}}]}\nevents: [{login: {account: a}}]\nalerts: none",
            ["3:13 unknown-list", "3:31 missing-key", "3:32 unknown-key", "3:78 bad-value", "3:101 wrong-type"]
        ),
    ]

    @Test(arguments: faults) func faultsAreReported(text: String, expected: [String]) throws {
        let lines = text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
        // By what is found: two faults of one place come in the order of reading.
        #expect(Set(findings("tests:\n  - name: x\n\(lines)\n", try makePackage())) == Set(expected))
    }

    /// Wrong defaults are reported where they stand, and not again for each event.
    @Test func defaultsAreCheckedOnce() throws {
        let text = """
            defaults:
              paymnt: {account: a}
              payment: {direction: sideways, acount: a, amount: 1}
            tests:
              - name: x
                events: [{payment: {account: a}}, {payment: {account: a, direction: out}}]
                alerts: none
              - name: x
                events: [{payment: {account: a, direction: in}}]
                alerts: none
            """
        #expect(findings(text, try makePackage()) == ["2:3 unknown-event-type", "3:24 bad-value", "3:34 unknown-field", "8:11 duplicate-name"])
    }

    @Test(arguments: [("[]", "1:1 wrong-type"), ("tests: 1", "1:8 wrong-type"), ("tests: [1]", "1:9 wrong-type"), ("tests: []\ntest: []", "2:1 unknown-key")])
    func whatIsNoFileOfTestsIsRefused(text: String, expected: String) throws { #expect(findings(text, try makePackage()).contains(expected)) }
}
