internal import JournalSharing
internal import Journals
internal import RedisStore
internal import Telemetry

/// Journals shared through Redis as the pipeline sees them: when to wait for Redis, and when to decide without it.
final class Sharing {
    enum Progress {
        case ready
        case waiting
        /// The batch is to be decided on the working copies.
        case degraded
    }

    /// Journals that may lack records in Redis; beyond it nothing is decided until Redis is back.
    private static let dirtyMax = 100_000
    private static let noticeNanoseconds: Int64 = 10_000_000_000
    private static let repairsPerTurn = 512

    private(set) var journals: SharedJournals
    private let link: any RedisLink
    private let policy: Configuration.RedisDownPolicy
    private let memoryBytes: Int
    private let patienceMilliseconds: Int64
    /// How long Redis is waited for though a batch is late already: it is not Redis that made it late.
    private let leastWaitNanoseconds: Int64
    /// Spent waiting for the oldest batch.
    private var waitedNanoseconds: Int64 = 0
    /// A batch has been decided without Redis, and none with it since: others do not wait as long.
    private var isGivenUp = false
    private let metrics: SharingMetrics
    private let log: Logger
    private var nextNotice: Int64 = 0
    private(set) var isRegistered = false
    /// Why Redis does not do its part; nil while it does.
    private(set) var obstacle: String?

    /// - Parameter budgetMilliseconds: from a record's timestamp to its decision; past three fifths of it, a batch is decided without Redis.
    init(
        _ journals: SharedJournals, _ link: any RedisLink, policy: Configuration.RedisDownPolicy, memoryBytes: Int64, budgetMilliseconds: Int64,
        _ registry: MetricsRegistry, log: Logger
    ) {
        self.journals = journals
        self.link = link
        self.policy = policy
        self.memoryBytes = Int(memoryBytes)
        patienceMilliseconds = budgetMilliseconds * 3 / 5
        leastWaitNanoseconds = budgetMilliseconds * 1_000_000 / 5
        metrics = SharingMetrics(registry)
        self.log = log
    }

    /// Agrees with the other processes on how records are written; events wait until this is done.
    func register() throws(SharedJournals.LayoutFailure) {
        if isRegistered { return }
        link.maintain(timeoutMilliseconds: 50)
        if link.isConnected {
            isRegistered = try journals.registerLayouts(timeoutMilliseconds: 500) && journals.readRecorded(timeoutMilliseconds: 500)
        }
        obstacle = isRegistered ? nil : link.failure.map { "\($0)" } ?? "no connection yet"
        notice()
    }

    /// Goes on with the journals of an extended schema: they are read from Redis when they are next needed.
    func succeed(_ store: JournalStore) {
        journals = SharedJournals(succeeding: journals, store)
        isRegistered = false
    }

    /// Whether no more events should come for now.
    var holdsBack: Bool {
        !isRegistered || journals.dirtyCount > Self.dirtyMax || (obstacle != nil && policy == .pause) || (obstacle != nil && journals.batchesUnderWay > 1)
    }

    /// Offsets of events that were decided without Redis must wait until their records are there.
    var holdsOffsets: Bool { journals.dirtyCount > 0 }

    /// Goes on with the oldest batch.
    /// - Parameter ageMilliseconds: since the timestamp of its first record.
    func advance(ageMilliseconds: Int64, timeoutMilliseconds: Int32) -> Progress {
        let began = Clock.steadyNanoseconds()
        let progress = journals.advance(timeoutMilliseconds: timeoutMilliseconds)
        if progress == .ready {
            waitedNanoseconds = 0
            isGivenUp = false
            clear()
            return .ready
        }
        // What the process itself stood still for, stopped or starved, is not counted.
        waitedNanoseconds += min(Clock.steadyNanoseconds() - began, Int64(timeoutMilliseconds) * 1_000_000)
        let isLate = ageMilliseconds > patienceMilliseconds
        guard case .unavailable(let reason) = progress else {
            return isLate && waitedNanoseconds >= leastWaitNanoseconds ? degrade("Redis gives no answer in time") : .waiting
        }
        obstacle = reason
        notice()
        // One batch waits so that a short outage is seen through; those behind it need not.
        return isLate || isGivenUp ? degrade(reason) : .waiting
    }

    private var mayDecideWithout: Bool { journals.dirtyCount <= Self.dirtyMax }

    private func degrade(_ reason: String) -> Progress {
        guard policy == .degrade, mayDecideWithout else { return .waiting }
        obstacle = reason
        notice()
        waitedNanoseconds = 0
        isGivenUp = true
        journals.decideWithout()
        metrics.degradedBatches.increment()
        return .degraded
    }

    /// Between two batches: writes what Redis lacks, keeps memory within its bound, reports.
    func turn(nowMilliseconds: Int64) {
        // Batches see to the connection; without any, somebody else must.
        if !link.isConnected { link.maintain(timeoutMilliseconds: 0) }
        if journals.dirtyCount > 0 { journals.repair(limit: Self.repairsPerTurn, timeoutMilliseconds: 0) }
        if isRegistered && journals.batchesUnderWay == 0 { clear() }
        journals.evict(downTo: memoryBytes, nowMilliseconds: nowMilliseconds)
        metrics.take(journals.counts, dirty: journals.dirtyCount, memory: journals.store.evictableBytes)
        for report in journals.reports {
            switch report {
            case .lostWrites(let name, let records):
                log.warning(
                    "redis-lost-writes", "Redis had lost \(records) records of \(name); they have been written again",
                    ["log": .string(name), "records": .number(records)])
            case .damaged(let name, let aside):
                log.error(
                    "redis-damaged", "\(name) cannot be read; it was renamed to \(aside) and made anew from what is known",
                    ["log": .string(name), "set_aside": .string(aside)])
            }
        }
        journals.reports.removeAll()
    }

    private func clear() {
        guard obstacle != nil, link.isConnected, journals.dirtyCount == 0 else { return }
        obstacle = nil
        log.info("redis", "Redis does its part again")
    }

    private func notice() {
        guard let obstacle else { return }
        let now = Clock.steadyNanoseconds()
        guard now >= nextNotice else { return }
        nextNotice = now + Self.noticeNanoseconds
        let isDegraded = policy == .degrade && isRegistered && mayDecideWithout
        log.warning(
            "redis", "\(obstacle); \(isDegraded ? "events are decided on what is in memory, marked degraded" : "events wait")",
            ["journals_to_repair": .number(journals.dirtyCount)])
    }
}

/// What shared journals count.
final class SharingMetrics {
    let degradedBatches: Counter
    private let appends: Counter
    private let tails: Counter
    private let loads: Counter
    private let repaired: Counter
    private let compactions: Counter
    private let setAside: Counter
    private let dirty: Gauge
    private let memory: Gauge
    private var last = SharedJournals.Counts()

    init(_ registry: MetricsRegistry) {
        degradedBatches = registry.counter("vane_redis_degraded_batches_total", help: "Batches decided without Redis.")
        appends = registry.counter("vane_redis_appends_total", help: "Records appended to logs in Redis.")
        tails = registry.counter("vane_redis_tails_total", help: "Ranges fetched because another process had written.")
        loads = registry.counter("vane_redis_loads_total", help: "Logs loaded.")
        repaired = registry.counter("vane_redis_repaired_records_total", help: "Records appended again because Redis had lost them.")
        compactions = registry.counter("vane_redis_compactions_total", help: "Logs begun anew without what is out of sight.")
        setAside = registry.counter("vane_redis_set_aside_total", help: "Logs that could not be read and were renamed.")
        dirty = registry.gauge("vane_redis_journals_to_repair", help: "Journals with records that Redis lacks.")
        memory = registry.gauge("vane_journal_memory_bytes", help: "Memory of records and window states.")
    }

    func take(_ counts: SharedJournals.Counts, dirty: Int, memory: Int) {
        self.dirty.set(Int64(dirty))
        self.memory.set(Int64(memory))
        guard counts != last else { return }
        appends.increment(by: UInt64(counts.appends - last.appends))
        tails.increment(by: UInt64(counts.tails - last.tails))
        loads.increment(by: UInt64(counts.loads - last.loads))
        repaired.increment(by: UInt64(counts.repaired - last.repaired))
        compactions.increment(by: UInt64(counts.compactions - last.compactions))
        setAside.increment(by: UInt64(counts.setAside - last.setAside))
        last = counts
    }
}
