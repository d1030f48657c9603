internal import Events
internal import Expressions

/// Letting go of whole journals, so that memory stays within its bound.
extension EntityJournals {
    /// Takes a journal out of memory, with the states of its windows.
    func evict(_ journal: Int) {
        let header = self.header(journal)
        releaseState(journal)
        if let records = header.pointee.records { pool.release(records, byteCount: Int(header.pointee.blockBytes)) }
        table.remove(journal)
    }

    /// Empties a journal: as if its entity had never been seen.
    func clear(_ journal: Int) {
        let header = self.header(journal)
        releaseState(journal)
        header.pointee.base &+= header.pointee.count
        header.pointee.count = 0
        header.pointee.lastTime = .min
        header.pointee.firstSeen = .max
        header.pointee.foldedThrough = .min
        header.pointee.hasDropped = false
    }

    private func releaseState(_ journal: Int) {
        forgetCursor()
        releasePanes(journal)
        guard let state = states.existing(journal) else { return }
        for index in plan.groups.indices { plan.release(plan.groups[index], state, pool) }
    }
}

extension JournalStore {
    /// Lets journals go until at most so many bytes are in use: first those past their retention, then those not used for longest.
    ///
    /// The search goes round all journals like the hand of a clock, and passes over those that were used since it last came by. Takes time proportional to
    /// the journals that it looks at, each at most twice.
    /// - Parameters:
    ///   - bytes: what records and window states may take; the index and the fixed part of states are not given back.
    ///   - nowMilliseconds: event time that decides which journals are past their retention.
    ///   - mayEvict: whether a journal, by entity type and number, may go now.
    ///   - evicted: called for each one before it goes; `isExpired` tells whether anything is lost with it.
    public func evict(
        downTo bytes: Int, nowMilliseconds: Int64, mayEvict: (_ entity: Int, _ journal: Int) -> Bool = { _, _ in true },
        evicted: (_ entity: Int, _ journal: Int, _ isExpired: Bool) -> Void
    ) {
        var looked = 0
        let places = entities.reduce(0) { $0 + $1.table.count }
        while pool.bytesReserved > bytes && looked < places * 2 {
            if hand.journal >= entities[hand.entity].table.count {
                hand = (hand.entity + 1 == entities.count ? 0 : hand.entity + 1, 0)
                continue
            }
            let (entity, journal) = hand
            hand.journal += 1
            looked += 1
            let header = entities[entity].table.header(journal)
            if header.pointee.isFree { continue }
            let isExpired = header.pointee.lastTime == .min || header.pointee.lastTime &+ entities[entity].retention < nowMilliseconds
            if header.pointee.isUsed && !isExpired {
                header.pointee.isUsed = false
                continue
            }
            guard mayEvict(entity, journal) else { continue }
            evicted(entity, journal, isExpired)
            entities[entity].evict(journal)
        }
    }

    /// Bytes that `evict` can bring down: records and what windows hold of values.
    public var evictableBytes: Int { pool.bytesReserved }
}
