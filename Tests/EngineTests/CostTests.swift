import Documents
import Events
import Expressions
import Journals
import RuleTesting
import Rules
import TestSupport
import Testing

/// What `vane check --cost` says is what the engine does.
@Suite("Cost") struct CostTests {
    private static let schema = """
        events:
          pay:
            topic: pay
            id: id
            time: time
            fields:
              account: {type: string}
              device: {type: string, optional: true}
              amount: {type: decimal, scale: 2}
              n: {type: int, optional: true}
              d: {type: double, optional: true}
              k: {type: enum, values: [a, b]}
              f: {type: bool, optional: true}
              opened: {type: timestamp, optional: true}
          login:
            topic: login
            id: id
            time: time
            fields: {account: {type: string}, k: {type: enum, values: [a, b]}}
        entities:
          account: {key: account, history: 1d, record: [amount, n, d, k, f, device, opened]}
          device: {key: device, history: 1d, record: [account, k]}
          pair: {key: [account, device], history: 1d, record: []}
        """

    private let schema: Schema
    private let cost: RecordingCost
    private let store: JournalStore
    private let batch: EventBatch

    init() throws {
        schema = try Schema.read(Array(Self.schema.utf8), file: "schema.yaml")
        cost = RecordingCost(schema: schema)
        store = JournalStore(schema: schema, calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
        for entity in schema.entities.indices {
            for (number, layout) in store.ownLayouts(entity: entity).enumerated() { store.learnLayout(number + 1, layout, entity: entity) }
        }
        batch = EventBatch(capacity: 1, schema: schema)
    }

    /// Bytes of an event's entry in a journal.
    private func encoded(_ json: String, event: Int = 0, entity: Int = 0) throws -> Int {
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
        batch.removeAll()
        let text = "{\"event_type\":\"\(schema.events[event].name)\",\"id\":\"1\",\"time\":1772416800000,\(json)}"
        try Array(text.utf8).withUnsafeBytes { _ = try decoder.decode($0, eventType: event, into: batch) }
        let key = try #require(store.key(entity: entity, batch, row: 0))
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: JournalStore.entryBytesMax) {
            store.encode(entity: entity, key, batch, row: 0, into: $0.baseAddress!)
        }
    }

    private func entry(_ event: Int, _ entity: Int) throws -> RecordingCost.Entry {
        try #require(cost.entries.first { $0.eventType == event && $0.entity == entity })
    }

    @Test func entriesAreAsLongAsEncodedOnes() throws {
        let estimate = try entry(0, 0)
        let typical = "\"amount\":1000.00,\"n\":100,\"d\":1.5,\"f\":true,\"device\":\"d\",\"opened\":\(1_772_416_800_000 - 30 * 86_400_000)"
        #expect(try encoded("\"account\":\"a\",\"k\":\"a\",\(typical)") == estimate.typicalBytes)
        #expect(try encoded("\"account\":\"a\",\"k\":\"a\",\"amount\":0") == estimate.bytes.lowerBound)
        let most = "\"amount\":-90071992547409.91,\"n\":-9223372036854775808,\"d\":1.5,\"device\":\"d\",\"opened\":\"9999-12-31T23:59:59Z\""
        let longest = try [encoded("\"account\":\"a\",\"k\":\"a\",\"f\":true,\(most)"), encoded("\"account\":\"a\",\"k\":\"a\",\(most)")].max()
        #expect(longest == estimate.bytes.upperBound)
        #expect(try encoded("\"account\":\"a\",\"k\":\"b\"", event: 1) == entry(1, 0).typicalBytes)
        #expect(try encoded("\"account\":\"a\",\"k\":\"b\",\"amount\":1,\"device\":\"d\"", entity: 1) == entry(0, 1).typicalBytes)
        #expect(try encoded("\"account\":\"a\",\"k\":\"b\",\"amount\":1,\"device\":\"d\"", entity: 2) == entry(0, 2).typicalBytes)
    }

    @Test func anyEntryIsWithinTheBounds() throws {
        var random = SeededGenerator(seed: UInt64.random(in: 0 ... .max))
        let bounds = try entry(0, 0).bytes
        for _ in 0..<2_000 {
            var fields = ["\"account\":\"a\"", "\"k\":\"\(random.pick(["a", "b"]))\""]
            fields.append("\"amount\":\(random.chance(0.5) ? "" : "-")\(random.next() >> (random.next() % 53 + 11) / 100)")
            if random.chance(0.7) { fields.append("\"n\":\(Int64(bitPattern: random.next()) >> Int64(random.below(63)))") }
            if random.chance(0.7) { fields.append("\"d\":\(random.below(1000)).5") }
            if random.chance(0.7) { fields.append("\"f\":true") }
            if random.chance(0.7) { fields.append("\"device\":\"d\(random.below(9))\"") }
            if random.chance(0.7) { fields.append("\"opened\":\(random.next() % 7_000_000_000_000)") }
            guard let length = try? encoded(fields.joined(separator: ",")) else { continue }
            #expect(bounds.contains(length), "\(fields)")
        }
    }

    @Test func journalsAreThoseWhoseKeyTheEventHas() {
        let touched = cost.entries.map { [$0.eventType, $0.entity, $0.isCertain ? 1 : 0] }
        #expect(touched == [[0, 0, 1], [0, 1, 0], [0, 2, 0], [1, 0, 1]])
    }

    private func package(_ indicators: String, _ rules: String) throws -> Package {
        let text = "package: p\nversion: '1'\non: pay\nindicators: [\(indicators)]\nrules: [\(rules)]\n"
        return try Package.read(parseYAML(Array(text.utf8), file: "p.yaml"), schema: schema)
    }

    private func plan(_ indicators: String) throws -> IndicatorPlan {
        try IndicatorPlan(schema: schema, indicators: package(indicators, "").indicators, timeZones: nil)
    }

    @Test func windowsAndValuesAreThoseOfThePlan() throws {
        let costs = try plan(
            """
            {id: a, entity: account, aggregate: count, window: 1h}, {id: b, entity: account, aggregate: sum(amount), window: 1h},
            {id: c, entity: account, aggregate: avg(amount), window: 1h}, {id: j, entity: account, aggregate: count, where: f, window: 1h},
            {id: e, entity: account, aggregate: count, window: 1h, offset: 1h}, {id: g, entity: account, aggregate: distinct(device), window: 2h},
            {id: h, entity: device, aggregate: count, window: today}, {id: i, entity: account, within: 1h, sequence: [{where: f}]}
            """
        ).costs
        #expect(costs.map(\.entity) == [0, 1])
        // 1h, 1h an hour ago, 2h, and the sequence. In 1h: all, the sum, those of f; then one count each, and the devices.
        #expect([costs[0].indicators, costs[0].windows, costs[0].accumulators, costs[0].growing] == [7, 4, 6, 1])
        #expect([costs[1].indicators, costs[1].windows, costs[1].accumulators, costs[1].growing] == [1, 1, 1, 0])
    }

    /// Running values are made for 256 journals at once.
    @Test func statesTakeTheMemoryThatIsSaid() throws {
        let plan = try plan("{id: a, entity: account, aggregate: count, window: 1h}, {id: b, entity: account, aggregate: sum(amount), window: 2h}")
        func bytes(reading: Bool) throws -> Int {
            let store = JournalStore(schema: schema, calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
            store.setIndicators(plan)
            _ = try encoded("\"account\":\"a\",\"k\":\"a\",\"amount\":5")
            let key = try #require(store.key(entity: 0, batch, row: 0))
            guard case .recorded(let position) = store.append(entity: 0, key: key, batch, row: 0) else { return 0 }
            var cell: UInt64 = 0
            if reading { _ = store.read(indicator: 0, at: position, into: &cell) }
            return store.usage.totalBytes
        }
        #expect(try bytes(reading: true) - bytes(reading: false) == 256 * plan.costs[0].stateBytes)
    }

    @Test func theIndexTakesAtMostWhatIsSaid() {
        let store = JournalStore(schema: schema, calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
        let empty = store.usage.totalBytes
        // One more than half of the slots: they have just been doubled.
        let count = 32 * 1024 + 1024
        for number in 0..<count { _ = store.journal(entity: 0, EntityKey(low: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, high: UInt64(number) << 32)) }
        let perJournal = Double(store.usage.totalBytes - empty) / Double(count)
        #expect(perJournal <= Double(cost.entities[0].indexBytes) && perJournal > 72)
    }

    @Test func rulesAreFoundAsIsSaid() throws {
        let package = try package(
            "{id: c, entity: account, aggregate: count, window: 1h}, {id: e, entity: device, aggregate: count, window: 1h}",
            """
            {id: v, kind: hit, when: 'device == "x"'}, {id: w, kind: hit, when: 'n in [1, 2] && c > 3'}, {id: b, kind: hit, when: 'amount > 5.0'},
            {id: x, kind: hit, when: 'amount > 5.0 || n == 1'}
            """)
        let set = RuleSet(schema: schema, packages: [package], timeZones: nil)
        #expect(set.matchingCost(eventType: 0) == MatchingCost(byValue: 2, byBounds: 1, always: 1))
        #expect(set.matchingCost(eventType: 1) == MatchingCost(byValue: 0, byBounds: 0, always: 0))
        // `e` is read by nobody.
        #expect(set.indicatorsRead(eventType: 0) == 1)
    }
}
