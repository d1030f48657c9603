internal import Journals
internal import Telemetry

/// Keeps journals that are the process's own within their memory.
///
/// Entities past their retention go first. Beyond that nothing can go without being lost: the entities that were away for longest are forgotten, and it is
/// said so.
final class EmbeddedMemory {
    private static let noticeNanoseconds: Int64 = 60_000_000_000

    private let bytesMax: Int
    private let forgotten: Counter
    private let expired: Counter
    private let memory: Gauge
    private let log: Logger
    private var nextNotice: Int64 = 0

    init(bytesMax: Int64, _ registry: MetricsRegistry, log: Logger) {
        self.bytesMax = Int(bytesMax)
        self.log = log
        forgotten = registry.counter("vane_journals_forgotten_total", help: "Entities whose journals were given up for want of memory.")
        expired = registry.counter("vane_journals_expired_total", help: "Entities whose journals were given up after their retention.")
        memory = registry.gauge("vane_journal_memory_bytes", help: "Memory of records and window states.")
    }

    /// - Parameter nowMilliseconds: event time.
    func turn(_ store: JournalStore, nowMilliseconds: Int64) {
        let before = forgotten.value
        // An eighth at a time, so that the search does not begin anew for every batch.
        if store.evictableBytes > bytesMax {
            store.evict(downTo: bytesMax - bytesMax / 8, nowMilliseconds: nowMilliseconds) { _, _, isExpired in
                if isExpired { expired.increment() } else { forgotten.increment() }
            }
        }
        memory.set(Int64(store.evictableBytes))
        let now = Clock.steadyNanoseconds()
        guard forgotten.value > before, now >= nextNotice else { return }
        nextNotice = now + Self.noticeNanoseconds
        log.warning(
            "journals-forgotten",
            "journals are larger than 'journals.memory': \(forgotten.value) entities have been forgotten; raise it, or keep journals in Redis",
            ["forgotten": .number(forgotten.value)])
    }
}
