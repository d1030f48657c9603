public import Events
internal import Expressions

/// Journals as working copies of logs that processes share.
///
/// A log is all entries of one entity in the order of appends. Whoever takes the same log gets the same journal, so the decisions about its events are the
/// same everywhere.
extension JournalStore {
    // MARK: Layouts

    /// The layouts that records of an entity type are written in; each needs a number before the first record is written.
    public func ownLayouts(entity: Int) -> [LogLayout] { entities[entity].codec.ownLayouts }

    /// All layouts that are known by a number, those that others have written too.
    public func numberedLayouts(entity: Int) -> [(number: Int, layout: LogLayout)] { entities[entity].codec.numberedLayouts }

    /// Learns which layout a number stands for.
    public func learnLayout(_ number: Int, _ layout: LogLayout, entity: Int) { entities[entity].codec.learn(number, layout) }

    /// Fields that records of other layouts lacked, with the latest such record that was read: a process with an earlier schema may still write them.
    public var lacking: [(entity: Int, eventType: Int, field: Int, latestMilliseconds: Int64)] {
        entities.flatMap { journals in journals.codec.lacking.map { (journals.entity, $0.eventType, $0.field, $0.latestMilliseconds) } }
    }

    // MARK: Journals

    /// The number of a journal, made if there is none; it stays until the journal is evicted.
    @inline(__always) public func journal(entity: Int, _ key: EntityKey) -> Int {
        unowned[entity]._withUnsafeGuaranteedRef { $0.table.findOrInsert(key) }
    }

    /// Asks for what `fetchHeader` needs.
    @inline(__always) public func fetchIndex(entity: Int, _ key: EntityKey) {
        unowned[entity]._withUnsafeGuaranteedRef { $0.table.fetchIndex(key) }
    }

    /// Asks for what finding a journal needs, and says which number it probably has; nil where there is none.
    @inline(__always) public func fetchHeader(entity: Int, _ key: EntityKey) -> Int? {
        unowned[entity]._withUnsafeGuaranteedRef { $0.table.fetchHeader(key) }
    }

    /// Asks for what recording and deciding an event need of a journal.
    @inline(__always) public func fetch(entity: Int, journal: Int) {
        unowned[entity]._withUnsafeGuaranteedRef { $0.fetch(journal) }
    }

    public func key(entity: Int, journal: Int) -> EntityKey { entities[entity].table.header(journal).pointee.key }

    /// The latest time of a journal's records; `Int64.min` where it has none.
    @inline(__always) public func lastMilliseconds(entity: Int, journal: Int) -> Int64 { entities[entity].table.header(journal).pointee.lastTime }

    public func recordCount(entity: Int, journal: Int) -> Int { Int(entities[entity].table.header(journal).pointee.count) }

    /// How long an entity's records are in sight.
    public func keptMilliseconds(entity: Int) -> Int64 { entities[entity].kept }

    /// Whether recording the event of a row would change nothing: its record is there, or it is too old for the journal.
    @inline(__always) public func isSettled(entity: Int, journal: Int, _ batch: EventBatch, row: Int) -> Bool {
        let time = batch.headers[row].timeMilliseconds
        return unowned[entity]._withUnsafeGuaranteedRef { journals in
            let lastTime = journals.table.header(journal).pointee.lastTime
            if time > lastTime { return false }
            return time <= lastTime - journals.history || journals.contains(journal, time: time, word: RecordLayout.word(batch.headers[row]))
        }
    }

    /// Whether a record's time and id word are those of a row's event.
    public func isRecord(_ time: Int64, _ word: UInt64, of batch: EventBatch, row: Int) -> Bool {
        let header = batch.headers[row]
        return header.timeMilliseconds == time && (RecordLayout.word(header) ^ word) & ~RecordLayout.originMask == 0
    }

    /// Makes a journal as if its entity had never been seen.
    public func clear(entity: Int, journal: Int) { entities[entity].clear(journal) }

    // MARK: Entries

    public static let entryBytesMax = LogFormat.recordBytesMax

    /// Writes the record of a row as an entry of its entity's log.
    /// - Parameter bytes: room for `entryBytesMax`.
    /// - Returns: the entry's length.
    @inline(__always) public func encode(entity: Int, _ key: EntityKey, _ batch: EventBatch, row: Int, into bytes: UnsafeMutablePointer<UInt8>) -> Int {
        unowned[entity]._withUnsafeGuaranteedRef { journals in
            let slots = journals.recordSlots.base + batch.headers[row].eventType * journals.fields.count
            return journals.codec.encode(batch, row: row, key, recordSlots: slots, into: bytes)
        }
    }

    /// The check that an entry carries; 0 for what is too short to be one.
    @inline(__always) public static func check(ofEntry entry: UnsafeRawBufferPointer) -> UInt16 { LogFormat.check(ofEntry: entry) }

    /// The entry that ends a log.
    public static func closing(_ key: EntityKey) -> [UInt8] { LogFormat.closing(key) }

    // MARK: Logs, as their entries one after another

    /// What a part of a log is.
    public struct LogPart: Sendable {
        public enum End: Sendable, Equatable {
            /// At the end of the bytes.
            case complete
            /// At the entry that ends the log: what follows it does not count.
            case closed
            /// What follows is no entry.
            case damaged
            /// A record of a layout that nobody has explained yet.
            case unknownLayout(Int)
        }

        /// Where the last entry ends.
        public var offset: Int
        public var entries: Int
        public var end: End
        /// The opening, where the part begins with one.
        public var opening: LogOpening?
    }

    /// Looks through a part of a log without taking it.
    public func examine(entity: Int, _ key: EntityKey, _ bytes: UnsafeRawBufferPointer) -> LogPart {
        walk(entity, key, bytes) { _ in true }
    }

    /// Records what a part of a log says, in its order. Records that are there already, or are too old, change nothing.
    public func take(entity: Int, journal: Int, _ bytes: UnsafeRawBufferPointer) -> LogPart {
        let journals = entities[entity]
        return walk(entity, key(entity: entity, journal: journal), bytes) { journals.insert(journal, entry: $0) }
    }

    /// Makes a journal what its log says, whatever it was before.
    public func replace(entity: Int, journal: Int, _ log: UnsafeRawBufferPointer) -> LogPart {
        let journals = entities[entity]
        journals.clear(journal)
        var cursor = LogCursor(log, key: key(entity: entity, journal: journal))
        if case .opening(let opening) = cursor.next() { journals.begin(journal, from: opening) }
        return take(entity: entity, journal: journal, log)
    }

    private func walk(_ entity: Int, _ key: EntityKey, _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Bool) -> LogPart {
        let codec = entities[entity].codec
        var cursor = LogCursor(bytes, key: key)
        var part = LogPart(offset: 0, entries: 0, end: .complete)
        while true {
            switch cursor.next() {
            case .record(let body):
                let number = Int(body[0] & ~LogFormat.absentBit)
                guard codec.knows(number) else {
                    part.end = .unknownLayout(number)
                    return part
                }
                guard take(body) else {
                    part.end = .damaged
                    return part
                }
            case .opening(let opening): if part.offset == 0 { part.opening = opening }
            case .closing:
                part.offset = cursor.offset
                part.entries += 1
                part.end = .closed
                return part
            case nil:
                if cursor.isDamaged { part.end = .damaged }
                return part
            }
            part.offset = cursor.offset
            part.entries += 1
        }
    }

    /// Whether every record that a part of a log has is in memory, or too old to matter, or of an event that is under way.
    public func holds(entity: Int, journal: Int, _ bytes: UnsafeRawBufferPointer, isUnderWay: (_ time: Int64, _ word: UInt64) -> Bool) -> Bool {
        let journals = entities[entity]
        let lastTime = lastMilliseconds(entity: entity, journal: journal)
        var isMissing = false
        let part = walk(entity, key(entity: entity, journal: journal), bytes) { body in
            guard journals.codec.decode(body) else { return false }
            let record = journals.codec.staging
            if isMissing || record.time <= lastTime && record.time <= lastTime - journals.history { return true }
            if !journals.contains(journal, time: record.time, word: record.idWord) && !isUnderWay(record.time, record.idWord) { isMissing = true }
            return true
        }
        return part.end == .complete && !isMissing
    }

    /// Entries of the records in memory that a log lacks, in the order in which they were appended here; nil where its records cannot be read.
    /// - Parameters:
    ///   - nowMilliseconds: records out of sight at this time are not missed.
    ///   - folded: nor are those up to here, which the log's panes stand for.
    public func missing(
        entity: Int, journal: Int, from log: UnsafeRawBufferPointer, nowMilliseconds: Int64, foldedThrough folded: Int64 = .min
    ) -> [[UInt8]]? {
        let journals = entities[entity]
        let header = journals.header(journal)
        guard header.pointee.count > 0 else { return [] }
        if nowMilliseconds > header.pointee.lastTime &+ journals.retention { return [] }
        let key = header.pointee.key
        var logged: Set<LoggedRecord> = []
        let part = walk(entity, key, log) { body in
            guard journals.codec.decode(body) else { return false }
            logged.insert(LoggedRecord(journals.codec.staging))
            return true
        }
        if part.end == .damaged { return nil }
        let horizon = max(max(nowMilliseconds, header.pointee.lastTime) - journals.kept, folded)
        var entries: [[UInt8]] = []
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: LogFormat.recordBytesMax) { bytes in
            for index in journals.recordsInOrder(journal, after: horizon) {
                let record = Record(header.pointee.records! + index * journals.stride)
                if logged.contains(LoggedRecord(record)) { continue }
                guard let length = journals.codec.encode(record, key, into: bytes.baseAddress!) else { continue }
                entries.append(Array(bytes[..<length]))
            }
        }
        return entries
    }

    /// The entries of a log that holds what is alive of a journal, and carries over the rest.
    public func snapshot(entity: Int, journal: Int, generation: UInt32) -> [[UInt8]] {
        let journals = entities[entity]
        journals.dropOutOfSight(journal)
        let header = journals.header(journal)
        let key = header.pointee.key
        var entries = [opening(entity: entity, journal: journal, generation: generation).entry(key)]
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: LogFormat.recordBytesMax) { bytes in
            for index in journals.recordsInOrder(journal, after: .min) {
                let record = Record(header.pointee.records! + index * journals.stride)
                guard let length = journals.codec.encode(record, key, into: bytes.baseAddress!) else { continue }
                entries.append(Array(bytes[..<length]))
            }
        }
        return entries
    }

    /// How a log of this journal begins whose records are all those in memory.
    public func opening(entity: Int, journal: Int, generation: UInt32) -> LogOpening {
        let journals = entities[entity]
        let header = journals.header(journal)
        guard generation > 0 || header.pointee.hasDropped else { return .first }
        let lifetimes = header.pointee.hasDropped ? journals.lifetimes(journal) : []
        let panes = journals.panes[journal].map { journals.plan.carried($0) } ?? []
        return LogOpening(
            generation: generation, openedMilliseconds: header.pointee.lastTime, firstSeenMilliseconds: header.pointee.firstSeen,
            hasDropped: header.pointee.hasDropped, foldedMilliseconds: header.pointee.foldedThrough == .min ? nil : header.pointee.foldedThrough,
            panes: panes.count <= LogOpening.paneBytesMax ? panes : [],
            lifetimes: lifetimes.count <= LogOpening.lifetimeBytesMax ? lifetimes : [])
    }

    /// A log of so many entries has more than a journal has room for: the oldest are folded in every working copy.
    public func logEntriesMax(entity: Int) -> Int { 2 * entities[entity].recordsMax }

    /// Whether at least a third of a log is out of sight or folded, so that a new one is worth while.
    public func isStale(entity: Int, journal: Int, logEntries: Int) -> Bool {
        let journals = entities[entity]
        let header = journals.header(journal)
        guard header.pointee.count > 0 else { return false }
        let alive = Int(header.pointee.count) - header.pointee.upperBound(header.pointee.lastTime - journals.kept, journals.stride)
        return alive * 3 <= logEntries * 2
    }
}

private struct LoggedRecord: Hashable {
    var time: Int64
    var id: UInt64

    init(_ record: Record) {
        time = record.time
        id = record.idWord & ~RecordLayout.originMask
    }
}
