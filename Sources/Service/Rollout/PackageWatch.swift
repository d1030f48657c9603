internal import Engine
internal import Events
internal import PackageFeed
internal import Rules
internal import Telemetry

/// Counts what each package does, compares two revisions of one, and finds out whose rates have left their bounds. Belongs to the decision thread.
///
/// An event costs an addition, and one with hits or errors a few more; everything else happens once for a batch. It counts events and asks no clock.
final class PackageWatch {
    /// What is known of a package that runs.
    fileprivate struct Watched {
        let metrics: RolloutMetrics
        /// The revision before it, where that runs beside it: its index.
        let previous: Int?
        var window: RateWindow?
        /// Of the batch at hand.
        var count = RateWindow.Count()
        var shadowAlerts: UInt64 = 0
        var onlyLatest: UInt64 = 0
        var onlyPrevious: UInt64 = 0
        var otherLevel: UInt64 = 0
    }

    /// A rate that has left its bounds.
    struct Finding {
        /// Index of the package.
        var package: Int
        /// Whether the revision before it runs beside it.
        var hasPrevious: Bool
        var otherwise: Bounds.Otherwise
        var breach: Breach
    }

    private let registry: MetricsRegistry
    private var rules: RuleSet?
    private var watched: [Watched] = []
    /// By event type: events of the batch at hand.
    private var events: [Int64] = []
    /// Revisions that have been reported: once is enough.
    private var reported: Set<Revision> = []

    private struct Revision: Hashable {
        let name: String
        let version: String
        let fingerprint: UInt64

        init(_ package: Package) {
            name = package.name
            version = package.version
            fingerprint = package.revision
        }
    }

    init(_ registry: MetricsRegistry) { self.registry = registry }

    /// Before a batch: looks at the rules that run. Windows of packages that stay go on.
    func begin(_ rules: RuleSet) {
        guard rules !== self.rules else { return }
        var windows: [Revision: RateWindow] = [:]
        for (package, watched) in zip(self.rules?.packages ?? [], watched) { windows[Revision(package)] = watched.window }
        watched = rules.packages.map { package in
            Watched(
                metrics: RolloutMetrics(registry, package: package.name, isPrevious: package.isPrevious),
                previous: package.isPrevious ? nil : rules.packages.firstIndex { $0.isPrevious && $0.name == package.name },
                // What runs beside a newer revision is what that returns to, and is judged again when it is alone.
                window: package.isPrevious || package.mode == .shadow ? nil : package.bounds.map { windows[Revision(package)] ?? RateWindow($0) })
        }
        reported.formIntersection(rules.packages.map { Revision($0) })
        events = Array(repeating: 0, count: rules.schema.events.count)
        self.rules = rules
    }

    /// Counts a decision that was made for the first time.
    func note(_ decision: borrowing Decision) {
        events[decision.eventType] += 1
        for outcome in decision.outcomes { watched[outcome.package].count.alerts += 1 }
        for outcome in decision.shadowOutcomes {
            watched[outcome.package].count.alerts += 1
            watched[outcome.package].shadowAlerts += 1
        }
        // In the order of packages.
        var last = -1
        for error in decision.errors where error.package != last {
            last = error.package
            watched[last].count.errors += 1
        }
        if !decision.outcomes.isEmpty || !decision.shadowOutcomes.isEmpty { compare(decision) }
    }

    private func compare(_ decision: borrowing Decision) {
        func level(_ package: Int) -> Int? {
            for outcome in decision.outcomes where outcome.package == package { return outcome.level }
            for outcome in decision.shadowOutcomes where outcome.package == package { return outcome.level }
            return nil
        }
        for latest in watched.indices {
            guard let previous = watched[latest].previous else { continue }
            switch (level(latest), level(previous)) {
            case (nil, nil): break
            case (_?, nil): watched[latest].onlyLatest += 1
            case (nil, _?): watched[latest].onlyPrevious += 1
            case (let one?, let other?): if name(one, latest) != name(other, previous) { watched[latest].otherLevel += 1 }
            }
        }
    }

    private func name(_ level: Int, _ package: Int) -> String? { level < 0 ? nil : rules!.packages[package].decide.levels[level].name }

    /// After a batch: adds it up, and judges.
    /// - Parameter minimum: packages below it were passed over for the whole batch.
    func finish(minimum: Package.Priority) -> [Finding] {
        guard let rules else { return [] }
        var findings: [Finding] = []
        for (index, package) in rules.packages.enumerated() {
            defer { watched[index].clear() }
            guard package.priority.rank >= minimum.rank else { continue }
            watched[index].count.events = package.on.reduce(0) { $0 + events[$1] }
            let count = watched[index].count
            guard count.events > 0 else { continue }
            let metrics = watched[index].metrics
            metrics.events.increment(by: UInt64(count.events))
            metrics.errors.increment(by: UInt64(count.errors))
            metrics.shadowAlerts.increment(by: watched[index].shadowAlerts)
            metrics.liveAlerts.increment(by: UInt64(count.alerts) - watched[index].shadowAlerts)
            if let previous = watched[index].previous, rules.packages[previous].priority.rank >= minimum.rank {
                watched[index].publish(events: Set(package.on + rules.packages[previous].on).reduce(0) { $0 + events[$1] })
            }
            watched[index].window?.add(count)
            if let message = watched[index].window?.breach, reported.insert(Revision(package)).inserted {
                metrics.breaches.increment()
                findings.append(
                    Finding(
                        package: index, hasPrevious: watched[index].previous != nil, otherwise: package.bounds?.otherwise ?? .keep,
                        breach: Breach(package: package.name, version: package.version, revision: package.revision, message: message)))
            }
        }
        for type in events.indices { events[type] = 0 }
        return findings
    }
}

extension PackageWatch.Watched {
    fileprivate mutating func clear() {
        count = RateWindow.Count()
        shadowAlerts = 0
        onlyLatest = 0
        onlyPrevious = 0
        otherLevel = 0
    }

    fileprivate func publish(events: Int64) {
        metrics.count(.onlyLatest, onlyLatest)
        metrics.count(.onlyPrevious, onlyPrevious)
        metrics.count(.level, otherLevel)
        metrics.count(.same, UInt64(events) - onlyLatest - onlyPrevious - otherLevel)
    }
}
