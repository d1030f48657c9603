import Events
import Expressions
import TestSupport
import Testing

@testable import Journals

@Suite("Limits, evidence, keys")
struct LimitTests {
    private static let start: Int64 = 1_774_699_200_000

    private func event(_ id: Int, _ time: Int64, amount: Int64? = nil, ratio: Double? = nil, account: Int = 0) -> TestEvent {
        var fields: [FieldValue?] = Array(repeating: nil, count: TestStream.fieldNames.count)
        fields[TestStream.amount] = amount.map { .minorUnits($0) }
        fields[TestStream.ratio] = ratio.map { .double($0) }
        return TestEvent(type: 0, id: id, account: account, time: Self.start + time, fields: fields)
    }

    private func feed(_ feeder: Feeder, _ event: TestEvent) throws -> JournalStore.Position {
        guard case .recorded(let position) = try feeder.append(event) else { throw TestConditions.Invalid(text: "\(event) is too old") }
        return position
    }

    private func aggregate(_ aggregate: Aggregate, _ span: Window.Span, offset: Int64 = 0) -> Indicator {
        Indicator(id: "i", entity: 0, computation: .aggregate(aggregate, where: nil, of: nil, Window(span, offsetMilliseconds: offset)))
    }

    @Test("Beyond the limit the oldest records go, and evidence says so")
    func folding() throws {
        let schema = try TestStream.schema(history: "1h", retention: "1h")
        let feeder = Feeder(schema, limits: .init(recordsPerEntityMax: 100))
        try feeder.store.setIndicators([
            aggregate(.count, .sliding(3_600_000)), aggregate(.count, .sliding(20_000)), aggregate(.count, .all), aggregate(.sum(TestStream.amount), .all),
            aggregate(.count, .lastEvents(50)), aggregate(.count, .lastEvents(1000)), aggregate(.first(TestStream.amount), .all),
        ])
        for index in 0..<1000 {
            let position = try feed(feeder, event(index, Int64(index) * 1000, amount: 100))
            #expect(feeder.store.usage.records <= 100)
            if index % 7 != 0 { continue }
            let counts = (0..<7).map { feeder.read($0, position) }
            let evidence = (0..<7).map { feeder.store.evidence(indicator: $0, at: position) }
            // Panes still count what was folded.
            #expect(counts[0]! == UInt64(index + 1) && evidence[0].isApproximate == (index >= 100))
            #expect(counts[1] == UInt64(min(index + 1, 20)) && !evidence[1].isApproximate)
            #expect(counts[2] == UInt64(index + 1) && !evidence[2].isApproximate)
            #expect(counts[3] == Double(index + 1).bitPattern)
            #expect(counts[4] == UInt64(min(index + 1, 50)) && !evidence[4].isApproximate)
            #expect(counts[5]! == UInt64(index + 1) || evidence[5].isApproximate)
            #expect(counts[6] == 1.0.bitPattern)
            #expect(evidence[1].fromMilliseconds == Self.start + Int64(index) * 1000 - 20_000 && evidence[1].toMilliseconds == Self.start + Int64(index) * 1000)
            #expect(evidence[1].events == min(index + 1, 20))
            #expect(evidence[2].fromMilliseconds == .min)
        }
        // A lifetime goes on with what it knows, whatever else changes; a new one cannot know what is gone, and says so.
        try feeder.store.setIndicators([aggregate(.count, .all), aggregate(.sum(TestStream.ratio), .all)])
        let position = try feed(feeder, event(1000, 1_000_000))
        #expect(!feeder.store.evidence(indicator: 0, at: position).isApproximate)
        #expect(feeder.read(0, position) == 1001)
        #expect(feeder.store.evidence(indicator: 1, at: position).isApproximate)
    }

    @Test("Late records older than all that is kept", arguments: 0..<20)
    func lateBeforeFolded(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let schema = try TestStream.schema(history: "1h", retention: "1h")
        let feeder = Feeder(schema, limits: .init(recordsPerEntityMax: 5 + random.below(30)))
        try feeder.store.setIndicators([
            aggregate(.count, .sliding(60_000)), aggregate(.maximum(TestStream.amount), .sliding(600_000)), aggregate(.count, .all),
        ])
        var last: Int64 = 0
        for index in 0..<400 {
            let isLate = random.chance(0.5)
            if !isLate { last += Int64(random.below(5000)) }
            let position = try feed(feeder, event(index, isLate ? max(0, last - Int64(random.below(3_000_000))) : last, amount: 100))
            #expect(feeder.read(0, position)! >= 1)
            #expect(feeder.read(1, position) == 1.0.bitPattern)
            #expect(feeder.read(2, position)! >= 1)
            #expect(feeder.store.usage.records <= feeder.store.limits.recordsPerEntityMax)
        }
    }

    @Test("A lifetime keeps the exact sum of doubles of all magnitudes whose records are gone")
    func lifetimeSums() throws {
        let schema = try TestStream.schema(history: "20s", retention: "3600s")
        let feeder = Feeder(schema)
        try feeder.store.setIndicators([
            aggregate(.sum(TestStream.ratio), .all), aggregate(.standardDeviation(TestStream.ratio, sample: false), .all),
            aggregate(.maximum(TestStream.ratio), .all),
        ])
        var values: [Double] = []
        for (index, value) in (0..<60).map({ ($0, [1e300, 1e-300, 1, 1e16, -1e300, 0.1][$0 % 6]) }) {
            values.append(value)
            let position = try feed(feeder, event(index, Int64(index) * 10_000, ratio: value))
            #expect(feeder.read(0, position) == ExactDoubles(values).roundedSum.bitPattern, "\(index)")
            let deviation = Double(bitPattern: feeder.read(1, position)!)
            #expect(deviation.isFinite && (values.count == 1 || deviation > 1e298))
            #expect(feeder.read(2, position) == 1e300.bitPattern)
        }
        #expect(feeder.store.usage.records < 30)
    }

    @Test("Evidence does not need the value to be read first")
    func evidenceAlone() throws {
        let schema = try TestStream.schema(history: "1h", retention: "1h")
        let feeder = Feeder(schema)
        try feeder.store.setIndicators([aggregate(.count, .sliding(10_000))])
        for index in 0..<30 {
            let position = try feed(feeder, event(index, Int64(index) * 1000))
            #expect(feeder.store.evidence(indicator: 0, at: position).events == min(index + 1, 10))
        }
        // An offset moves both ends.
        try feeder.store.setIndicators([aggregate(.count, .sliding(10_000), offset: 5_000)])
        let position = try feed(feeder, event(30, 30_000))
        let evidence = feeder.store.evidence(indicator: 0, at: position)
        #expect(evidence.events == 10 && evidence.toMilliseconds - evidence.fromMilliseconds == 10_000 && evidence.toMilliseconds == Self.start + 25_000)
    }

    @Test("Days that reach beyond the history are cut where records end, and evidence says so")
    func longDays() throws {
        let schema = try TestStream.schema(history: "30s", retention: "30s")
        let feeder = Feeder(schema)
        try feeder.store.setIndicators([aggregate(.count, .today)])
        for index in 0..<200 {
            let position = try feed(feeder, event(index, Int64(index) * 1000))
            #expect(feeder.read(0, position) == UInt64(min(index + 1, 40)))
            #expect(feeder.store.evidence(indicator: 0, at: position).isApproximate == (index >= 40))
        }
    }

    @Test("A key is the field's own value, whatever the row held before")
    func keys() throws {
        let text = """
            events:
              a: {topic: a, id: id, time: time, fields: {number: {type: string}}}
              b: {topic: b, id: id, time: time, fields: {customer: {type: int}}}
            entities:
              customer: {key: customer, history: 1h}
            """
        let schema = try Schema.read(Array(text.utf8), file: "s.yaml")
        let store = JournalStore(schema: schema, calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
        let batch = EventBatch(capacity: 1, schema: schema)
        func key(after text: String?) throws -> EntityKey? {
            if let text {
                batch.removeAll()
                _ = try Array("{\"id\":\"1\",\"time\":1,\"number\":\"\(text)\"}".utf8).withUnsafeBytes { try decoder.decode($0, eventType: 0, into: batch) }
            }
            batch.removeAll()
            _ = try Array("{\"id\":\"1\",\"time\":1,\"customer\":7}".utf8).withUnsafeBytes { try decoder.decode($0, eventType: 1, into: batch) }
            return store.key(entity: 0, batch, row: 0)
        }
        let clean = try key(after: nil)
        #expect(try key(after: "x") == clean)
        #expect(try key(after: "yy") == clean)
    }

    @Test("Replacing indicators gives their memory back")
    func memory() throws {
        let schema = try TestStream.schema(history: "1h", retention: "1h")
        let feeder = Feeder(schema)
        let indicators = [
            aggregate(.distinct(TestStream.amount), .sliding(3_600_000)), aggregate(.maximum(TestStream.amount), .sliding(3_600_000)),
            aggregate(.quantile(TestStream.ratio, 0.5), .all), aggregate(.sum(TestStream.ratio), .all), aggregate(.entropy(TestStream.amount), .today),
        ]
        var inUse: [Int] = []
        for round in 0..<3 {
            try feeder.store.setIndicators([])
            feeder.store.bringOver(limit: .max)
            inUse.append(feeder.store.pool.bytesInUse)
            try feeder.store.setIndicators(indicators)
            for index in 0..<(round == 0 ? 300 : 1) {
                let id = round * 1000 + index
                let position = try feed(feeder, event(id, Int64(id) * 10, amount: Int64(index), ratio: index % 2 == 0 ? 1e300 : 1e-300))
                for indicator in indicators.indices { _ = feeder.read(indicator, position) }
            }
        }
        try feeder.store.setIndicators([])
        // Records may have grown once; nothing else is left.
        feeder.store.bringOver(limit: .max)
        #expect(feeder.store.pool.bytesInUse == feeder.store.usage.recordBytes)
        #expect(inUse[2] == inUse[1])
    }
}
