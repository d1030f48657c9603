public import Documents
internal import Engine
internal import Events
internal import Expressions
internal import Journals
internal import Rules
internal import Service

extension Measurement {
    public struct Options: Sendable {
        /// Folder of schema and packages.
        public var rules = "rules"
        public var hours = 72.0
        public var customers = 20_000
        public var seed: UInt64 = 1
        /// Monday, 2 March 2026, eight in the morning.
        public var startMilliseconds: Int64 = 1_772_409_600_000
        public var storiesPerHour = 12.0
        public var lookAlikesPerHour = 12.0

        public init() {}
    }

    /// Plays the bank through the production engine, without Kafka and as fast as it goes.
    ///
    /// Two hours come before, so that what is usual has been seen, and four after, so that each story can end. Neither counts.
    public static func run(_ options: Options) throws(Diagnostics) -> Measurement {
        var observer = try Observer(options)
        var bank = SyntheticBank(
            seed: options.seed, startMilliseconds: options.startMilliseconds, customers: options.customers, storiesPerHour: options.storiesPerHour,
            lookAlikesPerHour: options.lookAlikesPerHour)
        while case let event = bank.next(), event.timeMilliseconds < observer.end + 4 * 3_600_000 { observer.take(event) }
        return observer.result()
    }
}

/// Compares decisions with the truth.
private struct Observer {
    private struct Performance {
        var truth: Truth
        var isCounted: Bool
        var isAlerted = false
        var hits: Set<String> = []
    }

    private let engine: Engine
    private let decoder: Decoder
    private let batch: EventBatch
    private var decision = Decision()
    private let start: Int64
    let end: Int64
    private let highestLevel: Set<String>
    private var measurement = Measurement()
    private var performances: [Int: Performance] = [:]
    private var ruleRows: [String: Measurement.Row] = [:]
    private var pointRows: [String: Measurement.Row] = [:]
    private var scenes: [String: Int] = [:]
    /// Until when verifications stand in the shadow of a story about a bank's traffic.
    private var shadowEnd = Int64.min

    /// Points about the traffic of a whole bank, and how long it stands in their windows.
    private static let pointsOfBanks: Set<String> = ["B1", "B2", "B6"]
    private static let bankWindowMilliseconds: Int64 = 70 * 60_000

    init(_ options: Measurement.Options) throws(Diagnostics) {
        let schema = try RuleFiles.schema(options.rules + "/schema.yaml")
        let zones = ZoneFiles()
        engine = try Engine(schema: schema, packages: RuleFiles.packages([options.rules], schema: schema), timeZones: zones)
        decoder = Decoder(schema: schema, pseudonymiser: try PseudonymKey.pseudonymiser(for: schema, keyFile: nil, forTesting: true), timeZones: zones)
        batch = EventBatch(capacity: 1, schema: schema)
        start = options.startMilliseconds + 2 * 3_600_000
        end = start + Int64(options.hours * 3_600_000)
        highestLevel = Set(engine.rules.packages.compactMap(\.decide.levels.last?.name))
    }

    mutating func take(_ event: BankEvent) {
        batch.removeAll()
        let isDecided = event.json.withUnsafeBytes { json in
            do {
                let row = try decoder.decode(json, eventType: decoder.eventType(of: json), into: batch)
                try engine.process(batch, row: row, into: &decision)
                return true
            } catch {
                return false
            }
        }
        guard isDecided else { return }
        for entry in engine.listEntries(decision, batch) {
            engine.lists.put(list: engine.lists.declare(entry.list), subject: entry.subject, entry.entry)
        }
        let rules = Set(decision.hits.map { engine.rules.packages[$0.package].rules[$0.rule].id })
        if let truth = event.truth { take(truth, event.timeMilliseconds, rules) }
        guard event.timeMilliseconds >= start && event.timeMilliseconds < end else { return }
        measurement.events += 1
        if event.truth == nil { measurement.honestEvents += 1 }
        guard let level = decision.level else { return }
        if event.truth == nil {
            if event.eventType == "verification" && event.timeMilliseconds < shadowEnd {
                measurement.verificationsAmidStories += 1
                return
            }
            measurement.honestAlerts += 1
            if highestLevel.contains(engine.rules.packages[level.package].decide.levels[level.level].name) { measurement.honestAlertsOfHighestLevel += 1 }
            scenes[event.lookAlike ?? "daily life", default: 0] += 1
        }
        for rule in rules { count(&ruleRows[rule, default: Measurement.Row(name: rule)], isRight: event.truth != nil) }
        for point in Set(rules.map(Self.point)) { count(&pointRows[point, default: Measurement.Row(name: point)], isRight: event.truth != nil) }
    }

    private func count(_ row: inout Measurement.Row, isRight: Bool) {
        row.alerts += 1
        if isRight { row.rightAlerts += 1 }
    }

    private mutating func take(_ truth: Truth, _ time: Int64, _ rules: Set<String>) {
        if Self.pointsOfBanks.contains(truth.point) { shadowEnd = max(shadowEnd, time + Self.bankWindowMilliseconds) }
        var performance = performances[truth.performance] ?? Performance(truth: truth, isCounted: time >= start && time < end)
        performance.hits.formUnion(rules)
        if decision.level != nil { performance.isAlerted = true }
        performances[truth.performance] = performance
    }

    /// `C7` of `C7-gather`.
    private static func point(_ rule: String) -> String { String(rule.prefix { $0 != "-" }) }

    func result() -> Measurement {
        var measurement = measurement
        var rules = ruleRows
        var points = pointRows
        var missed: [String: Int] = [:]
        for package in engine.rules.packages {
            for rule in package.rules {
                rules[rule.id, default: Measurement.Row(name: rule.id)].name = rule.id
                points[Self.point(rule.id), default: Measurement.Row(name: Self.point(rule.id))].name = Self.point(rule.id)
            }
        }
        for performance in performances.values where performance.isCounted {
            let truth = performance.truth
            let isFound = performance.hits.isSuperset(of: truth.rules)
            measurement.stories += 1
            if performance.isAlerted { measurement.storiesAlerted += 1 } else { missed[truth.text, default: 0] += 1 }
            if isFound { measurement.storiesFound += 1 }
            points[truth.point, default: Measurement.Row(name: truth.point)].stories += 1
            if isFound { points[truth.point]!.found += 1 }
            for rule in truth.rules {
                rules[rule, default: Measurement.Row(name: rule)].stories += 1
                if performance.hits.contains(rule) { rules[rule]!.found += 1 }
            }
        }
        measurement.rules = rules.values.sorted { Self.comesBefore($0.name, $1.name) }
        measurement.points = points.values.sorted { Self.comesBefore($0.name, $1.name) }
        measurement.honestAlertsByScene = scenes.map { ($0.key, $0.value) }.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
        measurement.missed = missed.map { ($0.key, $0.value) }.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
        return measurement
    }

    /// C9 before C10.
    private static func comesBefore(_ a: String, _ b: String) -> Bool {
        func key(_ name: String) -> (String, Int, String) {
            (String(name.prefix(1)), Int(point(name).dropFirst()) ?? 0, String(name.drop { $0 != "-" }))
        }
        return key(a) < key(b)
    }
}
