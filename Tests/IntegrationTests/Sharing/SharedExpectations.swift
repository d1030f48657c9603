import Testing

/// What must hold of decisions whatever happened to the processes that made them.
enum SharedExpectations {
    /// Of so many differences each is shown.
    private static let shownMax = 5

    /// Every decision is what the final order of its journals' appends gives.
    static func followLogs(_ load: StreamLoad, _ server: RedisServer, _ events: [SharedEvent], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let logs = try JournalLogs(server, events)
        for entity in ["account", "device", "address"] {
            let inLogs = logs.orders[entity, default: [:]].values.reduce(0) { $0 + $1.count }
            let sent = events.count { $0.name(entity) != nil }
            #expect(inLogs == sent, "every event is in its \(entity)'s log", sourceLocation: sourceLocation)
        }
        compare(load.decisions, logs.expectations(), events, "the order of its logs", sourceLocation)
    }

    /// What the last event of each entity sees is a plain count over the whole stream.
    static func countEverything(_ load: StreamLoad, _ unique: [SharedEvent], _ probes: [SharedEvent], sourceLocation: SourceLocation = #_sourceLocation) {
        var expected: [String: [String: Double]] = [:]
        for entity in ["account", "device", "address"] {
            let indicators = SharedIndicator.all.filter { $0.entity == entity }
            let events = Dictionary(grouping: unique.filter { $0.name(entity) != nil }) { $0.name(entity)! }
            for probe in probes {
                guard let name = probe.name(entity) else { continue }
                var history = SharedHistory()
                for event in events[name, default: []] { history.insert(event) }
                history.insert(probe)
                for indicator in indicators { expected[probe.id, default: [:]][indicator.id] = history.value(indicator, at: probe.time) }
            }
        }
        compare(load.decisions.filter { expected[$0.key] != nil }, expected, probes, "the whole stream", sourceLocation)
    }

    /// Each event has one decision and at most one alert, made with everything there is.
    static func areWhole(_ load: StreamLoad, sourceLocation: SourceLocation = #_sourceLocation) {
        let (repeated, flawed) = (load.repeated, load.flawed)
        #expect(repeated.isEmpty, "\(repeated.count) twice: \(repeated.prefix(shownMax))", sourceLocation: sourceLocation)
        #expect(flawed.isEmpty, "\(flawed.count): \(flawed.prefix(shownMax))", sourceLocation: sourceLocation)
    }

    /// The same alerts, by id and content: score, level, hits, values of indicators and the records they saw.
    static func haveSameAlerts(_ load: StreamLoad, as other: StreamLoad, sourceLocation: SourceLocation = #_sourceLocation) {
        let count = other.alerts.count
        #expect(count > 0, "the undisturbed process raised alerts", sourceLocation: sourceLocation)
        let differing = Set(load.alerts.keys).union(other.alerts.keys).filter { load.alerts[$0] != other.alerts[$0] }.sorted()
        for event in differing.prefix(shownMax) {
            Issue.record("\(event)\n  here:  \(load.alerts[event] ?? "none")\n  alone: \(other.alerts[event] ?? "none")", sourceLocation: sourceLocation)
        }
        #expect(differing.isEmpty, "\(differing.count) of \(count) alerts differ", sourceLocation: sourceLocation)
    }

    private static func compare(
        _ decisions: [String: [String: Double]], _ expected: [String: [String: Double]], _ events: [SharedEvent], _ what: String,
        _ sourceLocation: SourceLocation
    ) {
        let differing = events.filter { decisions[$0.id] != expected[$0.id] }
        for event in differing.prefix(shownMax) {
            Issue.record(
                "\(event)\n  decided  \(text(decisions[event.id]))\n  expected \(text(expected[event.id]))", sourceLocation: sourceLocation)
        }
        #expect(differing.isEmpty, "\(differing.count) of \(events.count) decisions differ from \(what)", sourceLocation: sourceLocation)
    }

    private static func text(_ values: [String: Double]?) -> String {
        values.map { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") } ?? "nothing"
    }
}
