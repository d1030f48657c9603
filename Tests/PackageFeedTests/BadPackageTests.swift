import Documents
import Engine
import Events
import Expressions
import Journals
import Rules
import Testing

@testable import PackageFeed

/// Packages that are wrong in themselves, or do not go with the others.
@Suite struct BadPackageTests {
    private func server(_ text: String) -> ScriptedServer { ScriptedServer { $0.answer("200 OK", [], bytes(text)) } }

    static let bad: [(String, String, String)] = [
        ("another package's name", package("neighbour", version: "2"), "duplicate-package"),
        ("a list that nobody declares", package(version: "2", rules: "{id: a, kind: hit, when: 'in_list(\"nowhere\", account_id)'}"), "unknown-list"),
        ("an unknown field", package(version: "2", rules: "{id: a, kind: hit, when: 'amuont > 1.0'}"), "unknown-name"),
        ("a pattern that would unfold", package(version: "2", rules: "{id: a, kind: hit, when: 'ip.matches(\"((((a{99}){99}){99}){99})\")'}"), "pattern"),
        ("no YAML", "package: [", "syntax"),
        (
            "an expression nested too deeply",
            package(version: "2", rules: "{id: a, kind: hit, when: '\(String(repeating: "(", count: 5_000))true\(String(repeating: ")", count: 5_000))'}"),
            "expression-too-deep"
        ),
        (
            "aliases that unfold",
            "a0: &a0 [x]\n"
                + (1..<9).map { level in "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n" }.joined(),
            "limit-exceeded"
        ),
        (
            "too many conditions over one entity",
            "package: sample\nversion: \"2\"\non: [transaction]\nindicators:\n"
                + (0..<65).map { "  - {id: i\($0), entity: account, aggregate: count, where: 'amount > \($0).0', window: 1h}\n" }.joined() + "rules: []\n",
            "limit-exceeded"
        ),
        ("an id that runs from right to left", package(version: "2", rules: "{id: \"\u{5D0}\u{5D1}\", kind: hit, when: 'true'}"), "confusable-identifier"),
        ("an id of two alphabets", package(version: "2", rules: "{id: \"l\u{430}rge\", kind: hit, when: 'true'}"), "confusable-identifier"),
    ]

    @Test(arguments: bad.indices) func theLastGoodPackageRunsOn(_ index: Int) throws {
        let (what, text, code) = Self.bad[index]
        let server = server(package())
        let bench = try Bench(server.url, fixed: [package("neighbour")]).started()
        try bench.isActive("1")
        _ = bench.feed.handover.take()
        server.now { $0.answer("200 OK", [], bytes(text)) }
        bench.feed.refresh()
        try bench.hasProblem(code)
        #expect(bench.status.problem?.stage == .compilation, "\(what)")
        #expect(bench.status.version == "1" && bench.status.phase == .active && bench.feed.handover.take() == nil, "\(what)")
        #expect(bench.status.problem!.message.count <= 500 && bench.logged("package-refused") == 1)
        // Asked for again it is the same, and is not reported again.
        let asked = server.requests
        bench.feed.refresh()
        try eventually("another look") { server.requests > asked && bench.status.problem?.code == code }
        #expect(bench.logged("package-refused") == 1)
        server.now { $0.answer("200 OK", [], bytes(package(version: "3"))) }
        bench.feed.refresh()
        try bench.isActive("3")
    }

    /// Two packages of one name: the first one runs; once it is renamed, the other runs as well.
    @Test func aCollisionEndsWithItsCause() throws {
        let first = server(package("same", version: "1"))
        let second = server(package("same", version: "2"))
        let bench = try Bench([
            Subscription(.package(mode: nil), url: first.url), Subscription(.package(mode: nil), url: second.url),
        ]).started()
        try eventually("one of them is refused") { bench.feed.status.subscriptions.contains { $0.problem?.code == "duplicate-package" } }
        let winner = bench.feed.status.subscriptions[0].problem == nil ? first : second
        winner.now { $0.answer("200 OK", [], bytes(package("renamed", version: "3"))) }
        bench.feed.refresh()
        try eventually("both run") { bench.feed.status.subscriptions.allSatisfy { $0.phase == .active && $0.problem == nil } }
        #expect(Set(bench.feed.status.subscriptions.compactMap(\.name)) == ["same", "renamed"])
    }

    /// What a rule may cost has a limit: beyond it the rule fails, and the others decide.
    @Test(arguments: [
        "numbers.all(a, numbers.all(b, numbers.all(c, numbers.all(d, a + b + c + d >= 0))))",
        "numbers.map(a, numbers.map(b, numbers.map(c, [a, b, c]))).size() > 0",
    ]) func rulesThatWouldRunLong(_ condition: String) throws {
        let numbers = (0..<200).map(String.init).joined(separator: ", ")
        let text = package(
            rules: "{id: long, kind: hit, when: '\(condition)'}\n  - {id: fine, kind: hit, when: 'amount > 0.0'}",
            more: "parameters: {numbers: [\(numbers)]}\n")
        let compiled = try #require(Bench([], fixed: [text]).feed.initial.compiled)
        let engine = try Engine(schema: schema, rules: compiled.rules, lists: Lists(), calendar: Calendar(rules: try #require(UTC().rules(named: "UTC"))))
        let rows = EventBatch(capacity: 1, schema: schema)
        let json = bytes(
            "{\"event_id\":\"e\",\"event_time\":\"2026-01-01T00:00:00Z\",\"account_id\":\"A\",\"amount\":1,\"ip\":\"\(String(repeating: "a", count: 1_000))\"}")
        let row = try json.withUnsafeBytes {
            try Decoder(schema: schema, pseudonymiser: nil, timeZones: UTC()).decode($0, eventType: 0, envelope: Decoder.Envelope(), into: rows)
        }
        var decision = Decision()
        let start = ContinuousClock.now
        try engine.process(rows, row: row, into: &decision)
        #expect(decision.hits.map(\.rule) == [1] && decision.errors.map(\.rule) == [0])
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func fiftyThousandRules() throws {
        var text = "package: sample\nversion: \"2\"\non: [transaction]\nrules:\n"
        for index in 0..<50_000 { text += "- {id: r\(index), kind: hit, when: 'amount == \(index).0'}\n" }
        let server = server(text)
        let bench = try Bench(server.url).started()
        try eventually("it runs", seconds: 300) { bench.status.phase == .active }
        #expect(bench.status.size == 50_000 && bench.feed.handover.take()?.compiled?.rules.packages[0].rules.count == 50_000)
    }

    @Test func names() throws {
        let cases: [(String, String?)] = [
            ("large", nil), ("C7-\u{96C6}\u{4E2D}", nil), ("\u{96C6}\u{4E2D}\u{8F6C}\u{5165}", nil), ("caf\u{E9}", nil), ("l\u{430}rge", "error"),
            ("large\u{200B}", "error"), ("\u{202E}egral", "error"), ("\u{FF2C}arge", "error"), ("\u{627}\u{644}", "error"),
            ("\u{43F}\u{43B}\u{430}\u{43D}", nil),
            ("\u{421}\u{41E}\u{420}", "warning"), ("\u{3B1}b", "error"),
        ]
        for (name, severity) in cases {
            let warnings = DiagnosticList()
            let text = package(rules: "{id: \"\(name)\", title: {ar: \"\u{200F}\u{627}\"}, kind: hit, when: 'true'}")
            var found: [Diagnostic] = []
            do {
                _ = try Package.read(parseYAML(bytes(text), file: "p.yaml"), schema: schema, warnings: warnings)
                found = warnings.all
            } catch {
                found = error.all
            }
            #expect(found.filter { $0.code == "confusable-identifier" }.map(\.severity.rawValue) == (severity.map { [$0] } ?? []), "\(name) \(found)")
            for fault in found { #expect(fault.position?.line == 5 && fault.remedy != nil) }
        }
        // Two names that look alike, each in one alphabet; and a mark inside a condition.
        let twins = "{id: COP, kind: hit, when: 'true'}\n  - {id: \"\u{421}\u{41E}\u{420}\", kind: hit, when: 'amount > 1.0'}"
        for text in [package(rules: twins), package(rules: "{id: a, kind: hit, when: 'ip == \"\u{202E}1\"'}")] {
            do {
                _ = try Package.read(parseYAML(bytes(text), file: "p.yaml"), schema: schema)
                Issue.record("accepted: \(text)")
            } catch {
                #expect(error.all.map(\.code) == ["confusable-identifier"])
            }
        }
    }
}
