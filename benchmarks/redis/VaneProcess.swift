internal import Documents
internal import Engine
internal import Events
internal import Expressions
internal import JournalSharing
internal import Journals
internal import RedisStore
internal import Rules

/// Vane's path of an event, without Kafka: decode, share, decide.
final class VaneProcess {
    static let schema = try! Schema.read(Array(Stream.schema.utf8), file: "schema.yaml")
    private static let package = try! Package.read(parseYAML(Array(Stream.package.utf8), file: "package.yaml"), schema: schema)

    /// Where the time of a run went, in seconds by the clock on the wall.
    struct Times {
        var decode = 0.0
        var begin = 0.0
        /// Waiting for Redis included.
        var advance = 0.0
        var decide = 0.0
        var total: Double { decode + begin + advance + decide }
    }

    let engine: Engine
    let shared: SharedJournals
    private let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
    private var decision = Decision()
    /// As many as can be under way, and one that is filled.
    private var rows: [EventBatch]
    private(set) var times = Times()

    init(_ link: any RedisLink, batch: Int) throws {
        let lists = Lists()
        let rules = RuleSet(schema: Self.schema, packages: [Self.package], timeZones: nil)
        engine = try Engine(schema: Self.schema, rules: rules, lists: lists, calendar: Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
        shared = SharedJournals(engine.store, link)
        rows = (0..<3).map { _ in EventBatch(capacity: batch, schema: Self.schema) }
        let isRegistered = try shared.registerLayouts(timeoutMilliseconds: 1_000)
        precondition(isRegistered)
    }

    /// A stream as batches of rows.
    func decoded(_ stream: Stream, batch: Int) throws -> [EventBatch] {
        try stride(from: 0, to: stream.count, by: batch).map { first in
            let rows = EventBatch(capacity: batch, schema: Self.schema)
            try decode(stream, first..<min(first + batch, stream.count), into: rows)
            return rows
        }
    }

    /// Decides the events of a stream, with two batches under way.
    func run(_ stream: Stream, batch: Int) throws {
        times = Times()
        var turn = 0
        for first in stride(from: 0, to: stream.count, by: batch) {
            let rows = rows[turn]
            turn = (turn + 1) % 3
            try timed(\.decode) { try decode(stream, first..<min(first + batch, stream.count), into: rows) }
            try share(rows)
        }
        while let rows = underWay.first { try decideOldest(rows) }
    }

    /// The same for rows that were decoded before.
    func run(_ batches: [EventBatch]) throws {
        times = Times()
        for rows in batches { try share(rows) }
        while let rows = underWay.first { try decideOldest(rows) }
    }

    /// One event by itself: seconds from `begin` until it can be decided.
    func latency(of rows: EventBatch) throws -> Double {
        let start = seconds()
        shared.begin(rows)
        precondition(shared.advance(timeoutMilliseconds: 1_000) == .ready)
        let took = seconds() - start
        try decide(rows)
        return took
    }

    private var underWay: [EventBatch] = []

    private func share(_ rows: EventBatch) throws {
        timed(\.begin) { shared.begin(rows) }
        underWay.append(rows)
        if underWay.count > 1 { try decideOldest(underWay[0]) }
    }

    private func decideOldest(_ rows: EventBatch) throws {
        timed(\.advance) {
            while true {
                let progress = shared.advance(timeoutMilliseconds: 1_000)
                if progress == .ready { return }
                precondition(progress == .waiting, "Redis is away: \(progress)")
            }
        }
        try timed(\.decide) { try decide(rows) }
        underWay.removeFirst()
    }

    private func decide(_ rows: EventBatch) throws {
        for row in 0..<rows.count {
            shared.settle(row: row)
            try engine.process(rows, row: row, into: &decision)
        }
        shared.finish()
    }

    private func decode(_ stream: Stream, _ events: Range<Int>, into rows: EventBatch) throws {
        rows.removeAll()
        for event in events { _ = try stream.withEvent(event) { try decoder.decode($0, eventType: 0, into: rows) } }
    }

    private func timed(_ part: WritableKeyPath<Times, Double>, _ body: () throws -> Void) rethrows {
        let start = seconds()
        try body()
        times[keyPath: part] += seconds() - start
    }
}
