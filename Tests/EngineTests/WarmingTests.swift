import Documents
import Engine
import Events
import Journals
import Rules
import Testing

/// What evidence says of windows that reach back to before something was recorded.
@Suite struct WarmingTests {
    private static let package = """
        indicators:
          - {id: events_1h, entity: account, aggregate: count, window: 1h}
          - {id: shifted, entity: account, aggregate: count, window: 1h, offset: 1h}
          - {id: payees_1h, entity: account, aggregate: distinct(payee), window: 1h}
          - {id: paid_1h, entity: account, aggregate: sum(amount), where: 'event_type == "transaction"', window: 1h}
          - {id: ever, entity: account, aggregate: count, window: all}
          - {id: ever_payees, entity: account, aggregate: count, where: 'payee == "P"', window: all}
          - {id: last_two, entity: account, aggregate: count, window: last 2 events}
          - {id: today, entity: account, aggregate: count, window: today}
          - {id: steps, entity: account, sequence: [{where: 'amount > 1.0'}, {where: 'amount > 2.0'}], within: 2h}
        rules:
          - {id: any, kind: hit, when: 'events_1h >= 0 && shifted >= 0 && payees_1h >= 0 && paid_1h >= 0.0 && ever >= 0 && ever_payees >= 0 && last_two >= 0 && today >= 0 && steps != !steps'}
        """

    /// The indicators that an alert about the last event calls warming.
    private func warming(_ bench: Bench) -> [String] {
        var writer = JSONWriter()
        DecisionWriter(bench.engine).evidence(bench.decision, bench.decision.hits, &writer)
        guard let node = try? parseYAML(Array(writer.text.utf8), file: "evidence"), case .list(let all) = node.content else { return ["?"] }
        #expect(all.count == 9)
        return all.filter { $0["warming"] != nil }.compactMap { $0["indicator"]?.text }
    }

    private func facts(_ schema: Schema, since: Int64) -> [RecordedFacts] {
        schema.entities.indices.map { RecordedFacts(schema, entity: $0, sinceMilliseconds: since) }
    }

    @Test func aStreamThatBeginsWithItsFirstEventLacksNothing() throws {
        let bench = try Bench(Self.package)
        try bench.run("e", at: start, "\"amount\":5,\"payee\":\"P\"")
        #expect(warming(bench) == [])
    }

    /// `since` to the events' time, and what is warming then.
    @Test(
        arguments: [
            (0, ["events_1h", "shifted", "payees_1h", "paid_1h", "last_two", "today", "steps"]),
            (hour - 1, ["events_1h", "shifted", "payees_1h", "paid_1h", "last_two", "today", "steps"]),
            (hour, ["shifted", "last_two", "today", "steps"]), (2 * hour, ["last_two", "today"]), (24 * hour, ["last_two"]), (7 * 24 * hour, []),
        ] as [(Int64, [String])])
    func windowsWarmUntilTheyBeginAfterRecordingDid(elapsed: Int64, expected: [String]) throws {
        let bench = try Bench(Self.package)
        bench.engine.store.coverage = Coverage(bench.schema, facts(bench.schema, since: start))
        try bench.run("e", at: start + elapsed, "\"amount\":5,\"payee\":\"P\"")
        #expect(warming(bench) == expected)
    }

    @Test func lastEventsAreCoveredOnceThereAreEnough() throws {
        let bench = try Bench(Self.package)
        bench.engine.store.coverage = Coverage(bench.schema, facts(bench.schema, since: start))
        try bench.run("e1", at: start + 3 * 24 * hour, "\"amount\":5,\"payee\":\"P\"")
        #expect(warming(bench) == ["last_two"])
        try bench.run("e2", at: start + 3 * 24 * hour + 1, "\"amount\":5,\"payee\":\"P\"")
        #expect(warming(bench) == [])
    }

    @Test func aFieldThatCameLaterWarmsWhatLooksAtIt() throws {
        let bench = try Bench(Self.package)
        var facts = facts(bench.schema, since: start - 30 * 24 * hour)
        for index in facts[0].events.indices {
            for field in facts[0].events[index].fields.indices where facts[0].events[index].fields[field].name == "payee" {
                facts[0].events[index].fields[field].sinceMilliseconds = start
            }
        }
        bench.engine.store.coverage = Coverage(bench.schema, facts)
        // Whoever was there before has a past without payees; whoever came later has none.
        try bench.run("e1", at: start - 1, "\"amount\":5")
        try bench.run("e2", at: start + 2, "\"amount\":5,\"payee\":\"P\"")
        #expect(warming(bench) == ["payees_1h", "ever_payees"])
        try bench.run("e3", at: start + hour, "\"amount\":5,\"payee\":\"P\"")
        #expect(warming(bench) == ["ever_payees"])
        let later = try Bench(Self.package)
        later.engine.store.coverage = Coverage(later.schema, facts)
        try later.run("e", at: start + 2, "\"amount\":5,\"payee\":\"P\"")
        #expect(warming(later) == ["payees_1h"])
    }

    @Test func anEventTypeThatCameLaterWarmsWhatMayCountIt() throws {
        let bench = try Bench(Self.package)
        var facts = facts(bench.schema, since: start - 30 * 24 * hour)
        let login = try #require(facts[0].events.firstIndex { $0.eventType == "login" })
        facts[0].events[login].sinceMilliseconds = start
        bench.engine.store.coverage = Coverage(bench.schema, facts)
        try bench.run("e", at: start + 1, "\"amount\":5,\"payee\":\"P\"")
        // Logins have no payee, and the sum asks for transactions only.
        #expect(warming(bench) == ["events_1h", "shifted", "last_two", "today", "steps"])
    }

    // MARK: From schema to schema

    private static func schema(_ account: String, amount: String = "{type: decimal, scale: 2}") throws -> Schema {
        try Schema.read(
            Array(
                """
                events:
                  transaction: {topic: t, id: id, time: time, fields: {account: {type: string}, card: {type: string}, amount: \(amount), payee: {type: string}}}
                entities:
                  account: \(account)
                """.utf8), file: "schema.yaml")
    }

    /// Since when `amount` and `payee` are recorded after a change from one schema, recorded since 1,000 h, to another at 2,000 h.
    @Test(
        arguments: [
            ("{key: account, history: 24h, record: [amount]}", "{key: account, history: 24h, record: [amount, payee]}", 1_000, 2_000),
            ("{key: account, history: 24h, record: [amount, payee]}", "{key: account, history: 24h, record: [payee, amount]}", 1_000, 1_000),
            ("{key: account, history: 24h, record: [amount, payee]}", "{key: account, history: 48h, record: [amount, payee]}", 1_968, 1_968),
            ("{key: account, history: 48h, record: [amount, payee]}", "{key: account, history: 24h, record: [amount, payee]}", 1_000, 1_000),
            ("{key: account, history: 24h, record: [amount, payee]}", "{key: card, history: 24h, record: [amount, payee]}", 2_000, 2_000),
        ] as [(String, String, Int64, Int64)])
    func factsGoOnWhereTheyAreTheSame(before: String, after: String, amount: Int64, payee: Int64) throws {
        let earlier = RecordedFacts(try Self.schema(before), entity: 0, sinceMilliseconds: 1_000 * hour)
        let next = RecordedFacts(try Self.schema(after), entity: 0, sinceMilliseconds: 0)
        let now = next.following(RecordedFacts(text: earlier.text), at: 2_000 * hour)
        #expect(now.since(field: "amount") == amount * hour)
        #expect(now.since(field: "payee") == payee * hour)
        // What is new has no time until something has been decided.
        let unsettled = next.following(earlier, at: RecordedFacts.notYet)
        #expect(unsettled.isSettled == (amount == 1_000 && payee == 1_000))
        #expect(RecordedFacts(text: unsettled.text) == unsettled)
    }

    @Test func aFieldOfAnotherTypeBeginsAnew() throws {
        let record = "{key: account, history: 24h, record: [amount]}"
        let earlier = RecordedFacts(try Self.schema(record), entity: 0, sinceMilliseconds: 1_000 * hour)
        let next = RecordedFacts(try Self.schema(record, amount: "{type: double}"), entity: 0, sinceMilliseconds: 0)
        #expect(next.following(earlier, at: 2_000 * hour).since(field: "amount") == 2_000 * hour)
        #expect(next.following(earlier, at: 2_000 * hour).events[0].sinceMilliseconds == 1_000 * hour)
    }

    @Test func otherTextsAreNoFacts() {
        for text in ["", "x", "{}", "{\"entity\":\"a\",\"key\":[\"k\"],\"kept_ms\":\"x\",\"records\":[]}"] {
            #expect(RecordedFacts(text: text) == nil, "\(text)")
        }
    }

    @Test func theStatusSaysUntilWhen() throws {
        let bench = try Bench(Self.package)
        let coverage = Coverage(bench.schema, facts(bench.schema, since: start))
        let all = bench.engine.rules.indicators.map { ($0.id, coverage.warming(IndicatorNeeds($0, bench.schema), at: start + 90 * 60_000)) }
        let untils = Dictionary(uniqueKeysWithValues: all.compactMap { id, warming in warming.map { (id, $0.untilMilliseconds.map { ($0 - start) / hour }) } })
        #expect(untils == ["shifted": 2, "last_two": 168, "today": 25, "steps": 2])
        #expect(
            Coverage(bench.schema, facts(bench.schema, since: .min)).warming(IndicatorNeeds(bench.engine.rules.indicators[0], bench.schema), at: start) == nil)
    }
}
