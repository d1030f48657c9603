import Engine
import Rules
import Testing

/// Of an indicator that is a text, journals keep the fingerprint only. What failed is found out by the general evaluator, which takes it for the same text.
@Suite("Text indicators") struct TextIndicatorTests {
    @Test(
        "The error is the one that decided",
        arguments: [
            "first_payee != payee", "first_payee != \"p\"", "!in_list(\"black\", first_payee)", "!(first_payee in [\"o\", \"p\"])", "first_payee != last_payee",
        ])
    func error(condition: String) throws {
        let lists = Lists()
        lists.put(list: lists.declare("black"), subject: "p", Lists.Entry(timeMilliseconds: 0))
        let bench = try Bench(
            """
            indicators:
              - {id: first_payee, entity: account, aggregate: first(payee), window: all}
              - {id: last_payee, entity: account, aggregate: last(payee), window: all}
              - {id: n, entity: account, aggregate: count, window: all}
            rules: [{id: r, kind: hit, when: '(10 / (n - 1) > 0 || \(condition)) && device == "d"'}]
            """, lists: lists)
        try bench.run("1", at: start, "\"amount\":1,\"payee\":\"p\"")
        // The condition after the division is false; were it true, the missing device would be at fault.
        #expect(bench.errors == ["r divide_by_zero"])
    }
}
