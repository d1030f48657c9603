internal import Documents
internal import Engine
internal import Events
internal import Expressions
internal import Glibc
internal import Journals
internal import PackageFeed
internal import Rules
internal import Service
internal import Telemetry

/// What events notice of a new package: it is read, checked and compiled on the feed's thread, and taken over between two events, as `vane run` does.
///
/// Events come at a steady pace; an event's latency is from when it was due to its decision, in real time. Stretches in which a package of 10,000 rules is
/// replaced take turns with stretches of equal length in which nothing is.
final class SwapBenchmark {
    private static let rules = 10_000
    private static let accounts = 100_000
    private static let rounds = 12
    private static let paceNanoseconds: Int64 = 1_000_000
    private static let journalsBroughtOver = 256

    private let path = "/tmp/vane-bench-\(getpid()).yaml"
    private let schema: Schema
    private let feed: Feed
    private let engine: Engine
    private let decoder: Decoder
    private let batch: EventBatch
    private var workload = RulesWorkload(.selective, rules: SwapBenchmark.rules)
    private let text: String
    private var decision = Decision()
    private var sent = 0
    private var version = 0
    /// Of the decision thread between two events, in processor time.
    private var longestTurn: Int64 = 0

    static func run() throws {
        print("Replacing a package of \(rules) rules while an event comes every millisecond, \(accounts) accounts with history")
        let benchmark = try SwapBenchmark()
        defer { unlink(benchmark.path) }
        try benchmark.measure()
        print("")
    }

    private init() throws {
        schema = try Schema.read(
            Array(
                RulesWorkload.schema.replacing("fields: {", with: "fields: {a: {type: string}, ")
                    .replacing("entities: {}", with: "entities: {account: {key: a, history: 1d, record: [f1]}}").utf8), file: "schema.yaml")
        let indicators = """
            indicators:
              - {id: count_1h, entity: account, aggregate: count, window: 1h}
              - {id: sum_1d, entity: account, aggregate: sum(f1), window: 1d}
            rules:
              - {id: often, kind: score, score: 1, when: 'count_1h >= 1000 && sum_1d > 0.0'}
            """
        text = workload.package().replacing("rules:\n", with: indicators + "\n")
        let zones = ZoneFiles()
        let schema = schema
        feed = try Feed(
            [Subscription(.package(mode: nil), url: "file://" + path, everyMilliseconds: 86_400_000)],
            assembly: Assembly(
                schema: schema, sources: [.subscribed(0)], listNames: [], timeZones: zones,
                makeDecoder: { Decoder(schema: $0, pseudonymiser: nil, timeZones: zones) }),
            stateDirectory: nil, readList: { _, _, _ in ListContents() }, log: .silent, registry: MetricsRegistry())
        engine = try Engine(schema: schema, packages: [], timeZones: zones)
        decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: zones)
        batch = EventBatch(capacity: 1, schema: schema)
    }

    private func measure() throws {
        writeNextVersion()
        feed.start()
        while !takeOver() { usleep(1_000) }
        for account in 0..<3 * Self.accounts { try decide(account) }
        longestTurn = 0
        var (during, without): ([Int64], [Int64]) = ([], [])
        for _ in 0..<Self.rounds {
            writeNextVersion()
            feed.refresh()
            let began = now()
            var isTaken = false
            try pace(into: &during) {
                if takeOver() { isTaken = true }
                return isTaken && engine.store.bringOver(limit: 0)
            }
            let end = now() + (now() - began)
            try pace(into: &without) { now() >= end }
        }
        let before = percentiles(without)
        let after = percentiles(during)
        report("latency without, median, p99, p99.9, greatest", before.text)
        report("latency during \(Self.rounds) replacements", after.text)
        report("difference of p99.9", format(Double(after.values[2] - before.values[2]) / 1e6, 3) + " ms", "goal 1 ms")
        report("longest turn of taking over, processor time", format(Double(longestTurn) / 1e6, 3) + " ms")
        feed.stop()
    }

    private func writeNextVersion() {
        version += 1
        guard let file = fopen(path + ".new", "w") else { preconditionFailure("cannot write \(path)") }
        fputs(text.replacing("version: '1'", with: "version: '\(version)'"), file)
        fclose(file)
        rename(path + ".new", path)
    }

    /// What the pipeline does between two batches.
    private func takeOver() -> Bool {
        let began = nanoseconds()
        defer { longestTurn = max(longestTurn, nanoseconds() - began) }
        guard engine.store.bringOver(limit: Self.journalsBroughtOver), let update = feed.handover.take(), let compiled = update.compiled else { return false }
        let before = engine.rules
        engine.setRules(compiled.rules, plan: compiled.plan)
        feed.handover.retire(before)
        return true
    }

    private func pace(into latencies: inout [Int64], until isOver: () -> Bool) throws {
        var due = now()
        while true {
            due += Self.paceNanoseconds
            if isOver() { return }
            var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
            while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) != 0 {}
            try decide(sent % Self.accounts)
            latencies.append(now() - due)
        }
    }

    private func decide(_ account: Int) throws {
        sent += 1
        let event = workload.event(sent).replacing("{\"i\":", with: "{\"a\":\"\(account % Self.accounts)\",\"i\":")
        batch.removeAll()
        let row = try Array(event.utf8).withUnsafeBytes { try decoder.decode($0, eventType: 0, into: batch) }
        try engine.process(batch, row: row, into: &decision)
    }

    private func percentiles(_ latencies: [Int64]) -> (values: [Int64], text: String) {
        let sorted = latencies.sorted()
        let values = [0.5, 0.99, 0.999].map { sorted[Int(Double(sorted.count - 1) * $0)] } + [sorted.last!]
        return (values, values.map { format(Double($0) / 1e6, 3) }.joined(separator: ", ") + " ms")
    }

    private func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
