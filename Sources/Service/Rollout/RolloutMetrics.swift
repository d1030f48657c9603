internal import Engine
internal import Telemetry

/// What is counted of one package. Series bear its name and which of two revisions it is, so there are as many as packages.
struct RolloutMetrics {
    /// How two revisions compare on an event.
    enum Agreement: String, CaseIterable {
        /// Neither alerts, or both do, at the same level.
        case same
        /// Both alert, at other levels.
        case level
        case onlyLatest = "only_latest"
        case onlyPrevious = "only_previous"
    }

    let events: Counter
    let liveAlerts: Counter
    let shadowAlerts: Counter
    let errors: Counter
    let breaches: Counter
    /// Of the latest revision.
    private let agreements: [Counter]

    init(_ registry: MetricsRegistry, package: String, isPrevious: Bool) {
        let revision = isPrevious ? "previous" : "latest"
        events = registry.counter(
            "vane_package_events_total", help: "Events for which a package was evaluated.", labels: ["package": package, "revision": revision])
        func alerts(_ mode: String) -> Counter {
            registry.counter(
                "vane_package_alerts_total", help: "Events on which a package alerted, or would have alerted in shadow.",
                labels: ["package": package, "revision": revision, "mode": mode])
        }
        liveAlerts = alerts("live")
        shadowAlerts = alerts("shadow")
        errors = registry.counter(
            "vane_package_errors_total", help: "Events for which a condition of a package could not be decided.",
            labels: ["package": package, "revision": revision])
        breaches = registry.counter(
            "vane_package_breaches_total", help: "Times that a rate of a package left its bounds.", labels: ["package": package])
        agreements = Agreement.allCases.map {
            registry.counter(
                "vane_package_compared_events_total", help: "Events for which two revisions of a package were evaluated, by how they compare.",
                labels: ["package": package, "result": $0.rawValue])
        }
    }

    func count(_ agreement: Agreement, _ amount: UInt64) { agreements[Agreement.allCases.firstIndex(of: agreement)!].increment(by: amount) }
}
