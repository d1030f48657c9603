import Documents
import Engine
import Events
import Expressions
import Rules
import TestSupport
import Testing

@testable import RuleTesting

/// The condition tree says of each part what the engine's evaluation of the whole implies.
@Suite struct ConditionTests {
    private static let start: Int64 = 1_795_138_200_000

    private static func package(_ conditions: [String]) -> String {
        let rules = conditions.enumerated().map { "  - {id: R\($0), kind: hit, when: '\($1.replacing("'", with: "''"))'}" }
        return """
            package: p
            version: "1"
            on: payment
            parameters: {limit: 3, enabled: true}
            indicators:
              - {id: payees, entity: account, aggregate: distinct(payee), window: 1h}
              - {id: first_payee, entity: account, aggregate: first(payee), window: all}
              - {id: count, entity: account, aggregate: count, window: 1h}
            rules:
            \(rules.joined(separator: "\n"))
            """
    }

    private static func event(_ id: Int, _ members: String) -> [UInt8] {
        Array(
            "{\"event_type\":\"payment\",\"id\":\"e\(id)\",\"time\":\(start + Int64(id) * 1_000),\"account\":\"a\",\"direction\":\"out\",\"amount\":5\(members)}"
                .utf8)
    }

    /// The tree of one condition for one event: a line for each part, `>` before what decided.
    private static func lines(_ condition: String, _ members: String) throws -> [String] {
        let runner = try runner([package([condition])])
        var lines: [String] = []
        let rejection = runner.run(event(1, members)) {
            let explanation = RuleExplanation(runner, package: 0, rule: 0)
            lines = explanation.lines.map { line in
                let values = line.values.isEmpty ? "" : " [\(line.values)]"
                return (line.decides ? ">" : " ") + String(repeating: " ", count: line.depth) + "\(line.outcome) \(line.text)\(values)"
            }
        }
        #expect(rejection == nil)
        return lines
    }

    private static let trees: [(String, String, [String])] = [
        ("amount > 3.0", "", [">true amount > 3.0 [amount = 5.0]"]),
        (
            "amount > 3.0 && tries > limit", ",\"tries\":4",
            [">true all of", "> true amount > 3.0 [amount = 5.0]", "> true tries > limit [tries = 4, limit = 3]"]
        ),
        (
            "amount > 6.0 && tries > limit", ",\"tries\":4",
            [">false all of", "> false amount > 6.0 [amount = 5.0]", "  - tries > limit [tries = 4, limit = 3]"]
        ),
        // An error that something else outvotes makes no difference.
        (
            "tries > limit && amount > 6.0", "",
            [">false all of", "  error tries > limit [tries = no_such_value, limit = 3, the error makes no difference]", "> false amount > 6.0 [amount = 5.0]"]
        ),
        (
            "tries > limit || amount > 3.0", "",
            [">true any of", "  error tries > limit [tries = no_such_value, limit = 3, the error makes no difference]", "> true amount > 3.0 [amount = 5.0]"]
        ),
        (
            "tries > limit || ratio > 3.0", "",
            [
                ">error any of", "> error tries > limit [tries = no_such_value, limit = 3]",
                "  error ratio > 3.0 [ratio = no_such_value, the error makes no difference]",
            ]
        ),
        (
            "tries > limit && amount > 3.0", "",
            [">error all of", "> error tries > limit [tries = no_such_value, limit = 3]", "  true amount > 3.0 [amount = 5.0]"]
        ),
        ("!(amount > 3.0)", "", [">false not", "> true amount > 3.0 [amount = 5.0]"]),
        (
            "(amount > 6.0 || is_new) && !(payee == \"x\")", ",\"is_new\":true,\"payee\":\"y\"",
            [
                ">true all of", "> true any of", "   false amount > 6.0 [amount = 5.0]", ">  true is_new", "> true not",
                ">  false payee == \"x\" [payee = \"y\"]",
            ]
        ),
        (
            "amount > 3.0 ? tries > limit : enabled", ",\"tries\":2",
            [">false if, then, else", "> true amount > 3.0 [amount = 5.0]", "> false tries > limit [tries = 2, limit = 3]", "  - enabled"]
        ),
        (
            "amount * 2.0 >= ratio + 1.0", ",\"ratio\":8.5",
            [">true amount * 2.0 >= ratio + 1.0 [amount * 2.0 = 10.0, ratio + 1.0 = 9.5, amount = 5.0, ratio = 8.5]"]
        ),
        (
            "[1, 2].exists(x, x == tries)", ",\"tries\":2", [">true [1, 2].exists(x, x == tries) [tries = 2]"]
        ),
        ("first_payee == payee", ",\"payee\":\"y\"", [">true first_payee == payee [first_payee = \"y\", payee = \"y\"]"]),
        ("in_list(\"black\", payee)", ",\"payee\":\"y\"", [">false in_list(\"black\", payee) [payee = \"y\"]"]),
    ]

    @Test(arguments: trees) func treesSayWhatDecided(condition: String, members: String, expected: [String]) throws {
        #expect(try Self.lines(condition, members) == expected)
    }

    /// Texts of parts have the brackets that belong to them, also where strings hold some.
    @Test func partsAreShownWithTheirBrackets() throws {
        let runner = try runner([Self.package(["((amount > 6.0) || (payee) == \")(\") && !((tries > 1))"])])
        var texts: [String] = []
        _ = runner.run(Self.event(1, "")) {
            func add(_ trace: ConditionTrace) {
                texts.append(trace.text)
                trace.parts.forEach(add)
            }
            add(RuleExplanation(runner, package: 0, rule: 0).trace)
        }
        #expect(
            texts == [
                "((amount > 6.0) || (payee) == \")(\") && !((tries > 1))", "(amount > 6.0) || (payee) == \")(\"", "amount > 6.0", "(payee) == \")(\"",
                "!((tries > 1))", "tries > 1",
            ])
    }

    /// Random conditions over random events: a part-by-part evaluation and the engine agree on hit, miss and error.
    @Test func treesAgreeWithTheEngine() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("treesAgreeWithTheEngine: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let conditions = (0..<20).map { _ in Self.condition(&random, depth: 4) }
            let lists = Lists()
            lists.put(list: lists.declare("black"), subject: "p1", Lists.Entry(timeMilliseconds: 0))
            let runner = try runner([Self.package(conditions)], lists: lists)
            for id in 0..<25 {
                var members = ""
                for (name, values) in [
                    ("payee", ["\"p1\"", "\"p2\"", "\"p3\""]), ("tries", ["2", "3", "4"]), ("ratio", ["0.5", "3.5"]), ("is_new", ["true", "false"]),
                ] {
                    if Int.random(in: 0..<3, using: &random) > 0 { members += ",\"\(name)\":\(values.randomElement(using: &random)!)" }
                }
                let rejection = runner.run(Self.event(id, members)) {
                    for (rule, explanation) in RuleExplanation.all(runner).enumerated() {
                        let isHit = runner.decision.hits.contains { $0.rule == rule }
                        let error = runner.decision.errors.first { $0.rule == rule }?.code
                        switch explanation.trace.outcome {
                        case .yes: #expect(isHit && error == nil, "\(conditions[rule]) of \(members), seed \(seed)")
                        case .no: #expect(!isHit && error == nil, "\(conditions[rule]) of \(members), seed \(seed)")
                        case .failed(let code, _): #expect(!isHit && error == code, "\(conditions[rule]) of \(members), seed \(seed)")
                        case .notLookedAt: Issue.record("\(conditions[rule]) was not looked at")
                        }
                        #expect(Self.isConsistent(explanation.trace), "\(conditions[rule]) of \(members), seed \(seed)")
                    }
                }
                #expect(rejection == nil)
            }
        }
    }

    /// What decides a part has a reason within it, and what was not looked at decides nothing.
    private static func isConsistent(_ trace: ConditionTrace) -> Bool {
        if trace.outcome == .notLookedAt { return !trace.decides && trace.parts.allSatisfy { $0.outcome == .notLookedAt && isConsistent($0) } }
        if trace.decides, !trace.parts.isEmpty, !trace.parts.contains(where: \.decides) { return false }
        if !trace.decides, trace.parts.contains(where: \.decides) { return false }
        return trace.parts.allSatisfy(isConsistent)
    }

    private static func condition(_ random: inout SeededGenerator, depth: Int) -> String {
        func inner() -> String { condition(&random, depth: depth - 1) }
        switch depth == 0 ? 0 : Int.random(in: 0..<8, using: &random) {
        case 1, 2: return "(\(inner()) && \(inner()))"
        case 3, 4: return "(\(inner()) || \(inner()))"
        case 5: return "!(\(inner()))"
        case 6: return "(\(inner()) ? \(inner()) : \(inner()))"
        default:
            return [
                "tries >= limit", "tries / (tries - 3) > 0", "ratio < 1.0", "is_new", "payee == \"p1\"", "payees >= 2", "count > 20", "first_payee == payee",
                "default(first_payee, \"p2\") != payee", "default(tries, 3) == 3", "in_list(\"black\", payee)", "payee in [\"p1\", \"p2\"]", "enabled",
                "payee.startsWith(\"p\")", "[1, 3].exists(x, x == tries)", "amount * 2.0 > ratio",
            ].randomElement(using: &random)!
        }
    }
}
