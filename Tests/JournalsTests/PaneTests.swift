import Events
import Expressions
import TestSupport
import Testing

@testable import Journals

/// Two stores see the same events: one has room for few records, the other for all.
private struct Pair {
    let few: Feeder
    let all: Feeder

    init(_ schema: Schema, recordsMax: Int, _ indicators: [Indicator]) throws {
        few = Feeder(schema, limits: .init(recordsPerEntityMax: recordsMax))
        all = Feeder(schema)
        try few.store.setIndicators(indicators)
        try all.store.setIndicators(indicators)
    }

    func append(_ event: TestEvent) throws -> (few: JournalStore.Position, all: JournalStore.Position)? {
        guard case .recorded(let position) = try few.append(event), case .recorded(let wanted) = try all.append(event) else { return nil }
        return (position, wanted)
    }
}

@Suite("Panes of journals that have no room")
struct PaneTests {
    private static let start: Int64 = 1_774_699_200_000
    private static let historyText = "6400s"
    private static let history: Int64 = 6_400_000
    /// Of a pane: a 64th of the history.
    private static let length: Int64 = 100_000

    private func event(_ id: Int, _ time: Int64, _ random: inout SeededGenerator) -> TestEvent {
        var fields: [FieldValue?] = Array(repeating: nil, count: TestStream.fieldNames.count)
        if random.chance(0.8) { fields[TestStream.amount] = .minorUnits(Int64(random.below(100_000))) }
        if random.chance(0.8) { fields[TestStream.items] = .int(random.chance(0.05) ? .max : Int64(random.below(50))) }
        if random.chance(0.8) { fields[TestStream.ratio] = .double(random.pick([0.1, 1e16, -3e-9, 1e300, -1e300, 2.5])) }
        fields[TestStream.flag] = .bool(random.chance(0.3))
        return TestEvent(type: 0, id: id, account: 0, time: Self.start + time, fields: fields)
    }

    private func indicator(_ aggregate: Aggregate, _ schema: Schema, _ span: Window.Span, where condition: String? = nil, offset: Int64 = 0) throws -> Indicator
    {
        Indicator(
            id: "i", entity: 0,
            computation: .aggregate(
                aggregate, where: try condition.map { try TestConditions.make(schema, $0) }, of: nil, Window(span, offsetMilliseconds: offset)))
    }

    @Test("Windows that take in all panes are as exact as with all records", arguments: 0..<10)
    func whole(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let schema = try TestStream.schema(history: Self.historyText, retention: Self.historyText)
        var indicators: [Indicator] = []
        for condition in [nil, "flag", "amount >= 20.0"] {
            for field in [TestStream.amount, TestStream.items, TestStream.ratio] {
                for aggregate: Aggregate in [
                    .count, .sum(field), .average(field), .minimum(field), .maximum(field), .variance(field, sample: false),
                    .standardDeviation(field, sample: true), .ratio,
                ] {
                    indicators.append(try indicator(aggregate, schema, .sliding(Self.history), where: condition))
                }
            }
        }
        let pair = try Pair(schema, recordsMax: 8 + random.below(60), indicators)
        var last: Int64 = 0
        for id in 0..<400 {
            let isLate = random.chance(0.1)
            if !isLate { last += Int64(random.below(20_000)) }
            // Within one history, so that no window has a border among the panes.
            guard last < Self.history else { break }
            guard let position = try pair.append(event(id, isLate ? Int64(random.below(Int(last) + 1)) : last, &random)) else { continue }
            #expect(pair.few.store.usage.records <= pair.few.store.limits.recordsPerEntityMax)
            if isLate || id % 5 != 0 { continue }
            for index in indicators.indices {
                let value = pair.few.read(index, position.few)
                let wanted = pair.all.read(index, position.all)
                #expect(value == wanted, "seed \(seed), event \(id), \(indicators[index].computation)")
                let evidence = pair.few.store.evidence(indicator: index, at: position.few)
                #expect(evidence.events == pair.all.store.evidence(indicator: index, at: position.all).events)
            }
        }
        let position = try #require(try pair.append(event(1000, last + 1, &random)))
        #expect(pair.few.store.evidence(indicator: 0, at: position.few).isApproximate)
        #expect(!pair.all.store.evidence(indicator: 0, at: position.all).isApproximate)
    }

    /// What a log that was begun anew says of folded records is all that another process will know of them.
    @Test("A log carries panes over", arguments: 0..<10)
    func carriedOver(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let schema = try TestStream.schema(history: Self.historyText, retention: Self.historyText)
        var indicators: [Indicator] = []
        for condition in [nil, "flag"] {
            for field in [TestStream.amount, TestStream.items, TestStream.ratio] {
                for aggregate: Aggregate in [
                    .count, .sum(field), .average(field), .minimum(field), .maximum(field), .variance(field, sample: false), .ratio, .distinct(field),
                ] {
                    indicators.append(try indicator(aggregate, schema, .sliding(Int64(1 + random.below(64)) * Self.length), where: condition))
                }
            }
        }
        let first = Feeder(schema, limits: .init(recordsPerEntityMax: 16 + random.below(40)))
        let heir = Feeder(schema, limits: first.store.limits)
        let all = Feeder(schema)
        for feeder in [first, heir, all] {
            try feeder.store.setIndicators(indicators)
            for (number, layout) in feeder.store.ownLayouts(entity: 0).enumerated() { feeder.store.learnLayout(number + 1, layout, entity: 0) }
        }
        for id in 0..<300 {
            let next = event(id, Int64(id) * 15_000 + Int64(random.below(15_000)), &random)
            for feeder in [first, all] { _ = try feeder.append(next) }
        }
        let opening = first.store.opening(entity: 0, journal: 0, generation: 1)
        let key = first.store.key(entity: 0, journal: 0)
        let log = first.store.snapshot(entity: 0, journal: 0, generation: 1)
        let journal = heir.store.journal(entity: 0, key)
        let part = log.flatMap(\.self).withUnsafeBytes { heir.store.replace(entity: 0, journal: journal, $0) }
        #expect(part.end == .complete && part.entries == log.count)
        #expect(heir.store.recordCount(entity: 0, journal: journal) == first.store.recordCount(entity: 0, journal: 0))
        for id in 300..<320 {
            let next = event(id, Int64(id) * 15_000, &random)
            guard case .recorded(let position) = try first.append(next), case .recorded(let same) = try heir.append(next) else { continue }
            for index in indicators.indices {
                #expect(heir.read(index, same) == first.read(index, position), "seed \(seed), event \(id), \(indicators[index].computation)")
                let (evidence, wanted) = (heir.store.evidence(indicator: index, at: same), first.store.evidence(indicator: index, at: position))
                #expect(evidence.events == wanted.events && evidence.isApproximate == wanted.isApproximate)
            }
        }
        let position = try first.append(event(400, 320 * 15_000, &random))
        if case .recorded(let position) = position {
            #expect(indicators.indices.contains { first.store.evidence(indicator: $0, at: position).isApproximate })
        }
        // Who has room for all records does not take for lost what the log's panes stand for.
        log.flatMap(\.self).withUnsafeBytes { bytes in
            func missing(_ folded: Int64) -> Int? { all.store.missing(entity: 0, journal: 0, from: bytes, nowMilliseconds: 0, foldedThrough: folded)?.count }
            #expect(missing(opening.foldedMilliseconds ?? .min) == 0)
            #expect(missing(.min) ?? 0 > 0)
        }
    }

    @Test("A window is wrong by the records of one pane at most", arguments: 0..<10)
    func borders(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(1000 + seed))
        let schema = try TestStream.schema(history: Self.historyText, retention: Self.historyText)
        var windows: [(length: Int64, offset: Int64)] = []
        var indicators: [Indicator] = []
        for _ in 0..<8 {
            let length = 1 + Int64(random.below(Int(Self.history)))
            let offset = random.chance(0.5) ? 0 : Int64(random.below(Int(Self.history - length) + 1))
            windows.append((length, offset))
            indicators.append(try indicator(.count, schema, .sliding(length), offset: offset))
            indicators.append(try indicator(.sum(TestStream.amount), schema, .sliding(length), offset: offset))
        }
        let pair = try Pair(schema, recordsMax: 8 + random.below(100), indicators)
        var records: [(time: Int64, amount: Double)] = []
        var last: Int64 = 0
        var approximate = 0
        for id in 0..<1500 {
            let isLate = random.chance(0.1)
            if !isLate { last += Int64(random.below(30_000)) }
            let event = event(id, isLate ? max(0, last - Int64(random.below(Int(Self.history)))) : last, &random)
            guard let position = try pair.append(event) else { continue }
            var amount = 0.0
            if case .minorUnits(let units)? = event.fields[TestStream.amount] { amount = Double(units) / 100 }
            records.append((event.time, amount))
            // Events that come late see panes as a whole, too.
            if id % 3 != 0 { continue }
            for (number, window) in windows.enumerated() {
                let high = event.time - window.offset
                let horizon = (records.map(\.time).max() ?? 0) - Self.history - Self.history / 3
                let low = max(high - window.length, horizon)
                let exact = records.filter { $0.time > low && $0.time <= high }
                let before = records.filter { $0.time <= low && $0.time / Self.length == low / Self.length }
                let within = records.filter { $0.time <= high && $0.time / Self.length == high / Self.length }
                let count = Int(try #require(pair.few.read(2 * number, position.few)))
                let sum = Double(bitPattern: try #require(pair.few.read(2 * number + 1, position.few)))
                let total = exact.reduce(0) { $0 + $1.amount }
                let place = "seed \(seed), event \(id), window \(window)"
                #expect(count <= exact.count + before.count && count >= exact.count - within.count, "\(place): \(count) instead of \(exact.count)")
                #expect(sum <= total + before.reduce(0.001) { $0 + $1.amount }, "\(place): \(sum) instead of \(total)")
                #expect(sum >= total - within.reduce(0.001) { $0 + $1.amount }, "\(place): \(sum) instead of \(total)")
                let evidence = pair.few.store.evidence(indicator: 2 * number, at: position.few)
                #expect(evidence.events == count)
                if count != exact.count {
                    approximate += 1
                    #expect(evidence.isApproximate, "\(place)")
                }
            }
        }
        #expect(approximate > 0)
    }

    /// The numbers stand in docs/indicators.md.
    @Test("An event every twenty minutes, and panes of an hour")
    func documentedExample() throws {
        let schema = try TestStream.schema(history: "64h", retention: "64h")
        let minute: Int64 = 60_000
        var random = SeededGenerator(seed: 3)
        let pair = try Pair(schema, recordsMax: 16, [try indicator(.count, schema, .sliding(600 * minute))])
        let midnight = 1_774_656_000_000 - Self.start
        var values: [Int64: UInt64] = [:]
        for id in 0...39 {
            let position = try #require(try pair.append(event(id, midnight + Int64(id) * 20 * minute, &random)))
            values[Int64(id) * 20] = pair.few.read(0, position.few)
            if id >= 30 { #expect(pair.all.read(0, position.all) == 30) }
        }
        #expect([values[740], values[760], values[780]] == [32, 30, 31])
    }

    @Test("What lives by the order of records sees those that are left")
    func order() throws {
        let schema = try TestStream.schema(history: Self.historyText, retention: Self.historyText)
        var random = SeededGenerator(seed: 1)
        let pair = try Pair(
            schema, recordsMax: 20,
            [
                try indicator(.count, schema, .sliding(Self.history)), try indicator(.sinceFirst, schema, .sliding(Self.history)),
                try indicator(.sinceLast, schema, .sliding(Self.history)), try indicator(.distinct(TestStream.flag), schema, .sliding(Self.history)),
            ])
        for id in 0..<200 {
            let position = try #require(try pair.append(event(id, Int64(id) * 10_000, &random)))
            #expect(pair.few.read(0, position.few) == UInt64(id + 1))
            if id == 0 { continue }
            let first = try #require(pair.few.read(1, position.few))
            #expect(first == UInt64(id) * 10_000 || first <= 200_000)
            #expect(pair.few.read(2, position.few) == 10_000)
            #expect(try #require(pair.few.store.evidence(indicator: 3, at: position.few).events) <= 20)
        }
    }

    @Test("Panes are bounded, expire, and their memory is given back")
    func memory() throws {
        let schema = try TestStream.schema(history: Self.historyText, retention: "12800s")
        var random = SeededGenerator(seed: 2)
        let indicators = [
            try indicator(.count, schema, .sliding(Self.history)), try indicator(.variance(TestStream.ratio, sample: false), schema, .sliding(Self.history)),
        ]
        let pair = try Pair(schema, recordsMax: 10, indicators)
        func bytes(_ from: Int, _ to: Int) throws -> Int {
            for id in from..<to { _ = try pair.append(event(id, Int64(id) * 1_000, &random)) }
            return pair.few.store.pool.bytesInUse
        }
        let once = try bytes(0, 20_000)
        #expect(try bytes(20_000, 60_000) <= once * 2)
        // Longer away than the retention: as if never seen.
        let position = try #require(try pair.append(event(60_000, 100_000_000, &random)))
        #expect(pair.few.read(0, position.few) == 1)
        #expect(!pair.few.store.evidence(indicator: 0, at: position.few).isApproximate)
        _ = try bytes(100_001, 101_000)
        try pair.few.store.setIndicators([])
        pair.few.store.bringOver(limit: .max)
        #expect(pair.few.store.pool.bytesInUse == pair.few.store.usage.recordBytes)
    }
}
