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
        /// Event types that it is evaluated for, and its priority.
        let types: [Int]
        let rank: Int
        /// The revision before it, where that runs beside it: its index.
        let previous: Int?
        /// Event types for which one of the two is evaluated.
        let comparedTypes: [Int]
        var window: RateWindow?
        /// Of the batch at hand.
        var count = RateWindow.Count()
        var shadowAlerts: UInt64 = 0
        var onlyLatest: UInt64 = 0
        var onlyPrevious: UInt64 = 0
        var otherLevel: UInt64 = 0
        /// Since the two run side by side.
        var comparison = RevisionComparison()
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
    private let log: Logger
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

    init(_ registry: MetricsRegistry, log: Logger) {
        self.registry = registry
        self.log = log
    }

    /// Before a batch: looks at the rules that run. Windows of packages that stay go on.
    func begin(_ rules: RuleSet) {
        guard rules !== self.rules else { return }
        var windows: [Revision: RateWindow] = [:]
        for (package, watched) in zip(self.rules?.packages ?? [], watched) { windows[Revision(package)] = watched.window }
        report()
        watched = rules.packages.map { package in
            let previous = package.isPrevious ? nil : rules.packages.firstIndex { $0.isPrevious && $0.name == package.name }
            return Watched(
                metrics: RolloutMetrics(registry, package: package.name, isPrevious: package.isPrevious), types: package.on, rank: package.priority.rank,
                previous: previous, comparedTypes: previous.map { Set(package.on + rules.packages[$0].on).sorted() } ?? [],
                // What runs beside a newer revision is what that returns to, and is judged again when it is alone.
                window: package.isPrevious || package.mode == .shadow ? nil : package.bounds.map { windows[Revision(package)] ?? RateWindow($0) })
        }
        reported.formIntersection(rules.packages.map { Revision($0) })
        events = Array(repeating: 0, count: rules.schema.events.count)
        self.rules = rules
    }

    /// Packages of other rules that have left their bounds already, and run beside the revision before them: rules that were compiled before anybody knew.
    func withdrawn(among rules: RuleSet) -> [Int] {
        rules.packages.indices.filter { index in
            let package = rules.packages[index]
            return !package.isPrevious && reported.contains(Revision(package)) && rules.packages.contains { $0.isPrevious && $0.name == package.name }
        }
    }

    /// Says how revisions that have run side by side compare; at the end, and when something else begins to run.
    func report() {
        guard let rules else { return }
        for index in watched.indices {
            guard let previous = watched[index].previous, watched[index].comparison.events > 0 else { continue }
            let (latest, before) = (rules.packages[index], rules.packages[previous])
            log.info(
                "package-compared", "\(latest.name) \(latest.version) beside \(before.version): \(watched[index].comparison.text)",
                ["package": .string(latest.name), "version": .string(latest.version), "previous": .string(before.version)])
            watched[index].comparison = RevisionComparison()
        }
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
        for index in watched.indices {
            defer { watched[index].clear() }
            guard watched[index].rank >= minimum.rank else { continue }
            let evaluated = sum(watched[index].types)
            watched[index].count.events = evaluated
            guard watched[index].count.events > 0 else { continue }
            watched[index].publish()
            if let previous = watched[index].previous, watched[previous].rank >= minimum.rank {
                let compared = sum(watched[index].comparedTypes)
                watched[index].publishComparison(events: compared)
            }
            let count = watched[index].count
            watched[index].window?.add(count)
            guard let message = watched[index].window?.breach else { continue }
            let package = rules.packages[index]
            guard reported.insert(Revision(package)).inserted else { continue }
            watched[index].metrics.breaches.increment()
            findings.append(
                Finding(
                    package: index, hasPrevious: watched[index].previous != nil, otherwise: package.bounds?.otherwise ?? .keep,
                    breach: Breach(package: package.name, version: package.version, revision: package.revision, message: message)))
        }
        for type in events.indices { events[type] = 0 }
        return findings
    }

    /// Events of some types in the batch at hand.
    private func sum(_ types: [Int]) -> Int64 {
        var sum: Int64 = 0
        for type in types { sum += events[type] }
        return sum
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

    fileprivate func publish() {
        metrics.events.increment(by: UInt64(count.events))
        metrics.errors.increment(by: UInt64(count.errors))
        metrics.shadowAlerts.increment(by: shadowAlerts)
        metrics.liveAlerts.increment(by: UInt64(count.alerts) - shadowAlerts)
    }

    fileprivate mutating func publishComparison(events: Int64) {
        let batch = RevisionComparison(events: UInt64(events), onlyLatest: onlyLatest, onlyPrevious: onlyPrevious, otherLevel: otherLevel)
        metrics.count(.onlyLatest, batch.onlyLatest)
        metrics.count(.onlyPrevious, batch.onlyPrevious)
        metrics.count(.level, batch.otherLevel)
        metrics.count(.same, batch.same)
        comparison.add(batch)
    }
}
