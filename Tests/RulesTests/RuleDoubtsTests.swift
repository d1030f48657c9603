import Documents
import Events
import Rules
import Testing

/// What is said about rules that are valid and hardly meant.
@Suite("Doubtful rules") struct RuleDoubtsTests {
    private static let schema = """
        events:
          t:
            topic: t
            id: id
            time: time
            fields: {a: {type: int}, b: {type: double}, k: {type: enum, values: [x, y]}, s: {type: string}}
        entities: {e: {key: s, history: 1h, record: []}}
        """

    /// The first rule stands at line 5, the second at line 6; conditions begin at column 35.
    private func warnings(_ first: String, _ second: String = "a == 77", kind: String = "hit") throws -> [String] {
        let schema = try Schema.read(Array(Self.schema.utf8), file: "schema.yaml")
        let text = """
            package: p
            version: '1'
            on: [t]
            rules:
              - {id: R1, kind: \(kind), list: {name: l, subject: s}, when: '\(first)'}
              - {id: R2, kind: hit, when: '\(second)'}
            indicators: [{id: n, entity: e, aggregate: count, window: 1h}]
            """.replacing(kind == "hit" ? "list: {name: l, subject: s}, " : "", with: "")
        let warnings = DiagnosticList()
        _ = try Package.read(parseYAML(Array(text.utf8), file: "p.yaml"), schema: schema, warnings: warnings)
        return warnings.all.map { "\($0.position?.line ?? 0) \($0.code)" }
    }

    @Test(
        "Contradictions",
        arguments: [
            ("a > 10 && a < 5", true), ("a > 5 && a < 6", true), ("a >= 5 && a <= 5", false), ("b > 5.0 && b < 5.1", false), ("b > 5.0 && b <= 5.0", true),
            ("k == \"x\" && k == \"y\"", true), ("k in [\"x\"] && k != \"x\"", false), ("s == \"1\" && a == 1 && s == \"2\"", true),
            ("a in [1, 2] && a > 2", true), ("a in [1, 2] && a > 1", false), ("n > 5 && !(n > 3)", true), ("a > 10 || a < 5", false),
        ])
    func contradictions(condition: String, isContradictory: Bool) throws {
        #expect(try warnings(condition) == (isContradictory ? ["5 contradictory-condition"] : []))
    }

    @Test(
        "Duplicates",
        arguments: [
            ("a == 1 && b > 2.0", "b > 2.0 && a == 1", true), ("a == 1 && (b > 2.0 && n > 1)", "n > 1 && a == 1 && b > 2.0", true),
            ("a == 1 || n > 1", "n > 1 || a == 1", true), ("a == 1", "a == 2", false), ("s == \"1\"", "s == \"2\"", false), ("a + 1 > 2", "1 + a > 2", false),
            ("[1, 2].exists(x, x == a)", "[1, 2].exists(x, x == a)", false),
        ])
    func duplicates(first: String, second: String, isDuplicate: Bool) throws {
        #expect(try warnings(first, second) == (isDuplicate ? ["6 duplicate-rule"] : []))
        // A rule of another kind does something else.
        #expect(try warnings(first, second, kind: "list") == [])
    }
}
