internal import Events
internal import Journals
internal import Rules
internal import Synchronization

/// What the decision thread last said about itself, for any thread to read.
final class StatusBoard: Sendable {
    /// All of it values that do not change any more; making one costs the decision thread next to nothing.
    struct Snapshot: Sendable {
        var schema: Schema
        /// Those in force.
        var packages: [Package]
        /// Nil where nothing can be missing.
        var coverage: Coverage?
        /// The latest time of an event; 0 before the first.
        var latestMilliseconds: Int64
        /// Nil before the group has given any, which may be none.
        var partitions: [String]?
        var lists: [(name: String, entries: Int)]
        /// What events wait for: `lists`, `packages`, `redis`.
        var waitsFor: [String]
        /// Why decisions are degraded; nil where they are not.
        var degraded: String?
        var journalMemoryBytes: Int
        /// Entities whose records Redis lacks; nil without Redis.
        var journalsToRepair: Int?
    }

    private let box = Mutex<Snapshot?>(nil)
    private let heartbeat: Atomic<Int64>

    init(nowNanoseconds: Int64) { heartbeat = Atomic(nowNanoseconds) }

    /// Nil before the decision thread has begun.
    var snapshot: Snapshot? { box.withLock { $0 } }

    func publish(_ snapshot: Snapshot) { box.withLock { $0 = snapshot } }

    /// The decision thread is alive.
    func beat(nowNanoseconds: Int64) { heartbeat.store(nowNanoseconds, ordering: .relaxed) }

    /// When it was last.
    var lastBeatNanoseconds: Int64 { heartbeat.load(ordering: .relaxed) }
}

extension StatusBoard.Snapshot {
    /// An indicator that may not see all of its window yet.
    struct WarmingIndicator {
        var package: String
        var indicator: String
        var warming: Coverage.Warming
    }

    /// Takes time proportional to the number of indicators: for the thread that asks.
    var warmingIndicators: [WarmingIndicator] {
        guard let coverage else { return [] }
        return packages.flatMap { package in
            package.indicators.compactMap { indicator in
                coverage.warming(IndicatorNeeds(indicator, schema), at: latestMilliseconds).map {
                    WarmingIndicator(package: package.name, indicator: indicator.id, warming: $0)
                }
            }
        }
    }
}
