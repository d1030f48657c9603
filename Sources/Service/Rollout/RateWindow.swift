internal import Documents
internal import Rules

/// How often a package alerted and failed over the latest events, in a few panes: counts are added batch by batch, and the oldest pane goes as a whole.
struct RateWindow {
    /// What is counted over some events.
    struct Count: Equatable {
        var events: Int64 = 0
        var alerts: Int64 = 0
        /// Events for which at least one condition could not be decided.
        var errors: Int64 = 0

        mutating func add(_ other: Count) {
            events += other.events
            alerts += other.alerts
            errors += other.errors
        }

        mutating func subtract(_ other: Count) {
            events -= other.events
            alerts -= other.alerts
            errors -= other.errors
        }
    }

    /// The window is longer than declared by at most one pane and one batch.
    private static let paneCount: Int64 = 10

    private let bounds: Bounds
    /// Oldest first, the last one still growing.
    private var panes: [Count] = [Count()]
    private(set) var total = Count()

    init(_ bounds: Bounds) { self.bounds = bounds }

    mutating func add(_ count: Count) {
        panes[panes.count - 1].add(count)
        total.add(count)
        if panes[panes.count - 1].events * Self.paneCount >= bounds.events { panes.append(Count()) }
        while let oldest = panes.first, panes.count > 1, total.events - oldest.events >= bounds.events {
            total.subtract(oldest)
            panes.removeFirst()
        }
    }

    /// Which bound has been left, as a sentence; nil while none has.
    ///
    /// Too many alerts are too many also before the window is full: the events to come cannot make them fewer. Too few may become more.
    var breach: String? {
        let events = max(total.events, bounds.events)
        if let most = bounds.alertRateMax, Double(total.alerts) > most * Double(events) {
            return "it alerted on \(total.alerts) of \(total.events) events, more than \(formatPercentage(most)) of \(events)"
        }
        if let most = bounds.errorRateMax, Double(total.errors) > most * Double(events) {
            return "conditions could not be decided on \(total.errors) of \(total.events) events, more than \(formatPercentage(most)) of \(events)"
        }
        if let least = bounds.alertRateMin, total.events >= bounds.events, Double(total.alerts) < least * Double(events) {
            return "it alerted on \(total.alerts) of \(total.events) events, less than \(formatPercentage(least))"
        }
        return nil
    }
}
