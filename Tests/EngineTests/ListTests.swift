import Engine
import Events
import Rules
import Testing

@Suite("Lists") struct ListTests {
    private static let package = """
        rules:
          - {id: black, kind: hit, when: 'in_list("black", payee)'}
          - {id: why, kind: hit, when: 'list_attr("black", payee, "reason") == "mule"'}
          - {id: grey, kind: list, when: 'amount >= 100.0', list: {name: grey, subject: ip, ttl: 1h}}
          - {id: seen, kind: hit, when: 'in_list("grey", ip)'}
        """

    private func bench() throws -> Bench { try Bench(Self.package) }

    @Test("The newest entry counts, whatever order they arrive in")
    func newestWins() throws {
        let old = Lists.Entry(timeMilliseconds: 10, attributes: [.init(name: "reason", value: "mule")])
        let new = Lists.Entry(timeMilliseconds: 20, attributes: [.init(name: "reason", value: "error")])
        let removed = Lists.Entry(timeMilliseconds: 30, isRemoved: true)
        for (entries, hits) in [
            ([old], ["black", "why"]), ([old, new], ["black"]), ([new, old], ["black"]), ([new, removed, old], []), ([removed, new], []),
        ] {
            let bench = try bench()
            for entry in entries { bench.lists.put(list: bench.lists.declare("black"), subject: "p", entry) }
            try bench.run("1", at: start, "\"payee\":\"p\"")
            #expect(bench.hits == hits)
        }
    }

    @Test(
        "An entry ends in event time, at its expiry",
        arguments: [(start, true), (start + 999, true), (start + 1000, false), (start + hour, false), (start - 1, true)])
    func expiry(time: Int64, isListed: Bool) throws {
        let bench = try bench()
        bench.lists.put(list: bench.lists.declare("black"), subject: "p", Lists.Entry(timeMilliseconds: 0, expiresMilliseconds: start + 1000))
        try bench.run("1", at: time, "\"payee\":\"p\"")
        #expect(bench.hits == (isListed ? ["black"] : []))
        // The entry has no reason, listed or not.
        #expect(bench.errors.contains("why no_such_value"))
    }

    @Test("A list that nobody has filled is empty")
    func emptyList() throws {
        let bench = try bench()
        try bench.run("1", at: start, "\"payee\":\"p\",\"ip\":\"i\",\"amount\":1")
        #expect(bench.hits == [] && !bench.errors.contains { $0.hasPrefix("black") || $0.hasPrefix("seen") })
    }

    @Test("List rules do not alert, and list their subject after the event only")
    func listRules() throws {
        let bench = try bench()
        try bench.run("1", at: start, "\"payee\":\"p\",\"ip\":\"i\",\"amount\":100")
        #expect(bench.hits == ["grey"] && !bench.decision.isAlert && bench.decision.outcomes.isEmpty && bench.decision.level == nil)
        let entries = bench.engine.listEntries(bench.decision, bench.batch)
        #expect(entries.map(\.list) == ["grey"] && entries.map(\.subject) == ["i"])
        #expect(entries.first?.entry.timeMilliseconds == start && entries.first?.entry.expiresMilliseconds == start + hour)
        // The engine itself changes no list.
        try bench.run("2", at: start + 1, "\"payee\":\"p\",\"ip\":\"i\",\"amount\":1")
        #expect(bench.hits == [])
        for entry in entries { bench.lists.put(list: bench.lists.declare(entry.list), subject: entry.subject, entry.entry) }
        try bench.run("3", at: start + 2, "\"payee\":\"p\",\"ip\":\"i\",\"amount\":1")
        #expect(bench.hits == ["seen"])
        try bench.run("4", at: start + hour, "\"payee\":\"p\",\"ip\":\"i\",\"amount\":1")
        #expect(bench.hits == [])
        // Without its subject the rule hits, but lists nothing.
        try bench.run("5", at: start + hour, "\"payee\":\"p\",\"amount\":100")
        #expect(bench.hits == ["grey"] && bench.engine.listEntries(bench.decision, bench.batch).isEmpty)
    }

    @Test("A time to live beyond the end of time is for good")
    func endlessTimeToLive() throws {
        let bench = try Bench("rules: [{id: l, kind: list, when: 'true', list: {name: x, subject: account, ttl: 106751991167d}}]")
        try bench.run("1", at: start)
        let entries = bench.engine.listEntries(bench.decision, bench.batch)
        #expect(entries.count == 1 && entries[0].entry.expiresMilliseconds.map { $0 > start } ?? true)
    }

    @Test("A sensitive subject is listed and sought as its pseudonym")
    func sensitiveSubject() throws {
        let bench = try Bench(
            "on: [e]\nrules: [{id: l, kind: list, when: 'true', list: {name: x, subject: phone}}, {id: s, kind: hit, when: 'in_list(\"x\", phone)'}]",
            schema: "events: {e: {topic: t, id: id, time: time, fields: {phone: {type: string, sensitive: true}}}}\nentities: {p: {key: phone, history: 1d}}")
        let pseudonym = Pseudonymiser(key: Array("0123456789abcdef".utf8))!.pseudonym(of: "138")
        try bench.run("1", at: start, "\"phone\":\"138\"")
        let entries = bench.engine.listEntries(bench.decision, bench.batch)
        #expect(entries.map(\.subject) == [pseudonym])
        bench.lists.put(list: bench.lists.declare("x"), subject: entries[0].subject, entries[0].entry)
        try bench.run("2", at: start, "\"phone\":\"138\"")
        #expect(bench.hits == ["l", "s"])
        #expect(Subject.ofEvent(bench.schema, bench.batch, row: 0) == "p:" + pseudonym)
    }
}
