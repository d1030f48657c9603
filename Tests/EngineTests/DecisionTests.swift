import Documents
import Engine
import Events
import Rules
import Testing

@Suite("Decisions") struct DecisionTests {
    @Test(
        "Scores add up or the greatest counts, to 100 at most, and reach levels",
        arguments: [
            ("sum", 10, [], 0, "green", false), ("sum", 100, ["a"], 20, "green", true), ("sum", 200, ["a", "b"], 55, "yellow", true),
            ("sum", 300, ["a", "b", "c"], 100, "red", true),
            ("max", 200, ["a", "b"], 35, "green", true), ("max", 300, ["a", "b", "c"], 60, "yellow", true),
        ] as [(String, Int, [String], Double, String, Bool)])
    func scores(combination: String, amount: Int, hits: [String], score: Double, level: String, isAlert: Bool) throws {
        let bench = try Bench(
            """
            rules:
              - {id: a, kind: score, score: 20, when: 'amount >= 100.0'}
              - {id: b, kind: score, score: 35, when: 'amount >= 200.0'}
              - {id: c, kind: score, score: 60, when: 'amount >= 300.0'}
            decide: {score: \(combination), levels: {red: 80, yellow: 40}}
            """)
        try bench.run("1", at: start, "\"amount\":\(amount)")
        #expect(bench.hits == hits && bench.decision.score == score && bench.level == level && bench.decision.isAlert == isAlert)
        #expect(bench.decision.outcomes.map(\.score) == (isAlert ? [score] : []))
    }

    @Test("A level is reached at its threshold, not below", arguments: [(39.5, "green"), (40, "yellow"), (79.99, "yellow"), (80, "red"), (0, "green")])
    func thresholds(score: Double, level: String) throws {
        let bench = try Bench("rules: [{id: a, kind: score, score: \(score), when: 'true'}]\ndecide: {levels: {yellow: 40, red: 80}}")
        try bench.run("1", at: start)
        #expect(bench.level == level && bench.decision.isAlert)
    }

    @Test(
        "A hit rule raises the level by itself, and never lowers it",
        arguments: [("yellow", 0.0, "yellow"), ("red", 0, "red"), ("yellow", 90, "red"), ("red", 50, "red")])
    func raisedLevel(level: String, score: Double, expected: String) throws {
        let bench = try Bench(
            "rules: [{id: h, kind: hit, level: \(level), when: 'true'}, {id: s, kind: score, score: \(score), when: 'true'}]\ndecide: {levels: {yellow: 40, red: 80}}"
        )
        try bench.run("1", at: start)
        #expect(bench.level == expected && bench.decision.score == score && bench.hits == ["h", "s"])
    }

    @Test("A hit rule without a level alerts at the lowest")
    func plainHit() throws {
        let bench = try Bench("rules: [{id: h, kind: hit, when: 'true'}]")
        try bench.run("1", at: start)
        #expect(bench.level == "green" && bench.decision.isAlert && bench.decision.score == 0)
    }

    @Test("Of several packages the highest level and the greatest score count, each on its own")
    func packages() throws {
        let bench = try Bench(
            "rules: [{id: a, kind: score, score: 45, when: 'true'}]\ndecide: {levels: {low: 40}}",
            "rules: [{id: b, kind: hit, level: high, when: 'amount > 1.0'}]\ndecide: {levels: {high: 70}}",
            "rules: [{id: c, kind: score, score: 60, when: 'amount > 2.0'}]\ndecide: {levels: {high: 90, middle: 50}}",
            "rules: [{id: d, kind: score, score: 100, when: 'amount > 3.0'}]\ndecide: {levels: {}}")
        try bench.run("1", at: start, "\"amount\":1")
        #expect(bench.hits == ["a"] && bench.level == "low" && bench.decision.score == 45)
        try bench.run("2", at: start, "\"amount\":2")
        #expect(bench.hits == ["a", "b"] && bench.level == "high" && bench.decision.level?.package == 1 && bench.decision.score == 45)
        try bench.run("3", at: start, "\"amount\":3")
        #expect(bench.hits == ["a", "b", "c"] && bench.decision.level?.package == 1 && bench.decision.score == 60)
        try bench.run("4", at: start, "\"amount\":4")
        #expect(bench.hits == ["a", "b", "c", "d"] && bench.decision.level?.package == 1 && bench.decision.score == 100)
        #expect(bench.decision.outcomes.map(\.package) == [0, 1, 2, 3] && bench.decision.outcomes.map(\.level) == [0, 0, 0, -1])
    }

    @Test("Shadow packages are evaluated and act on nothing")
    func shadow() throws {
        let bench = try Bench(
            "mode: shadow\nrules: [{id: a, kind: score, score: 90, when: 'true'}, {id: l, kind: list, when: 'true', list: {name: x, subject: account}}]\ndecide: {levels: {red: 80}}"
        )
        try bench.run("1", at: start)
        #expect(bench.shadowHits == ["a", "l"] && bench.hits == [] && !bench.decision.isAlert && bench.decision.score == 0 && bench.decision.level == nil)
        #expect(bench.engine.listEntries(bench.decision, bench.batch).isEmpty)
        #expect(bench.json.contains(#""shadow_hits":[{"package":"p0""#))
    }

    @Test(
        "Packages below the minimum priority are passed over",
        arguments: [(Package.Priority.deferrable, ["c", "n", "d"]), (.normal, ["c", "n"]), (.critical, ["c"])])
    func priorities(minimum: Package.Priority, hits: [String]) throws {
        let bench = try Bench(
            "priority: critical\nrules: [{id: c, kind: hit, when: 'true'}]", "rules: [{id: n, kind: hit, when: 'true'}]",
            "priority: deferrable\nrules: [{id: d, kind: hit, when: 'true'}]")
        try bench.run("1", at: start, priority: minimum)
        #expect(bench.hits == hits)
    }

    /// Missing is never zero: each rule says what it lacked, and the others go on.
    @Test(
        "What cannot be decided is an error with a cause",
        arguments: [
            ("amount > 1.0", "no_such_value amount"), ("amount != 1.0", "no_such_value amount"), ("!(amount > 1.0)", "no_such_value amount"),
            ("rate * 2.0 > 1.0", "no_such_value rate"), ("default(amount, 1.0) * rate > 0.0", "no_such_value rate"),
            ("payee.startsWith(\"x\")", "no_such_value payee"),
            ("payee == ip", "no_such_value payee"), ("status == \"ok\"", "no_such_value status"), ("in_list(\"l\", ip)", "no_such_value ip"),
            ("payee in [\"a\"]", "no_such_value payee"),
            ("mean > 1.0", "no_such_value mean"), ("mean * 2.0 > 1.0", "no_such_value mean"), ("prior == account", "no_such_value prior"),
            ("logins > 0", "no_such_value logins"),
            ("1 / (n - 1) > 0", "divide_by_zero"), ("n * 9223372036854775807 > 0 && n + 9223372036854775807 > 0", "overflow"),
            ("int(account) > 1", "invalid_argument"), ("amount > 1.0 || rate > 1.0", "no_such_value amount"),
            ("amount > 1.0 && n == 1", "no_such_value amount"),
            // What the others decide needs no answer.
            ("amount > 1.0 && n == 2", "-"), ("amount > 1.0 || n == 1", "+"), ("default(amount, 0.0) == 0.0", "+"), ("default(mean, -1.0) < 0.0", "+"),
            ("n == 1", "+"), ("total == 0.0", "+"),
        ])
    func errors(condition: String, expected: String) throws {
        let bench = try Bench(
            """
            indicators:
              - {id: n, entity: account, aggregate: count, window: 1h}
              - {id: total, entity: account, aggregate: sum(amount), window: 1h}
              - {id: mean, entity: account, aggregate: avg(amount), window: 1h}
              - {id: prior, entity: account, aggregate: previous(payee), window: 1h}
              - {id: logins, entity: device, aggregate: count, window: 1h}
            rules:
              - {id: r, kind: hit, when: '\(condition)'}
              - {id: other, kind: hit, when: 'true'}
            """)
        for id in ["1", "2"] {
            try bench.run(id, at: start + (id == "1" ? 0 : 2 * hour))
            #expect(bench.errors == (expected.count > 1 ? ["r " + expected] : []))
            #expect(bench.hits == (expected == "+" ? ["r", "other"] : ["other"]))
        }
    }

    @Test("Decimal sums are what amounts are")
    func decimals() throws {
        let bench = try Bench(
            "indicators: [{id: total, entity: account, aggregate: sum(amount), window: 1h}]\nrules: [{id: e, kind: hit, when: 'total == 0.3'}, {id: a, kind: hit, when: 'amount == 0.1'}]"
        )
        try bench.run("1", at: start, "\"amount\":0.10")
        #expect(bench.hits == ["a"])
        try bench.run("2", at: start, "\"amount\":0.1")
        try bench.run("3", at: start, "\"amount\":0.1")
        #expect(bench.hits == ["e", "a"])
    }

    @Test("Parameters stand for their values")
    func parameters() throws {
        let bench = try Bench(
            """
            parameters: {large: 100.0, whole: 5, who: [x, y], word: ok, on_: true}
            indicators: [{id: big, entity: account, aggregate: count, where: 'amount >= large', window: 1h}]
            rules:
              - {id: a, kind: hit, when: 'amount >= large'}
              - {id: b, kind: hit, when: 'big == whole - 4'}
              - {id: c, kind: hit, when: 'payee in who'}
              - {id: d, kind: hit, when: 'status == word && on_'}
            """)
        try bench.run("1", at: start, "\"amount\":100,\"payee\":\"y\",\"status\":\"ok\"")
        #expect(bench.hits == ["a", "b", "c", "d"])
        try bench.run("2", at: start, "\"amount\":99.99,\"payee\":\"z\",\"status\":\"failed\"")
        #expect(bench.hits == ["b"])
    }

    @Test("A package may be triggered by several event types, and a field may exist in one only")
    func eventTypes() throws {
        let bench = try Bench(
            """
            on: [transaction, login]
            indicators: [{id: n, entity: account, aggregate: count, window: 1h}, {id: logins, entity: account, aggregate: count, where: 'event_type == "login"', window: 1h}]
            rules:
              - {id: t, kind: hit, when: 'amount > 1.0'}
              - {id: l, kind: hit, when: 'attempts > 3'}
              - {id: s, kind: hit, when: 'status == "ok"'}
              - {id: both, kind: hit, when: 'n == 2 && logins == 1'}
              - {id: e, kind: hit, when: 'event_type == "login"'}
            """)
        try bench.run("1", at: start, "\"amount\":2,\"status\":\"ok\"")
        #expect(bench.hits == ["t", "s"] && bench.errors == ["l no_such_value attempts"])
        try bench.run("2", at: start + 1, "\"attempts\":4,\"status\":\"ok\"", type: 1)
        #expect(bench.hits == ["l", "s", "both", "e"] && bench.errors == ["t no_such_value amount"])
        try bench.run("3", at: start + 2, "\"attempts\":4,\"status\":\"failed\"", type: 1)
        #expect(bench.hits == ["l", "e"])
    }

    @Test("Hits stand in the order of packages and rules, and are written so")
    func writing() throws {
        let bench = try Bench(
            """
            rules:
              - {id: B, title: {zh: 二, en: two}, kind: score, score: 12.5, dimension: gang, when: 'true'}
              - {id: A, kind: hit, when: 'true'}
              - {id: E, kind: hit, when: 'rate > 1.0'}
            decide: {levels: {yellow: 10}}
            """)
        try bench.run("1", at: start)
        #expect(
            bench.json
                == #"{"level":"yellow","score":12.5,"hits":[{"package":"p0","version":"0","rule":"B","title":"two","kind":"score","score":12.5,"dimension":"gang"},{"package":"p0","version":"0","rule":"A","title":null,"kind":"hit","score":0.0,"dimension":null}],"errors":[{"package":"p0","rule":"E","error":"no_such_value","variable":"rate"}]}"#
        )
    }

    @Test("Evidence is what the rules that hit have read")
    func evidence() throws {
        let bench = try Bench(
            """
            indicators:
              - {id: n, entity: account, aggregate: count, where: 'amount > 1.0', window: 1h}
              - {id: unused, entity: account, aggregate: count, window: 1h}
              - {id: last, entity: account, aggregate: last(payee), window: all}
              - {id: gap, entity: account, aggregate: since_last, window: 1h}
            rules:
              - {id: r, kind: hit, when: 'n == 2 && last == payee'}
              - {id: no, kind: hit, when: 'unused > 5'}
              - {id: t, kind: hit, when: 'gap > duration("1s")'}
            """)
        try bench.run("1", at: start, "\"amount\":2")
        try bench.run("2", at: start + 500, "\"amount\":1")
        try bench.run("3", at: start + 2000, "\"amount\":3,\"payee\":\"x\"")
        #expect(bench.hits == ["r", "t"])
        var writer = JSONWriter()
        let hexadecimal = String(Fingerprint.of("x"), radix: 16)
        let digits = String(repeating: "0", count: 16 - hexadecimal.count) + hexadecimal
        DecisionWriter(bench.engine).evidence(bench.decision, bench.decision.hits, &writer)
        #expect(
            writer.text
                == #"[{"indicator":"n","value":2,"from":"2026-11-20T00:30:02Z","to":"2026-11-20T01:30:02Z","events":2,"approximate":false},"#
                + "{\"indicator\":\"last\",\"value\":\"#\(digits)\",\"from\":null,\"to\":\"2026-11-20T01:30:02Z\",\"events\":3,\"approximate\":false},"
                + #"{"indicator":"gap","value":"1.500s","from":"2026-11-20T00:30:02Z","to":"2026-11-20T01:30:02Z","events":3,"approximate":false}]"#)
    }

    @Test("Evidence of a sequence counts the records that it comprises, where it has happened")
    func evidenceOfSequences() throws {
        let bench = try Bench(
            """
            indicators:
              - {id: up, entity: account, sequence: [{where: 'amount < 2.0', at_least: 2}, {where: 'amount > 5.0'}], within: 1h}
            rules:
              - {id: r, kind: hit, when: 'up'}
              - {id: s, kind: hit, when: '!up'}
            """)
        func evidence() -> String {
            var writer = JSONWriter()
            DecisionWriter(bench.engine).evidence(bench.decision, bench.decision.hits, &writer)
            return writer.text
        }
        for (id, amount) in [("1", "1"), ("2", "9"), ("3", "1.5")] { try bench.run(id, at: start, "\"amount\":\(amount)") }
        #expect(evidence() == #"[{"indicator":"up","value":false,"from":"2026-11-20T00:30:00Z","to":"2026-11-20T01:30:00Z","approximate":false}]"#)
        try bench.run("4", at: start + 1000, "\"amount\":9")
        #expect(evidence() == #"[{"indicator":"up","value":true,"from":"2026-11-20T00:30:01Z","to":"2026-11-20T01:30:01Z","events":3,"approximate":false}]"#)
        // Late, between the others.
        try bench.run("5", at: start + 500, "\"amount\":8")
        #expect(
            evidence() == #"[{"indicator":"up","value":true,"from":"2026-11-20T00:30:00.500Z","to":"2026-11-20T01:30:00.500Z","events":3,"approximate":false}]"#
        )
    }

    @Test("New rules run from the next event on, exact at once")
    func replacingRules() throws {
        let bench = try Bench("rules: [{id: a, kind: hit, when: 'true'}]")
        for index in 0..<5 { try bench.run("\(index)", at: start + Int64(index), "\"amount\":\(index)") }
        let package = try Bench.package(
            "indicators: [{id: total, entity: account, aggregate: sum(amount), window: 1h}, {id: n, entity: account, aggregate: count, window: 1h}]\nrules: [{id: b, kind: hit, when: 'total == 15.0 && n == 6 && default(rate, 1.0) * 2.0 > amount - 10.0'}]",
            7, bench.schema)
        try bench.engine.setRules(RuleSet(schema: bench.schema, packages: [package], timeZones: FixedZone()))
        try bench.run("5", at: start + 5, "\"amount\":5")
        #expect(bench.hits == ["b"] && bench.errors == [])
    }
}
