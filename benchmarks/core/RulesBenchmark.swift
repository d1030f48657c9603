internal import Documents
internal import Engine
internal import Events
internal import Expressions
internal import Journals
internal import Rules
internal import Service

/// What an event costs by the number of rules: no journals, no decoding, only what the rules make of it.
enum RulesBenchmark {
    private static let schema = try! Schema.read(Array(RulesWorkload.schema.utf8), file: "schema.yaml")
    private static let batches = 8

    /// - Parameter counts: only these numbers of rules; all where there is none.
    static func run(_ counts: [Int]) throws {
        print("Rules over 20 numeric fields, 3 to 5 conditions each, about one hit per event; per event")
        var costs: [String: Double] = [:]
        for (shape, goals) in [
            (RulesWorkload.Shape.selective, [(100, ""), (1_000, "1.5 µs"), (10_000, "2 µs"), (100_000, "10 µs")]),
            (.dense, [(100, ""), (1_000, "1.5 µs"), (10_000, "7 µs"), (100_000, "80 µs")]),
        ] {
            for (count, goal) in goals where counts.isEmpty || counts.contains(count) { costs["\(shape) \(count)"] = try measureRules(shape, count, goal) }
        }
        if let few = costs["selective 100"], let many = costs["selective 100000"] {
            report("100,000 selective rules against 100", format(many / few) + " times", "goal 2")
        }
        print("")
    }

    /// - Returns: nanoseconds for an event.
    private static func measureRules(_ shape: RulesWorkload.Shape, _ count: Int, _ goal: String) throws -> Double {
        var workload = RulesWorkload(shape, rules: count)
        let text = Array(workload.package().utf8)
        var package: Package?
        let reading = try measure { package = try Package.read(parseYAML(text, file: "p"), schema: schema) }
        var rules: RuleSet?
        let compiling = measure { rules = RuleSet(schema: schema, packages: [package!], timeZones: ZoneFiles()) }
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: nil)
        var events: [EventBatch] = []
        for batch in 0..<batches {
            events.append(EventBatch(capacity: 512, schema: schema))
            for row in 0..<512 {
                _ = try Array(workload.event(batch * 512 + row).utf8).withUnsafeBytes { try decoder.decode($0, eventType: 0, into: events[batch]) }
            }
        }
        let indexed = try cost(rules!, events, batches)
        report("\(count) \(shape.rawValue) rules", microseconds(indexed.nanoseconds), goal.isEmpty ? "" : "goal \(goal)")
        report("  rules evaluated, hits", "\(format(indexed.evaluated)), \(format(indexed.hits))")
        report("  heap allocations per event", format(indexed.allocations, 3))
        if count <= 10_000 {
            let every = RuleSet(schema: schema, packages: [package!], timeZones: ZoneFiles(), isIndexed: false)
            report("  every rule in turn", microseconds(try cost(every, events, count > 1_000 ? 1 : batches).nanoseconds))
        }
        report(
            "  reading and checking, compiling", "\(format(reading.nanoseconds / 1e6, 0)) + \(format(compiling.nanoseconds / 1e6, 0)) ms",
            count == 10_000 ? "goal 1000 ms" : "")
        return indexed.nanoseconds
    }

    private static func cost(
        _ rules: RuleSet, _ events: [EventBatch], _ batches: Int
    ) throws -> (nanoseconds: Double, evaluated: Double, hits: Double, allocations: Double) {
        let engine = try Engine(schema: schema, rules: rules, lists: Lists(), calendar: .init(rules: TimeZoneRules(fixedOffsetSeconds: 0)))
        var decision = Decision()
        var hits = 0
        func pass() throws {
            for batch in events.prefix(batches) {
                for row in 0..<batch.count {
                    try engine.process(batch, row: row, into: &decision)
                    hits += decision.hits.count
                }
            }
        }
        try pass()
        let runs = 7
        let before = engine.evaluatedRules
        hits = 0
        let cost = try median(of: runs) { try pass() }
        let count = Double(batches * 512)
        return (
            cost.nanoseconds / count, Double(engine.evaluatedRules - before) / count / Double(runs), Double(hits) / count / Double(runs),
            Double(cost.allocations) / count
        )
    }

    private static func microseconds(_ nanoseconds: Double) -> String { format(nanoseconds / 1000, 2) + " µs" }
}
