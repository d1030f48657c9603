internal import Engine
internal import JournalSharing
internal import Journals
internal import Rules

/// What the pipeline says about itself to other threads.
extension Pipeline {
    private static let statusNanoseconds: Int64 = 500_000_000

    /// Between two batches, now and then.
    func publishStatus() {
        guard let board else { return }
        let now = Clock.steadyNanoseconds()
        board.beat(nowNanoseconds: now)
        guard now >= nextStatus else { return }
        nextStatus = now + Self.statusNanoseconds
        var waitsFor: [String] = []
        if waitsForPackages { waitsFor.append("packages") }
        if waitsForLists { waitsFor.append("lists") }
        if let sharing, !sharing.isRegistered { waitsFor.append("redis") }
        let lists = engine.lists
        board.publish(
            StatusBoard.Snapshot(
                schema: engine.schema, packages: engine.rules.packages, coverage: engine.store.coverage, latestMilliseconds: latestMilliseconds,
                partitions: isAlone ? [] : partitions, lists: lists.names.indices.map { (lists.names[$0], lists.count(list: $0)) }, waitsFor: waitsFor,
                degraded: sharing?.obstacle.map { "redis_down: \($0)" } ?? shedding.reason ?? intake?.degradation,
                journalMemoryBytes: engine.store.evictableBytes, journalsToRepair: sharing?.journals.dirtyCount))
    }
}
