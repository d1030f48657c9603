import Events
import Expressions
import Journals
import TestSupport
import Testing

/// Plays one random stream to the store and to the model and compares every value that is asked for.
private struct Play {
    let seed: UInt64
    let events: Int
    let indicatorCount: Int
    /// Part of the way the schema is an earlier one.
    var extends = false

    /// Values as an event first saw them, to be seen again by its duplicates.
    private struct Seen {
        var record: ModelRecord
        var values: [Int: UInt64?] = [:]
    }

    func run(accounts: Int? = nil) throws -> String? {
        var stream = RandomStream(seed: seed, accounts: accounts)
        let usesZone = SystemTimeZones.isInstalled && stream.random.chance(0.5)
        let zone = usesZone ? SystemTimeZones().rules(named: "Europe/Berlin")! : TimeZoneRules(fixedOffsetSeconds: 8 * 3600)
        let calendar = Calendar(rules: zone)
        let schema = try TestStream.schema(history: stream.historyText, retention: stream.retentionText)
        var growth = extends ? events / 4 + stream.random.below(events / 2) : -1
        let feeder = Feeder(
            extends ? try TestStream.schema(history: stream.historyText, retention: stream.retentionText, isEarly: true) : schema, timeZone: zone)
        var models: [Int: Model] = [:]
        func makeIndicators() -> [ModelIndicator] {
            (0..<indicatorCount).map { _ in
                var indicator = stream.indicator()
                while growth >= 0 && indicator.needsStamp { indicator = stream.indicator() }
                return indicator
            }
        }
        var indicators = makeIndicators()
        // Some are asked for at each event, some now and then.
        var shares = indicators.map { _ in stream.random.pick([1, 1, 0.3, 0.05]) }
        try feeder.store.setIndicators(indicators.enumerated().map { try $1.indicator(feeder.store.schema, $0) })
        var isChanged = false
        var seen: [[Int64]: Seen] = [:]
        for step in 0..<events {
            if stream.random.chance(0.01) {
                // The same ones go on as if nothing had happened, lifetimes too.
                if stream.random.chance(0.5) {
                    indicators = makeIndicators()
                    shares = indicators.map { _ in stream.random.pick([1, 1, 0.3, 0.05]) }
                    seen = [:]
                    isChanged = true
                }
                try feeder.store.setIndicators(indicators.enumerated().map { try $1.indicator(feeder.store.schema, $0) })
            }
            if step == growth {
                growth = -1
                indicators = makeIndicators()
                shares = indicators.map { _ in stream.random.pick([1, 1, 0.3, 0.05]) }
                seen = [:]
                isChanged = true
                try feeder.extend(by: schema) { schema in try indicators.enumerated().map { try $1.indicator(schema, $0) } }
            }
            if stream.random.chance(0.3) { feeder.store.bringOver(limit: stream.random.below(3)) }
            var event = stream.event()
            if growth >= 0 {
                if event.type == 2 { continue }
                event.fields[TestStream.stamp] = nil
            }
            var model =
                models[event.account]
                ?? Model(
                    history: stream.history, retention: stream.retention, startOfDay: { calendar.startOfDay($0) }, startOfMonth: { calendar.startOfMonth($0) })
            let expected = model.append(event)
            models[event.account] = model
            func place(_ indicator: Int) -> String {
                "seed \(seed), step \(step), \(indicators[indicator].text), event \(event), \(model.records.count) records"
            }
            let own: ModelRecord
            let position: JournalStore.Position
            switch (expected, try feeder.append(event)) {
            case (.tooOld, .tooOld): continue
            case (.recorded(let record), .recorded(let found)):
                if found.isDuplicate { return "seed \(seed), step \(step): taken for a duplicate" }
                (own, position) = (record, found)
            case (.duplicate(let record), .recorded(let found)):
                if !found.isDuplicate { return "seed \(seed), step \(step): a duplicate was not seen" }
                (own, position) = (record, found)
            case let (wanted, found): return "seed \(seed), step \(step): \(found) instead of \(wanted)"
            }
            // What lies beyond the horizon may have been dropped: `all` has taken it in, but nobody can tell any more when it came.
            let hasBeyond = model.records.contains { $0.time <= model.horizon }
            let hidesBeyond = model.records.contains { $0.time <= model.horizon && $0.sequence > own.sequence }
            let key = [Int64(event.account), Int64(own.sequence)]
            var values = seen[key] ?? Seen(record: own)
            for index in indicators.indices where stream.random.chance(shares[index]) {
                if indicators[index].isLifetime && hasBeyond && (isChanged || hidesBeyond) { continue }
                let cell = feeder.read(index, position)
                let wanted = model.expected(indicators[index], own)
                if !wanted.agrees(cell) {
                    return "\(place(index)): \(cell.map { "bits \($0) (as a double \(Double(bitPattern: $0)))" } ?? "nothing") instead of \(wanted.text)"
                }
                if let before = values.values[index], !hasBeyond, before != cell {
                    return "\(place(index)): \(String(describing: cell)) the second time, \(String(describing: before)) the first"
                }
                values.values[index] = cell
                if !indicators[index].isLifetime || !hasBeyond {
                    let evidence = feeder.store.evidence(indicator: index, at: position)
                    let wanted = model.events(indicators[index], own)
                    if evidence.events != wanted {
                        return "\(place(index)): \(String(describing: evidence.events)) events in the evidence instead of \(String(describing: wanted))"
                    }
                }
            }
            seen[key] = values
        }
        return nil
    }
}

@Suite("Journals against the model")
struct OracleTests {
    @Test("Short streams", arguments: 0..<10)
    func shortStreams(part: Int) throws {
        for seed in 0..<50 {
            if let fault = try Play(seed: UInt64(part * 1000 + seed), events: 60, indicatorCount: 20).run() {
                Issue.record("\(fault)")
                return
            }
        }
    }

    @Test("Long streams", arguments: 0..<5)
    func longStreams(part: Int) throws {
        if let fault = try Play(seed: UInt64(900_000 + part), events: 300, indicatorCount: 12).run() { Issue.record("\(fault)") }
    }

    @Test("Streams whose schema grows", arguments: 0..<10)
    func growingSchemas(part: Int) throws {
        for seed in 0..<20 {
            if let fault = try Play(seed: UInt64(700_000 + part * 1000 + seed), events: 120, indicatorCount: 12, extends: true).run() {
                Issue.record("\(fault)")
                return
            }
        }
    }

    @Test("Many entities", arguments: 0..<3)
    func manyEntities(part: Int) throws {
        if let fault = try Play(seed: UInt64(800_000 + part), events: 2500, indicatorCount: 6).run(accounts: 1200) { Issue.record("\(fault)") }
    }
}
