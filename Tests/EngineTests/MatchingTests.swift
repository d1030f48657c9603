import Documents
import Engine
import Events
import Expressions
import Journals
import RuleTesting
import Rules
import TestSupport
import Testing

/// The index against evaluating every rule in turn: the same hits, in the same order, and the same errors.
@Suite("Matching") struct MatchingTests {
    private static let schema = """
        events:
          t:
            topic: t
            id: id
            time: time
            fields:
              account: {type: string}
              code: {type: int}
              kind: {type: enum, values: [a, b, c]}
              flag: {type: bool, optional: true}
              n: {type: int, optional: true}
              d: {type: double, optional: true}
              m: {type: decimal, scale: 2, optional: true}
              s: {type: string, optional: true}
              big: {type: int, optional: true}
            derived:
              half: {expr: 'd / 2.0'}
              odd: {expr: '(d - d) / d'}
              when: {expr: 'timestamp("2026-11-20T00:00:00Z") + duration(string(n) + "s")'}
          u:
            topic: u
            id: id
            time: time
            fields:
              account: {type: string}
              n: {type: int}
              s: {type: string, optional: true}
        entities:
          account: {key: account, history: 1d, record: [n, s]}
        """

    private static let indicators = """
        indicators:
          - {id: count, entity: account, aggregate: count, window: 1h}
          - {id: total, entity: account, aggregate: sum(n), window: 1h}
          - {id: mean, entity: account, aggregate: avg(n), window: 1m}
          - {id: prior, entity: account, aggregate: previous(s), window: 1h}
          - {id: gap, entity: account, aggregate: since_last, window: 1h}

        """

    /// What conditions are made of. A number stands for `#`.
    private static let terms = [
        "code == #", "code == #", "code == #", "n == #", "n > #", "n >= #", "n < #", "n <= #", "# < n", "n != #", "!(n < #)", "!(n == #)", "n > #.5",
        "n <= #.0",
        "d > #.0", "d >= #.5", "d < #.0", "d <= -#.5", "d == #.0", "d == #", "d != #.0", "!(d > #.0)", "d == -0.0", "half > #.0", "half == #.0", "m == #.0",
        "m > #.25", "m < #.0",
        // Zero, or NaN where d is zero.
        "odd == 0.0", "odd < #.0", "odd >= 0.0", "odd > -#.0", "!(odd > 0.0)",
        "s == \"x#\"", "s == \"x#\"", "s in [\"x#\", \"x1\", \"x2\"]", "s != \"x#\"", "code in [#, 3, 5]", "!(code in [#])", "kind == \"a\"",
        "kind != \"b\"", "kind in [\"b\", \"c\"]", "flag", "!flag", "flag == true", "s.startsWith(\"x#\")", "n + code > #",
        "n / (code - #) > 1",
        "big > 9223372036854775806", "big < -9223372036854775807", "big == #", "big >= -9223372036854775807 && big <= #",
        "count > #", "count == #", "total >= #", "total < #", "mean > #.0", "mean == #.0", "prior == s", "prior == \"x#\"", "gap > duration(\"#s\")",
        "in_list(\"l\", s)", "default(n, 3) > #", "default(flag, true)", "true", "false", "code > # || n < #", "(d > #.0 ? n > # : s == \"x#\")",
        "when > timestamp(\"2026-11-20T00:00:00Z\") + duration(\"#s\")", "event_type == \"t\"", "code > # && code < #",
    ]

    private static func package(_ number: Int, _ rules: Int, _ random: inout SeededGenerator) -> String {
        // Of some packages every rule has a term that few events meet, of others none.
        let pool = (0..<Int.random(in: 1...12, using: &random)).map { _ in terms.randomElement(using: &random)! } + ["code == #"]
        let priority = Package.Priority.allCases.randomElement(using: &random)!.rawValue
        let mode = Package.Mode.allCases.randomElement(using: &random)!.rawValue
        var text = "package: p\(number)\nversion: '1'\non: [\(Bool.random(using: &random) ? "t" : "t, u")]\npriority: \(priority)\nmode: \(mode)\n"
        text += indicators + "rules:\n"
        let spread = [4, 10, 60].randomElement(using: &random)!
        for rule in 0..<rules {
            var condition = ""
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                var term = ""
                for character in pool.randomElement(using: &random)! {
                    if character == "#" { term += "\(Int.random(in: 0...spread, using: &random))" } else { term.append(character) }
                }
                condition += (condition.isEmpty ? "" : Int.random(in: 0..<12, using: &random) == 0 ? " || " : " && ") + term
            }
            text += "  - {id: R\(rule), kind: hit, when: '\(condition)'}\n"
        }
        return text
    }

    private static func event(_ id: Int, _ random: inout SeededGenerator) -> (json: String, type: Int) {
        let type = Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0
        let spread = [3, 12, 60].randomElement(using: &random)!
        func whole() -> Int { Int.random(in: -1...spread, using: &random) }
        var json = "{\"id\":\"\(id)\",\"time\":\(start + Int64(id) * 500),\"account\":\"a\(Int.random(in: 0..<3, using: &random))\""
        func maybe(_ text: String) { if Int.random(in: 0..<4, using: &random) != 0 { json += "," + text } }
        if type == 1 {
            json += ",\"n\":\(whole())"
        } else {
            json += ",\"code\":\(whole()),\"kind\":\"\(["a", "b", "c"].randomElement(using: &random)!)\""
            maybe("\"flag\":\(Bool.random(using: &random))")
            maybe("\"n\":\(whole())")
            maybe("\"d\":\([Double(whole()), Double(whole()) + 0.5, -0.0, -Double(whole()) - 0.5].randomElement(using: &random)!)")
            maybe("\"m\":\(whole()).25")
            maybe("\"big\":\([Int.max, Int.min + 1, whole()].randomElement(using: &random)!)")
        }
        maybe("\"s\":\"x\(whole())\"")
        return (json + "}", type)
    }

    @Test("The index decides as evaluating every rule in turn does", arguments: 0..<40)
    func randomised(seed: Int) throws {
        let seed = UInt64(seed) &* 7919 &+ 1
        print("matching seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let schema = try Schema.read(Array(Self.schema.utf8), file: "schema.yaml")
        let sizes = [1, 3, 20, 70, 200, 700]
        let texts = (0..<Int.random(in: 1...3, using: &random)).map { Self.package($0, sizes.randomElement(using: &random)!, &random) }
        let packages = try texts.map { try Package.read(parseYAML(Array($0.utf8), file: "p.yaml"), schema: schema) }
        func engine(isIndexed: Bool) throws -> Engine {
            let lists = Lists()
            // Numbers of lists are the rule set's own.
            _ = lists.declare("another")
            lists.put(list: lists.declare("l"), subject: "x1", Lists.Entry(timeMilliseconds: 0))
            return try Engine(
                schema: schema, rules: RuleSet(schema: schema, packages: packages, timeZones: FixedZone(), isIndexed: isIndexed), lists: lists,
                calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
        }
        let (indexed, naive) = (try engine(isIndexed: true), try engine(isIndexed: false))
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: FixedZone())
        let batch = EventBatch(capacity: 1, schema: schema)
        var (left, right) = (Decision(), Decision())
        for id in 0..<150 {
            let (json, type) = Self.event(id, &random)
            batch.removeAll()
            let row = try Array(json.utf8).withUnsafeBytes { try decoder.decode($0, eventType: type, into: batch) }
            let minimum = Package.Priority.allCases.randomElement(using: &random)!
            try indexed.process(batch, row: row, minimumPriority: minimum, into: &left)
            try naive.process(batch, row: row, minimumPriority: minimum, into: &right)
            try #require(Self.text(left) == Self.text(right), "seed \(seed), event \(json), minimum \(minimum)")
        }
        #expect(indexed.evaluatedRules <= naive.evaluatedRules)
    }

    private static func text(_ decision: Decision) -> [String] {
        decision.hits.map { "\($0.package) \($0.rule)" } + decision.shadowHits.map { "shadow \($0.package) \($0.rule)" }
            + decision.errors.map { "error \($0.package) \($0.rule) \($0.code) \($0.variable ?? "")" }
    }

    @Test(
        "Rules that a cell rules out are not evaluated, and indicators that only they need are not computed",
        arguments: [
            // Condition of 100 rules, #: their number; evaluated for code 7, n 5, s x7.
            ("code == #", 1), ("s == \"x#\"", 1), ("code == # && n > 5", 0), ("code == # && count > 5", 0), ("n > #", 5), ("n >= # && n < # + 1", 1),
            ("kind == \"b\" && count > #", 0), ("kind == \"a\" && count > #", 1), ("d > #.0", 100), ("s in [\"x#\", \"y\"]", 1), ("code != #", 100),
            ("s == \"x#\" || n == 1", 100), ("total == #", 1),
        ])
    func candidates(condition: String, evaluated: Int) throws {
        let schema = try Schema.read(Array(Self.schema.utf8), file: "schema.yaml")
        let rules = (0..<100).map { "  - {id: R\($0), kind: hit, when: '\(condition.replacing("#", with: "\($0)"))'}\n" }.joined()
        let package = try Package.read(
            parseYAML(Array("package: p\nversion: '1'\non: [t]\n\(Self.indicators)rules:\n\(rules)".utf8), file: "p.yaml"), schema: schema)
        let engine = try Engine(schema: schema, packages: [package], timeZones: FixedZone())
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: FixedZone())
        let batch = EventBatch(capacity: 1, schema: schema)
        let json = Array("{\"id\":\"1\",\"time\":\(start),\"account\":\"a\",\"code\":7,\"kind\":\"a\",\"n\":5,\"s\":\"x7\"}".utf8)
        let row = try json.withUnsafeBytes { try decoder.decode($0, eventType: 0, into: batch) }
        var decision = Decision()
        try engine.process(batch, row: row, into: &decision)
        #expect(engine.evaluatedRules == evaluated)
    }
}
