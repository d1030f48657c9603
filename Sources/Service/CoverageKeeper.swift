internal import Events
internal import JournalSharing
internal import Journals
internal import KafkaIO

/// Keeps account of since when facts have been recorded, so that evidence and status can say what is warming.
///
/// Recording counts from the latest event time of the first events that are decided: what happened before may be missing. Shared journals go on from what
/// processes before have noted. Journals of the process itself begin when it gets partitions that it had not.
final class CoverageKeeper {
    private static let lookNanoseconds: Int64 = 1_000_000_000

    private var store: JournalStore
    private var shared: SharedJournals?
    /// The partitions of the last assignment, whose events are in the process's own journals.
    private var partitions: Set<TopicPartition> = []
    /// What the process records begins with the next events.
    private var isBeginning = true
    private var isNoted = false
    private var nextLook: Int64 = 0

    /// - Parameter isComplete: the stream begins with its first event, and nothing was before.
    init(_ store: JournalStore, _ shared: SharedJournals?, isComplete: Bool) {
        self.store = store
        self.shared = shared
        if isComplete { isBeginning = false } else if shared == nil { store.coverage = begun(at: RecordedFacts.notYet) }
        if isComplete { isNoted = true }
    }

    private func begun(at time: Int64) -> Coverage {
        Coverage(store.schema, store.schema.entities.indices.map { RecordedFacts(store.schema, entity: $0, sinceMilliseconds: time) })
    }

    /// The journals go on with a schema that extends the one before: what it adds is recorded from the next event on.
    func succeed(_ store: JournalStore, _ shared: SharedJournals?) {
        let before = self.store
        (self.store, self.shared, isNoted) = (store, shared, false)
        guard shared == nil else { return }
        let facts = store.schema.entities.indices.map { entity in
            let earlier =
                entity < before.schema.entities.count
                ? before.coverage?.facts[entity] ?? RecordedFacts(before.schema, entity: entity, sinceMilliseconds: .min) : nil
            return RecordedFacts(store.schema, entity: entity, sinceMilliseconds: RecordedFacts.notYet).following(earlier, at: RecordedFacts.notYet)
        }
        store.coverage = Coverage(store.schema, facts)
        isBeginning = true
    }

    /// Partitions have come: what their events were before, other processes know.
    func assigned(_ partitions: [TopicPartition]) {
        let isKnown = self.partitions.isSuperset(of: partitions)
        self.partitions = Set(partitions)
        guard shared == nil, !isKnown, store.coverage != nil else { return }
        store.coverage = begun(at: RecordedFacts.notYet)
        isBeginning = true
    }

    /// Partitions are another's now: what happens to them is not seen.
    func lost() { partitions = [] }

    /// Events have been decided.
    func decided(latestMilliseconds latest: Int64) {
        guard isBeginning, shared == nil, latest > 0, let coverage = store.coverage else { return }
        isBeginning = false
        store.coverage = Coverage(store.schema, coverage.facts.map { $0.settled(at: latest) })
    }

    /// Between two batches.
    /// - Parameter latest: the latest time of an event decided; 0 before the first.
    func turn(latestMilliseconds latest: Int64) {
        guard let shared, latest > 0 else { return }
        if !isNoted { isNoted = shared.noteRecorded(latestMilliseconds: latest) }
        let now = Clock.steadyNanoseconds()
        guard now >= nextLook, let coverage = store.coverage else { return }
        nextLook = now + Self.lookNanoseconds
        let lacking = store.lacking
        if !lacking.isEmpty { store.coverage = coverage.lacking(lacking, store.schema) }
    }
}
