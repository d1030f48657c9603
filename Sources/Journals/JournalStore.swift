public import Events
public import Expressions

/// The journals of all entities, and the indicators over them.
///
/// `append` records an event in the journal of one of its entities; `read` computes an indicator as that event sees it. Events in order of time cost
/// amortised constant time for each window; a late event costs a pass over its windows. One thread.
public final class JournalStore {
    public let schema: Schema
    public let limits: Limits
    let pool: MemoryPool
    private let calendar: Calendar
    private let timeZones: (any TimeZoneProvider)?
    private(set) var entities: [EntityJournals]
    /// The same without counting references.
    private(set) var unowned: FixedArray<Unmanaged<EntityJournals>>
    private var places: FixedArray<IndicatorPlan.Place>
    private var needs: [IndicatorNeeds] = []
    /// Since when facts have been recorded; nil where journals lack nothing, as in a replay, whose stream begins with its first event.
    public var coverage: Coverage?
    private let eventTypeFingerprints: FixedArray<UInt64>
    /// Where the search for journals to let go goes on.
    var hand: (entity: Int, journal: Int) = (0, 0)

    public struct Limits: Sendable {
        /// Records that one journal may hold; the oldest are folded into panes beyond, and windows that reach there are `approximate`.
        public var recordsPerEntityMax: Int

        /// 100,000 records of 44 bytes are 4 MB: one entity cannot take a process's memory.
        public static let recordsPerEntityDefault = 100_000

        public init(recordsPerEntityMax: Int = recordsPerEntityDefault) { self.recordsPerEntityMax = recordsPerEntityMax }
    }

    /// Where an event stands in a journal.
    public struct Position: Sendable {
        public var entity: Int
        var journal: Int
        /// Index of its record when it was appended, valid until the next append to this journal.
        var index: Int
        /// No record is later than this one, in time or in order of appends: running state applies.
        var isLatest: Bool
        public var isDuplicate: Bool
        /// A duplicate that came from elsewhere than the record that is there: sent twice, and not only read twice.
        public var isRepeat: Bool
    }

    public enum Outcome: Sendable {
        case recorded(Position)
        /// The event is not newer than the journal's last event less its history.
        case tooOld
    }

    /// An indicator's value with what it was computed from.
    public struct Evidence: Sendable {
        /// The window (from, to], in milliseconds since 1970; `Int64.min` for all.
        public var fromMilliseconds: Int64
        public var toMilliseconds: Int64
        /// Records in the window that match the condition; of a sequence that has happened, the records that it comprises, and nil of one that has not.
        public var events: Int?
        /// Records of the window are missing or known by their panes only: too many for one journal, or older than the history.
        public var isApproximate: Bool
        /// Records or fields of the window may be missing because they were not recorded then.
        public var isWarming = false
    }

    /// - Parameter timeZones: for conditions that ask for the time in a zone by name; without it these are errors, and match nothing.
    public init(schema: Schema, calendar: Calendar, timeZones: (any TimeZoneProvider)? = nil, limits: Limits = Limits()) {
        self.schema = schema
        self.calendar = calendar
        self.timeZones = timeZones
        self.limits = limits
        let pool = MemoryPool()
        self.pool = pool
        let fingerprints = Self.fingerprints(schema)
        eventTypeFingerprints = fingerprints
        entities = schema.entities.indices.map { entity in
            EntityJournals(
                schema, entity: entity, pool: pool, calendar: calendar, recordsMax: limits.recordsPerEntityMax, eventTypeFingerprints: fingerprints.base,
                plan: try! WindowPlan(schema.entities[entity], [], timeZones))
        }
        unowned = FixedArray(entities.map { Unmanaged.passUnretained($0) })
        places = FixedArray([])
    }

    /// An empty store with the limits and the calendar of another one.
    /// - Parameter plan: for this schema.
    public convenience init(schema: Schema, like other: JournalStore, _ plan: IndicatorPlan) {
        self.init(schema: schema, calendar: other.calendar, timeZones: other.timeZones, limits: other.limits)
        setIndicators(plan)
    }

    /// Goes on with the journals of another store, which must not be used any more. Takes constant time: see `bringOver`.
    /// - Parameters:
    ///   - schema: what `Schema.extended(by:)` made of the other store's.
    ///   - plan: for this schema.
    public init(schema: Schema, succeeding other: JournalStore, _ plan: IndicatorPlan) {
        self.schema = schema
        calendar = other.calendar
        timeZones = other.timeZones
        limits = other.limits
        pool = other.pool
        hand = other.hand
        let fingerprints = Self.fingerprints(schema)
        eventTypeFingerprints = fingerprints
        entities = schema.entities.indices.map { entity in
            EntityJournals(
                schema, entity: entity, pool: other.pool, calendar: other.calendar, recordsMax: other.limits.recordsPerEntityMax,
                eventTypeFingerprints: fingerprints.base, plan: plan.windows[entity],
                predecessor: entity < other.entities.count ? other.entities[entity] : nil)
        }
        unowned = FixedArray(entities.map { Unmanaged.passUnretained($0) })
        places = FixedArray(plan.places)
        needs = plan.needs
    }

    private static func fingerprints(_ schema: Schema) -> FixedArray<UInt64> { FixedArray(schema.events.map { Fingerprint.of($0.name) } + [0]) }

    deinit {
        unowned.deallocate()
        places.deallocate()
        eventTypeFingerprints.deallocate()
    }

    /// Whether a store could take these indicators.
    /// - Throws: the first one that is too much.
    public static func check(_ indicators: [Indicator], of schema: Schema) throws(PlanFailure) {
        for (number, entity) in schema.entities.enumerated() { _ = try WindowPlan(entity, indicators.filter { $0.entity == number }, nil) }
    }

    /// Replaces the indicators. Values are exact at once: they are computed over the recorded history when first asked for.
    /// - Throws: where the indicators of one entity are too many; the old ones then stay.
    public func setIndicators(_ indicators: [Indicator]) throws(PlanFailure) {
        setIndicators(try IndicatorPlan(schema: schema, indicators: indicators, timeZones: timeZones))
    }

    /// The same with indicators laid out beforehand, for this schema.
    public func setIndicators(_ plan: IndicatorPlan) {
        precondition(plan.windows.count == entities.count, "the plan is for another schema")
        entities = zip(entities, plan.windows).map { journals, window in
            EntityJournals(
                schema, entity: journals.entity, pool: pool, calendar: calendar, recordsMax: limits.recordsPerEntityMax,
                eventTypeFingerprints: eventTypeFingerprints.base, plan: window, predecessor: journals, isSameSchema: true)
        }
        unowned.deallocate()
        unowned = FixedArray(entities.map { Unmanaged.passUnretained($0) })
        places.deallocate()
        places = FixedArray(plan.places)
        needs = plan.needs
    }

    /// Journals that nobody has needed since the indicators or the schema changed are brought over to what is now, at most so many. Before the next change
    /// all of them are, however long it takes.
    /// - Returns: whether none are left.
    @discardableResult public func bringOver(limit: Int) -> Bool {
        var left = limit
        for journals in entities where left > 0 && journals.predecessor != nil { left -= journals.bringOver(limit: left) }
        return entities.allSatisfy { $0.predecessor == nil }
    }

    /// The key of an entity for an event in a row; nil where the event lacks a key field.
    public func key(entity: Int, _ batch: EventBatch, row: Int) -> EntityKey? {
        unowned[entity]._withUnsafeGuaranteedRef { $0.key(batch, row: row) }
    }

    /// Records an event in a journal. A duplicate, the same id at the same time, changes nothing.
    public func append(entity: Int, key: EntityKey, _ batch: EventBatch, row: Int) -> Outcome {
        unowned[entity]._withUnsafeGuaranteedRef { $0.append(key, batch, row: row) }
    }

    /// Computes an indicator as the event at `position` sees it.
    /// - Parameter cell: receives the value, of the indicator's result type.
    /// - Returns: whether the value exists.
    public func read(indicator: Int, at position: Position, into cell: inout UInt64) -> Bool {
        unowned[position.entity]._withUnsafeGuaranteedRef { $0.read(places[indicator].reading, at: position, into: &cell) }
    }

    public func evidence(indicator: Int, at position: Position) -> Evidence {
        var evidence = entities[position.entity].evidence(places[indicator].reading, at: position)
        if let coverage {
            evidence.isWarming = coverage.isWarming(
                needs[indicator], from: evidence.fromMilliseconds, events: evidence.events,
                firstSeen: entities[position.entity].table.header(position.journal).pointee.firstSeen)
        }
        return evidence
    }

    // MARK: Accounting

    public struct Usage: Sendable {
        public var journals: Int
        public var records: Int
        /// Bytes of records, free room included; and of everything, index and running states too.
        public var recordBytes: Int
        public var totalBytes: Int
    }

    /// Takes time proportional to the number of journals.
    public var usage: Usage {
        var usage = Usage(journals: 0, records: 0, recordBytes: 0, totalBytes: pool.bytesReserved)
        for journals in entities {
            usage.journals += journals.table.liveCount
            usage.totalBytes += journals.table.byteCount + journals.states.byteCount
            for journal in 0..<journals.table.count {
                let header = journals.table.header(journal)
                usage.records += Int(header.pointee.count)
                usage.recordBytes += Int(header.pointee.blockBytes)
            }
        }
        return usage
    }
}
