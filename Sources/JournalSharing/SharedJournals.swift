public import Events
public import Journals
public import RedisStore

/// Journals that processes share: Redis holds one append-only log per entity, a list of entries, and every process keeps working copies of those that it needs.
///
/// Events go through in batches: `begin` appends a batch's records to their logs and waits for nothing, `advance` takes the replies, `settle` brings the
/// journals of one event to where that event stands. The reply to an append, the log's new length, is the coherence check:
///
/// - as expected: the working copy is complete;
/// - longer: another process wrote too, and its records are fetched;
/// - shorter: Redis lost writes, and the working copy's records are appended again.
///
/// A log is a set of records in the order of their first appearance, so whatever is appended twice changes nothing, and an event stands where its record
/// appears first: it gets the same decision in every process, and whenever it is decided again.
///
/// One thread. Nothing here reads a clock: what is sent depends on events and replies only.
public final class SharedJournals {
    public struct Options: Sendable {
        /// Begins every key; without braces, which a cluster would take for its own.
        public var prefix: String
        /// How much longer than events need them logs live: as long as processing may stand still.
        public var outageMilliseconds: Int64
        /// Shorter logs are not begun anew: they cost less than their keys.
        var compactionEntriesMin: UInt32 = 64

        public init(prefix: String = "vane:", outageMilliseconds: Int64 = 86_400_000) {
            self.prefix = prefix
            self.outageMilliseconds = outageMilliseconds
        }
    }

    /// How far the oldest batch is.
    public enum Progress: Sendable, Equatable {
        /// Its events can be settled and decided, in order.
        case ready
        /// Replies are under way.
        case waiting
        /// Redis does not do its part. `advance` goes on trying; `decideWithout` does not wait for it.
        case unavailable(String)
    }

    /// What has been done, for metrics.
    public struct Counts: Sendable, Equatable {
        public var appends = 0
        /// Ranges that other processes had written.
        public var tails = 0
        public var loads = 0
        /// Records that were appended again because the log had lost them.
        public var repaired = 0
        public var compactions = 0
        /// Logs that could not be read and were put aside.
        public var setAside = 0

        public init() {}
    }

    /// Something that an operator should know.
    public enum Report: Sendable, Equatable {
        case lostWrites(log: String, records: Int)
        case damaged(log: String, setAside: String)
    }

    public let store: JournalStore
    let link: any RedisLink
    let options: Options
    public internal(set) var counts = Counts()
    /// Drained by whoever logs them.
    public var reports: [Report] = []
    var entities: [EntityLogs]
    /// Batches under way, oldest first; and those to use again.
    var flights: [Flight] = []
    private var idle: [Flight] = []
    private var nextFlight = 0
    /// Journals that are on the long way: loaded, repaired, compacted.
    var detours = Detours()
    /// Follow-up commands under way, oldest first.
    var rounds: [Round] = []
    var idleRounds: [Round] = []
    /// Why the last follow-up failed; nil when it did not.
    var obstacle: String?
    /// Journals with records that their logs lack, by entity and number.
    var dirty: [(entity: Int, journal: Int)] = []
    /// By event type: the entities that it takes part in.
    private let participations: [[Int]]
    private var commands = CommandBuffer()
    /// Entities of the rows that are looked up together, so that memory is asked for all of them before the first is needed.
    private var lookups: [Lookup] = []
    private static let rowsLookedUpTogether = 32

    private struct Lookup {
        var entity: Int
        var row: Int
        var key: EntityKey
    }

    var followUps = CommandBuffer()
    /// The link's epoch in which layouts were last said again.
    var layoutsEpoch: UInt32 = 0
    /// By entity: what earlier processes recorded; the entities for which that has changed and is not noted yet; the command that notes it.
    var recordedEarlier: [RecordedFacts?] = []
    var unnotedEntities: [Int] = []
    var notingTicket: Int?
    /// Keys of logs where something is that is no log, its first entry, and how many there are.
    var strays: [(key: [UInt8], first: [UInt8], length: Int)] = []
    /// Steps of the oldest batch that the next follow-up is for.
    var wantedTails: [Int] = []
    var wantedAppends: [Int] = []
    /// Logs that are begun while commands are put together.
    var beginnings: [Beginning] = []

    public init(_ store: JournalStore, _ link: any RedisLink, _ options: Options = Options()) {
        precondition(!options.prefix.contains("{") && !options.prefix.contains("}"))
        self.store = store
        self.link = link
        self.options = options
        entities = store.schema.entities.enumerated().map { EntityLogs($1, options, entriesMax: store.logEntriesMax(entity: $0)) }
        participations = store.schema.events.indices.map { event in
            store.schema.entities.indices.filter { store.schema.entities[$0].participations[event] != nil }
        }
    }

    /// Goes on with another store, which has no journals yet: of a schema that extends the other's. Layouts must be registered anew.
    /// - Parameter other: at rest, and not to be used any more.
    public convenience init(succeeding other: SharedJournals, _ store: JournalStore) {
        precondition(other.flights.isEmpty && other.rounds.isEmpty, "commands are under way")
        self.init(store, other.link, other.options)
        counts = other.counts
        reports = other.reports
    }

    deinit { for logs in entities { logs.deallocate() } }

    /// Goes on with what is under way besides batches.
    /// - Returns: whether nothing is: no batch, no log that is loaded or repaired, nothing that Redis lacks.
    public func comeToRest() -> Bool {
        guard flights.isEmpty && dirty.isEmpty else { return false }
        sendRound(for: nil)
        takeRounds(timeoutMilliseconds: 0)
        return rounds.isEmpty && detours.isEmpty && notingTicket == nil
    }

    /// Batches under way.
    public var batchesUnderWay: Int { flights.count }

    // MARK: A batch

    /// Appends the records of a batch's events to their logs. The batch must not change until it is finished.
    public func begin(_ rows: EventBatch) {
        let flight = idle.popLast() ?? Flight()
        nextFlight += 1
        flight.begin(nextFlight, rows)
        commands.removeAll()
        let verifiedEpoch = link.epoch &+ 1
        var first = 0
        while first < rows.count {
            let end = min(first + Self.rowsLookedUpTogether, rows.count)
            lookUp(rows, first..<end)
            var next = 0
            for row in first..<end {
                flight.beginRow()
                while next < lookups.count, lookups[next].row == row {
                    begin(lookups[next], rows, flight, verifiedEpoch)
                    next += 1
                }
            }
            first = end
        }
        flight.endRows()
        if commands.count > 0 { flight.sent(link.send(commands)) }
        flights.append(flight)
        sendRound(for: nil)
    }

    private func lookUp(_ rows: EventBatch, _ range: Range<Int>) {
        lookups.removeAll(keepingCapacity: true)
        for row in range {
            for entity in participations[rows.headers[row].eventType] {
                guard let key = store.key(entity: entity, rows, row: row) else { continue }
                store.fetchIndex(entity: entity, key)
                lookups.append(Lookup(entity: entity, row: row, key: key))
            }
        }
        for lookup in lookups {
            if let journal = store.fetchHeader(entity: lookup.entity, lookup.key) { entities[lookup.entity].fetch(journal) }
        }
    }

    /// Appends one record of a batch to its log, if it may go at once.
    @inline(__always) private func begin(_ lookup: Lookup, _ rows: EventBatch, _ flight: Flight, _ verifiedEpoch: UInt32) {
        let (entity, row, key) = (lookup.entity, lookup.row, lookup.key)
        let time = rows.headers[row].timeMilliseconds
        let journal = store.journal(entity: entity, key)
        let log = entities[entity].log(journal)
        var step = Step(entity: entity, journal: journal, row: row)
        log.pointee.pins += 1
        let isVerified = log.pointee.verifiedEpoch == verifiedEpoch && time &- log.pointee.touched < entities[entity].idleMilliseconds
        if isVerified && log.pointee.detour < 0 && store.isSettled(entity: entity, journal: journal, rows, row: row) {
            step.phase = .placed
            flight.add(step)
            return
        }
        flight.encode(&step, store, key, rows)
        if !isVerified {
            if log.pointee.detour < 0 { detour(.load, entity, journal, flight, time) }
        } else if log.pointee.detour < 0 && log.pointee.waiting == 0 {
            let stretch = entities[entity].stretch(time)
            let isNewStretch = stretch > log.pointee.stretch
            if isNewStretch { log.pointee.stretch = stretch }
            if (isNewStretch || log.pointee.known >= entities[entity].entriesMax) && mayCompact(entity, journal, log) {
                detour(.compact, entity, journal, flight, time)
            } else if isNewStretch {
                expire(entity, journal, log.pointee.generation, &commands)
            }
        }
        if log.pointee.detour >= 0 || log.pointee.waiting > 0 || log.pointee.known == 0 {
            log.pointee.waiting += 1
        } else {
            step.generation = log.pointee.generation
            step.reply = commands.count
            step.phase = .sent
            entities[entity].withKey(key, log.pointee.generation) { commands.push(key: $0, value: flight.entry(step)) }
            counts.appends += 1
        }
        if time > log.pointee.touched { log.pointee.touched = time }
        flight.add(step)
    }

    /// A step that waits holds back those behind it.
    func move(_ step: inout Step, to phase: Step.Phase) {
        let log = entities[step.entity].log(step.journal)
        log.pointee.waiting += (phase.isWaiting ? 1 : 0) - (step.phase.isWaiting ? 1 : 0)
        step.phase = phase
    }

    func expire(_ entity: Int, _ journal: Int, _ generation: UInt32, _ commands: inout CommandBuffer) {
        let key = store.key(entity: entity, journal: journal)
        entities[entity].withKey(key, generation) { commands.expire(key: $0, milliseconds: entities[entity].lifeMilliseconds) }
    }

    /// Goes on with the oldest batch as far as replies have come.
    /// - Parameter timeoutMilliseconds: how long to wait for them.
    public func advance(timeoutMilliseconds: Int32) -> Progress {
        guard let flight = flights.first else { return .ready }
        var mayWait = timeoutMilliseconds
        while true {
            if !link.isConnected {
                link.maintain(timeoutMilliseconds: mayWait)
                takeRounds(timeoutMilliseconds: 0)
                if !link.isConnected { return unavailable }
            }
            takeRounds(timeoutMilliseconds: 0)
            if let ticket = flight.ticket {
                guard link.receive(ticket, into: flight.replies, timeoutMilliseconds: mayWait) else { return link.isConnected ? .waiting : unavailable }
                flight.ticket = nil
                takeReplies(flight)
            }
            if examine(flight) { return .ready }
            sendRound(for: flight)
            guard !rounds.isEmpty else { return unavailable }
            if !takeRounds(timeoutMilliseconds: mayWait) {
                if obstacle != nil || !link.isConnected { return unavailable }
                return .waiting
            }
            if obstacle != nil { return unavailable }
            mayWait = timeoutMilliseconds
        }
    }

    private var unavailable: Progress { .unavailable(obstacle ?? link.failure.map { "\($0)" } ?? "the connection to Redis is being made") }

    /// Brings the journals of a row's event, of the oldest batch, to where that event stands. It must be decided right after.
    public func settle(row: Int) {
        let flight = flights[0]
        // What the event after the next will need is asked for meanwhile.
        if row + Self.rowsAhead < flight.rowCount { for index in flight.steps(of: row + Self.rowsAhead) { fetch(flight.steps[index]) } }
        for index in flight.steps(of: row) where !flight.steps[index].tail.isEmpty {
            let step = flight.steps[index]
            flight.withTail(of: step) { _ = store.take(entity: step.entity, journal: step.journal, $0) }
        }
    }

    private static let rowsAhead = 2

    @inline(__always) private func fetch(_ step: Step) { store.fetch(entity: step.entity, journal: step.journal) }

    /// The oldest batch has been decided.
    public func finish() {
        let flight = flights.removeFirst()
        for step in flight.steps { entities[step.entity].log(step.journal).pointee.pins -= 1 }
        idle.append(flight)
    }

    /// Gives up waiting for the oldest batch: its events are decided on the working copies, and their records appended when Redis is back.
    public func decideWithout() {
        let flight = flights[0]
        for index in flight.steps.indices where flight.steps[index].phase != .placed {
            let step = flight.steps[index]
            move(&flight.steps[index], to: .placed)
            flight.steps[index].tail = 0..<0
            let log = entities[step.entity].log(step.journal)
            log.pointee.verifiedEpoch = 0
            forgetCompaction(step, flight)
            if !log.pointee.isDirty {
                log.pointee.isDirty = true
                dirty.append((step.entity, step.journal))
            }
        }
        if let ticket = flight.ticket {
            // Its replies still come, and are for nobody.
            let round = idleRounds.popLast() ?? Round()
            round.reset()
            round.ticket = ticket
            round.flight = 0
            rounds.insert(round, at: 0)
            flight.ticket = nil
        }
    }

    /// Journals with records that their logs lack, because they were decided without Redis.
    public var dirtyCount: Int { dirty.count }

    /// Appends what logs lack, for some of the journals at a time. Call it until `dirtyCount` is 0.
    public func repair(limit: Int = 256, timeoutMilliseconds: Int32 = 0) {
        guard link.isConnected else { return }
        dirty.removeAll { !entities[$0.entity].log($0.journal).pointee.isDirty }
        for (entity, journal) in dirty.prefix(limit) where entities[entity].log(journal).pointee.detour < 0 {
            detour(.load, entity, journal, nil, store.lastMilliseconds(entity: entity, journal: journal))
        }
        sendRound(for: nil)
        takeRounds(timeoutMilliseconds: timeoutMilliseconds)
        dirty.removeAll { !entities[$0.entity].log($0.journal).pointee.isDirty }
    }

    /// Lets working copies go until records and window states take at most so many bytes. What Redis lacks stays.
    /// - Parameter nowMilliseconds: event time.
    public func evict(downTo bytes: Int, nowMilliseconds: Int64) {
        guard store.evictableBytes > bytes else { return }
        store.evict(
            downTo: bytes, nowMilliseconds: nowMilliseconds,
            mayEvict: { entity, journal in
                let log = entities[entity].log(journal)
                return log.pointee.pins == 0 && log.pointee.detour < 0 && !log.pointee.isDirty
            },
            evicted: { entity, journal, _ in entities[entity].log(journal).pointee = LogState() })
    }
}
