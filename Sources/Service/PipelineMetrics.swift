internal import Events
public import Telemetry

/// What the pipeline counts. Written by the decision thread, read by any.
public final class PipelineMetrics: Sendable {
    let events: Counter
    let duplicates: Counter
    let alerts: Counter
    let controlActions: Counter
    let listEntries: Counter
    let ruleErrors: Counter
    private let latency: BucketHistogram
    private let rejections: [String: Counter]

    /// In milliseconds: dense around the budget of 500.
    private static let latencyBounds: [Int64] = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 750, 1_000, 2_000, 5_000, 60_000]

    public init(_ registry: MetricsRegistry) {
        events = registry.counter("vane_events_total", help: "Events taken from Kafka.")
        duplicates = registry.counter("vane_duplicate_events_total", help: "Events that were recorded before.")
        alerts = registry.counter("vane_alerts_total", help: "Alerts emitted.")
        controlActions = registry.counter("vane_control_actions_total", help: "Control actions emitted.")
        listEntries = registry.counter("vane_list_entries_total", help: "Entries put on lists by list rules.")
        ruleErrors = registry.counter("vane_rule_errors_total", help: "Conditions that could not be decided, mostly for want of a value.")
        latency = registry.histogram(
            "vane_decision_latency_seconds", help: "From the record's timestamp to the decision.", bounds: Self.latencyBounds, unitsPerSecond: 1_000)
        var rejections: [String: Counter] = [:]
        for reason in Rejection.Reason.allCases {
            rejections[reason.rawValue] = registry.counter(
                "vane_rejected_events_total", help: "Events sent to dead-letters, by reason.", labels: ["reason": reason.rawValue])
        }
        self.rejections = rejections
    }

    func rejected(_ reason: Rejection.Reason) { rejections[reason.rawValue]?.increment() }

    func decided(latencyMilliseconds: Int64?) {
        if let latencyMilliseconds { latency.record(latencyMilliseconds) }
    }

    var rejectedCount: UInt64 { rejections.values.reduce(0) { $0 + $1.value } }
}
