import Engine
import Rules
import Testing

/// Of an indicator that is a text, journals keep the fingerprint only. Conditions without a compiled form compare it all the same.
@Suite("Text indicators") struct TextIndicatorTests {
    @Test(
        "The general evaluator sees which text it is",
        arguments: [
            ("first_payee == payee", [false, true]), ("[1].exists(x, x == 1 && first_payee == payee)", [false, true]),
            ("[1].exists(x, x == 1 && first_payee != payee)", [true, false]), ("[1].exists(x, x == 1 && first_payee == \"p\")", [true, true]),
            ("[1].exists(x, x == 1 && first_payee in [\"o\", \"p\"])", [true, true]), ("[1].exists(x, x == 1 && first_payee in [\"o\"])", [false, false]),
            ("[1].exists(x, x == 1 && in_list(\"black\", first_payee))", [true, true]),
            ("[1].exists(x, x == 1 && first_payee == last_payee)", [false, true]),
            ("[1].exists(x, x == 1 && default(first_payee, \"q\") == payee)", [false, true]),
        ])
    func general(condition: String, expected: [Bool]) throws {
        let lists = Lists()
        lists.put(list: lists.declare("black"), subject: "p", Lists.Entry(timeMilliseconds: 0))
        let bench = try Bench(
            """
            indicators:
              - {id: first_payee, entity: account, aggregate: first(payee), window: all}
              - {id: last_payee, entity: account, aggregate: last(payee), window: all}
            rules: [{id: r, kind: hit, when: '\(condition)'}]
            """, lists: lists)
        try bench.run("1", at: start, "\"amount\":1,\"payee\":\"p\"")
        try bench.run("2", at: start + 1, "\"amount\":1,\"payee\":\"q\"")
        #expect(bench.hits.isEmpty != expected[0])
        try bench.run("3", at: start + 2, "\"amount\":1,\"payee\":\"p\"")
        #expect(bench.hits.isEmpty != expected[1])
    }
}
