internal import CSimdJSON
internal import Documents
internal import Engine
internal import Events
internal import Expressions
internal import Journals
internal import Rules
internal import Service

/// What the core costs, on one thread, in processor time.
@main enum Benchmark {
    /// - Parameter arguments: the parts to run, all by default: decoding, windows, memory, core, rules, swap, allocations. Numbers after `rules`: only so many of them.
    static func main() throws {
        let parts = CommandLine.arguments.dropFirst()
        let numbers = parts.compactMap { Int($0) }
        func wants(_ part: String) -> Bool { parts.isEmpty || parts.contains(part) }
        print("Vane core, one thread, processor time, medians\n")
        if wants("decoding") { try decoding() }
        if wants("windows") { try windows() }
        if wants("memory") { try memory() }
        if wants("core") { try handbook() }
        if wants("rules") { try RulesBenchmark.run(numbers) }
        if wants("swap") { try SwapBenchmark.run() }
        if wants("allocations") { try steadyState() }
    }

    // MARK: Decoding

    /// The 18-field event that floors are measured with.
    private static let schema18 = """
        timezone: Asia/Shanghai
        events:
          transaction:
            topic: transactions
            id: event_id
            time: event_time
            fields:
              account_id: {type: string}
              customer_id: {type: string}
              amount: {type: decimal, scale: 2}
              balance: {type: decimal, scale: 2}
              currency: {type: string}
              direction: {type: enum, values: [in, out]}
              status: {type: enum, values: [success, failed, pending]}
              channel: {type: enum, values: [mobile, web, counter, pos]}
              counterparty: {type: string}
              counterparty_bank: {type: string}
              device_id: {type: string}
              ip: {type: string}
              lat: {type: double}
              lon: {type: double}
              attempts: {type: int}
              is_new_payee: {type: bool}
        """
    private static let event18 =
        #"{"event_id":"E2026112000000012345","event_time":"2026-11-20T09:30:00.250+08:00","account_id":"6217000012345678901","customer_id":"C00012345678","amount":1234.56,"balance":98765.43,"currency":"CNY","direction":"out","status":"success","channel":"mobile","counterparty":"6228480402564890018","counterparty_bank":"103100000026","device_id":"d4f7a2b1c9e8430fa1b2c3d4e5f60718","ip":"203.0.113.77","lat":31.230416,"lon":121.473701,"attempts":1,"is_new_payee":false}"#

    private static func decoding() throws {
        let schema = try Schema.read(Array(schema18.utf8), file: "schema.yaml")
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
        let batch = EventBatch(capacity: 1, schema: schema)
        let bytes = Array(event18.utf8)
        let rounds = 10_000
        // The floor: the same parser over the same keys, and nothing made of what it finds.
        let keys = vane_json_keys_make()!
        for field in ["event_id", "event_time"] + schema.events[0].fields.dropFirst(3).map(\.name) {
            field.withCString { vane_json_keys_add(keys, $0, field.utf8.count, 0) }
        }
        let scanner = vane_json_scanner_make()!
        var tokens = [vane_json_token](repeating: vane_json_token(), count: 64)
        // In turns, so that a machine that slows down does so for both.
        var floors: [Cost] = []
        var costs: [Cost] = []
        for _ in 0..<101 {
            floors.append(
                measure {
                    for _ in 0..<rounds {
                        bytes.withUnsafeBytes {
                            _ = vane_json_scan(scanner, keys, $0.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count, &tokens, nil)
                        }
                    }
                })
            costs.append(
                try measure {
                    for _ in 0..<rounds {
                        batch.removeAll()
                        _ = try bytes.withUnsafeBytes { try decoder.decode($0, eventType: 0, into: batch) }
                    }
                })
        }
        let floor = floors.sorted { $0.nanoseconds < $1.nanoseconds }[floors.count / 2]
        let cost = costs.sorted { $0.nanoseconds < $1.nanoseconds }[costs.count / 2]
        print("Decoding an event of 18 fields, \(bytes.count) bytes")
        report("scan by simdjson (floor)", format(floor.nanoseconds / Double(rounds), 0) + " ns")
        report("decode into a typed row", format(cost.nanoseconds / Double(rounds), 0) + " ns", "goal 400 ns")
        report("  of the floor", format(cost.nanoseconds / floor.nanoseconds, 2) + " times")
        report("allocations per event", format(Double(cost.allocations) / Double(rounds), 3), "goal 0")
        print("")
    }

    // MARK: Windows

    private static func windows() throws {
        let text = """
            events:
              t:
                topic: t
                id: i
                time: t
                fields: {a: {type: string}, v: {type: decimal, scale: 2}, d: {type: enum, values: [in, out]}, c: {type: string}}
            entities:
              account: {key: a, history: 30d, record: [v, d, c]}
            """
        let schema = try Schema.read(Array(text.utf8), file: "schema.yaml")
        // The handbook's indicators are counts, averages and averages that end some time before.
        let kinds: [(String, String)] = [
            ("count", "count"), ("sum", "sum(v)"), ("average", "avg(v)"), ("average, an hour before", "avg(v), offset: 1h"),
            ("sum with a filter", "sum(v), where: 'd == \"in\"'"), ("max", "max(v)"), ("distinct", "distinct(c)"), ("stddev", "stddev(v)"),
            ("previous", "previous(v)"),
        ]
        // A journal that the processor has at hand, and one that comes from memory.
        try windows(schema, kinds, accounts: 10)
        try windows(schema, [kinds[0], kinds[1], kinds[5], kinds[6]], accounts: 1_000)
    }

    /// Eight windows of like kind over each account. All are full before the clock starts: from then on one record enters each window and about one
    /// leaves it at every event.
    ///
    /// Three journals take each batch in turn: one is never asked, which is taken off; one is asked for each window once per event, and one twice, of which
    /// the second time is the value alone. Medians of the batches' differences: a machine that slows down does so for all three.
    private static func windows(_ schema: Schema, _ kinds: [(String, String)], accounts: Int) throws {
        let events = 200_000
        let stepMilliseconds: Int64 = 2_000
        let lengths = ["10m", "30m", "1h", "2h", "4h", "8h", "16h", "1d"]
        // A day, and the hour that some windows end before.
        let warmUp = 90_000_000 / Int(stepMilliseconds)
        print("Window update + value, in order, \(accounts) accounts taking turns, windows full; per window")
        for (name, aggregate) in kinds {
            let indicators = lengths.enumerated().map { "  - {id: i\($0.offset), entity: account, aggregate: \(aggregate), window: \($0.element)}" }.joined(
                separator: "\n")
            let package = try Package.read(
                parseYAML(Array("package: p\nversion: '1'\non: [t]\nindicators:\n\(indicators)\nrules: []\n".utf8), file: "p"), schema: schema)
            let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
            let batch = EventBatch(capacity: 512, schema: schema)
            let stores = try (0..<3).map { _ in
                let store = JournalStore(schema: schema, calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
                try store.setIndicators(package.indicators)
                return store
            }
            /// By how often each window is asked: nanoseconds per event, batch by batch.
            var costs: [[Double]] = [[], [], []]
            var sink: UInt64 = 0
            var index = 0
            while index < events {
                batch.removeAll()
                let first = index
                while batch.count < 512 && index < events {
                    let json =
                        "{\"i\":\"\(index)\",\"t\":\(1_600_000_000_000 + Int64(index) * stepMilliseconds),\"a\":\"\(index % accounts)\",\"v\":\(index % 977).25,\"d\":\"\(index % 3 == 0 ? "in" : "out")\",\"c\":\"\(index % 41)\"}"
                    _ = try Array(json.utf8).withUnsafeBytes { try decoder.decode($0, eventType: 0, into: batch) }
                    index += 1
                }
                for times in stores.indices {
                    let store = stores[times]
                    let cost = measure {
                        for row in 0..<batch.count {
                            guard case .recorded(let position) = store.append(entity: 0, key: store.key(entity: 0, batch, row: row)!, batch, row: row)
                            else { continue }
                            for _ in 0..<times {
                                for indicator in lengths.indices {
                                    var cell: UInt64 = 0
                                    if store.read(indicator: indicator, at: position, into: &cell) { sink &+= cell }
                                }
                            }
                        }
                    }
                    if first >= warmUp { costs[times].append(cost.nanoseconds / Double(batch.count)) }
                }
            }
            if sink == 42 { print("") }
            func median(_ values: some Sequence<Double>) -> Double {
                let sorted = values.sorted()
                return sorted[sorted.count / 2]
            }
            let value = median(zip(costs[2], costs[1]).lazy.map { $0 - $1 }) / Double(lengths.count)
            let update = median(zip(costs[1], costs[0]).lazy.map { $0 - $1 }) / Double(lengths.count) - value
            report(
                name, "\(format(update)) + \(format(value)) ns",
                accounts == 10 && ["count", "sum", "average"].contains { name.hasPrefix($0) } ? "goal 20 ns to update" : "")
            if name == "count" { report("append to the journal, key included, once per event", format(median(costs[0])) + " ns") }
        }
        print("")
    }

    // MARK: Memory

    private static func memory() throws {
        let text = """
            events:
              t:
                topic: t
                id: i
                time: t
                fields: {a: {type: string}, v: {type: decimal, scale: 2}, d: {type: enum, values: [in, out]}, s: {type: enum, values: [ok, no]}, c: {type: string}}
            entities:
              account: {key: a, history: 30d, record: [v, d, s, c]}
            """
        let schema = try Schema.read(Array(text.utf8), file: "schema.yaml")
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
        let batch = EventBatch(capacity: 1, schema: schema)
        let store = JournalStore(schema: schema, calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
        let before = residentBytes()
        let records = 3_000_000
        let accounts = 30_000
        for index in 0..<records {
            let json =
                "{\"i\":\"\(index)\",\"t\":\(1_600_000_000_000 + Int64(index)),\"a\":\"\((index &* 7919) % accounts)\",\"v\":12.25,\"d\":\"in\",\"s\":\"ok\",\"c\":\"\(index % 41)\"}"
            batch.removeAll()
            _ = try Array(json.utf8).withUnsafeBytes { try decoder.decode($0, eventType: 0, into: batch) }
            _ = store.append(entity: 0, key: store.key(entity: 0, batch, row: 0)!, batch, row: 0)
        }
        let usage = store.usage
        print("Memory of \(records) records with four recorded fields in \(usage.journals) journals")
        report("journals, index and free room included, per record", format(Double(usage.totalBytes) / Double(usage.records)) + " bytes", "goal 64 bytes")
        report("growth of the process per record", format(Double(residentBytes() - before) / Double(usage.records)) + " bytes")
        print("")
    }

    // MARK: The whole core

    private static func handbook() throws {
        let workload = HandbookWorkload.load()
        let schema = try Schema.read(Array(HandbookWorkload.schema.utf8), file: "schema.yaml")
        let package = try Package.read(parseYAML(Array(HandbookWorkload.package.utf8), file: "package.yaml"), schema: schema)
        let zones = ZoneFiles()
        print("Whole core: \(workload.name), \(workload.count) events, \(package.indicators.count) indicators on two entities, \(package.rules.count) rules")
        var results: [(total: Double, decode: Double, hits: Int, allocations: UInt64, events: Int, usage: JournalStore.Usage)] = []
        for _ in 0..<3 {
            let engine = try Engine(schema: schema, packages: [package], timeZones: zones)
            let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: zones)
            let batch = EventBatch(capacity: 512, schema: schema)
            var decision = Decision()
            var hits = 0
            var decode = 0.0
            var process = 0.0
            var allocations: UInt64 = 0
            // The second half is the steady state: the entities are known, and records leave as others come.
            let steady = workload.count / 2
            var index = 0
            try workload.bytes.withUnsafeBytes { bytes in
                while index < workload.count {
                    let first = index
                    batch.removeAll()
                    let decoding = try measure {
                        while batch.count < 512 && index < workload.count {
                            _ = try decoder.decode(
                                UnsafeRawBufferPointer(rebasing: bytes[workload.starts[index]..<workload.starts[index + 1]]), eventType: 0, into: batch)
                            index += 1
                        }
                    }
                    let processing = try measure {
                        for row in 0..<batch.count {
                            try engine.process(batch, row: row, into: &decision)
                            hits += decision.hits.count
                        }
                    }
                    decode += decoding.nanoseconds
                    process += processing.nanoseconds
                    if first >= steady { allocations += decoding.allocations + processing.allocations }
                }
            }
            results.append((decode + process, decode, hits, allocations, workload.count - steady, engine.store.usage))
        }
        let middle = results.sorted { $0.total < $1.total }[1]
        let count = Double(workload.count)
        report("throughput on one core", format(count / middle.total * 1e9, 0) + " events/s", "goal 300000")
        report("decode", format(middle.decode / count, 0) + " ns/event")
        report("journals, indicators, rules and decision", format((middle.total - middle.decode) / count, 0) + " ns/event")
        report("hits per event", format(Double(middle.hits) / count, 3))
        report("allocations per event in the second half, while journals grow", format(Double(middle.allocations) / Double(middle.events), 3))
        report("memory of journals and windows", format(Double(middle.usage.totalBytes) / 1e6) + " MB")
        report("per record, window states included", format(Double(middle.usage.totalBytes) / Double(middle.usage.records)) + " bytes")
    }

    // MARK: Allocations

    /// Heap allocations once every entity is known and as many records leave its journal as enter: counted by standing in front of malloc.
    private static func steadyState() throws {
        let schema = try Schema.read(Array(HandbookWorkload.schema.replacing("30d", with: "2h").replacing("37d", with: "2h").utf8), file: "schema.yaml")
        var text = HandbookWorkload.package
        for (long, short) in [("window: 30d", "window: 1h"), ("window: 7d", "window: 30m"), ("window: 1d", "window: 10m"), ("offset: 7d", "offset: 20m")] {
            text = text.replacing(long, with: short)
        }
        let package = try Package.read(parseYAML(Array(text.utf8), file: "package.yaml"), schema: schema)
        let zones = ZoneFiles()
        let engine = try Engine(schema: schema, packages: [package], timeZones: zones)
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: zones)
        let batch = EventBatch(capacity: 512, schema: schema)
        var decision = Decision()
        // 100 customers and 200 terminals take turns, an event a second: each journal is as long in every hour.
        let lines = (0..<40_000).map { index in
            Array(
                "{\"tx_id\":\"\(index)\",\"time\":\(1_600_000_000_000 + index * 1_000),\"customer_id\":\"\(index % 100)\",\"terminal_id\":\"\(index % 200)\",\"amount\":\(index % 300).50,\"fraud\":\(index % 97 == 0 ? 1 : 0)}"
                    .utf8)
        }
        func run(_ range: Range<Int>) throws -> Cost {
            try measure {
                var index = range.lowerBound
                while index < range.upperBound {
                    batch.removeAll()
                    while batch.count < 512 && index < range.upperBound {
                        _ = try lines[index].withUnsafeBytes { try decoder.decode($0, eventType: 0, into: batch) }
                        index += 1
                    }
                    for row in 0..<batch.count { try engine.process(batch, row: row, into: &decision) }
                }
            }
        }
        _ = try run(0..<30_000)
        let cost = try run(30_000..<40_000)
        print("\nSteady state: decode, journals, \(package.indicators.count) indicators, \(package.rules.count) rules, decision")
        report("heap allocations in 10,000 events", String(cost.allocations), "goal 0")
    }
}
