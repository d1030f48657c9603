internal import Events
internal import Journals
internal import RedisStore

/// Since when facts have been recorded, kept at `vane:account:recorded` and so on, for the processes that come after.
///
/// Each process reads them once, before its first batch, and writes them anew where its schema records something else: so a fact that a process with
/// another schema did not record, even for a while, begins anew with the next one that does.
extension SharedJournals {
    /// Reads what earlier processes have noted; from then on the store has a coverage.
    /// - Returns: false where Redis did not answer in time; try again.
    public func readRecorded(timeoutMilliseconds: Int32) -> Bool {
        var earlier: [RecordedFacts?] = []
        for entity in store.schema.entities.indices {
            guard let answer = ask(["GET", recordedKey(entity)], timeoutMilliseconds) else { return false }
            earlier.append(answer.value.flatMap { RecordedFacts(text: $0) })
        }
        recordedEarlier = earlier
        let facts = store.schema.entities.indices.map { entity in self.facts(entity, at: RecordedFacts.notYet) }
        store.coverage = Coverage(store.schema, facts)
        unnotedEntities = facts.indices.filter { facts[$0] != earlier[$0] }
        return true
    }

    /// Notes since when what is new is recorded, once events have been decided. Waits for nothing: to be called again until it returns true.
    /// - Parameter latest: the latest time of an event so far.
    public func noteRecorded(latestMilliseconds latest: Int64) -> Bool {
        if unnotedEntities.isEmpty { return true }
        if let ticket = notingTicket {
            let replies = ReplyBuffer()
            guard link.receive(ticket, into: replies, timeoutMilliseconds: 0) else { return false }
            notingTicket = nil
            if unnotedEntities.indices.allSatisfy({ replies[$0].kind == .status }) { unnotedEntities = [] }
            return unnotedEntities.isEmpty
        }
        guard link.isConnected, let coverage = store.coverage else { return false }
        if !coverage.facts.allSatisfy(\.isSettled) {
            store.coverage = Coverage(store.schema, store.schema.entities.indices.map { facts($0, at: latest) })
        }
        var commands = CommandBuffer()
        for entity in unnotedEntities { commands.command(["SET", recordedKey(entity), store.coverage!.facts[entity].text], key: 1) }
        notingTicket = link.send(commands)
        return false
    }

    private func facts(_ entity: Int, at time: Int64) -> RecordedFacts {
        RecordedFacts(store.schema, entity: entity, sinceMilliseconds: time).following(recordedEarlier[entity], at: time)
    }

    private func recordedKey(_ entity: Int) -> String { "\(options.prefix)\(store.schema.entities[entity].name):recorded" }
}
