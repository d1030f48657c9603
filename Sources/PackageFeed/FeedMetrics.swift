internal import Telemetry

/// What is counted of one subscription. Series bear the URL without its password.
struct FeedMetrics {
    enum Outcome: String, CaseIterable { case changed, unchanged, failed }
    enum Transition: String, CaseIterable { case active, refused, unreachable, recovered, stale, fresh, returned }

    private let polls: [Outcome: Counter]
    private let transitions: [Transition: Counter]
    private let reusedETags: Counter
    let activeRevision: Gauge
    let problem: Gauge

    init(_ registry: MetricsRegistry, url: String, age: @escaping @Sendable () -> Double) {
        polls = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map {
                ($0, registry.counter("vane_package_polls_total", help: "Looks at a URL, by outcome.", labels: ["url": url, "outcome": $0.rawValue]))
            })
        transitions = Dictionary(
            uniqueKeysWithValues: Transition.allCases.map {
                ($0, registry.counter("vane_package_transitions_total", help: "Changes of a subscription's state.", labels: ["url": url, "to": $0.rawValue]))
            })
        reusedETags = registry.counter(
            "vane_package_reused_etags_total", help: "Documents that changed under the same ETag.", labels: ["url": url])
        activeRevision = registry.gauge("vane_package_active_revision", help: "Revision of the document in force.", labels: ["url": url])
        problem = registry.gauge("vane_package_problem", help: "1 while the latest document is not known or not in force.", labels: ["url": url])
        registry.gauge(
            "vane_package_age_seconds", help: "Since the server last confirmed the document in force.", labels: ["url": url], reading: age)
    }

    func count(_ outcome: Outcome) { polls[outcome]?.increment() }
    func count(_ transition: Transition) { transitions[transition]?.increment() }
    func countReusedETag() { reusedETags.increment() }
}
