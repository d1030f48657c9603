public import Events
public import Expressions

/// The journals of all entities, and the indicators over them.
///
/// `append` records an event in the journal of one of its entities; `read` computes an indicator as that event sees it. Events in order of time cost
/// amortised constant time for each window; a late event costs a pass over its windows. One thread.
public final class JournalStore {
    public let schema: Schema
    let pool = MemoryPool()
    let calendar: Calendar
    private let timeZones: (any TimeZoneProvider)?
    private let tables: [JournalTable]
    private let layouts: [RecordLayout]
    private var plans: [WindowPlan]
    private var states: [WindowStates]
    /// For each indicator: the entity type, and its number in that plan.
    private var places: [(entity: Int, reading: Int)] = []
    private let eventTypeFingerprints: [UInt64]
    /// For each entity and event type: the slot of the one string that is its key, or -1.
    private let textKeySlots: [[Int]]
    public let limits: Limits

    public struct Limits: Sendable {
        /// Records that one journal may hold; the oldest are dropped beyond, and windows that reach there are `approximate`.
        public var recordsPerEntityMax: Int

        public init(recordsPerEntityMax: Int = 1_000_000) { self.recordsPerEntityMax = recordsPerEntityMax }
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
        /// Records in the window that match the condition.
        public var events: Int
        /// Records of the window are missing: too many for one journal, or older than the history.
        public var isApproximate: Bool
    }

    /// - Parameter timeZones: for conditions that ask for the time in a zone by name; without it these are errors, and match nothing.
    public init(schema: Schema, calendar: Calendar, timeZones: (any TimeZoneProvider)? = nil, limits: Limits = Limits()) {
        self.schema = schema
        self.calendar = calendar
        self.timeZones = timeZones
        self.limits = limits
        tables = schema.entities.map { _ in JournalTable() }
        layouts = schema.entities.map { RecordLayout($0) }
        plans = schema.entities.map { try! WindowPlan($0, [], timeZones) }
        states = plans.map { WindowStates(stride: $0.stateBytes) }
        eventTypeFingerprints = schema.events.map { Fingerprint.of($0.name) }
        textKeySlots = schema.entities.map { entity in
            entity.participations.enumerated().map { event, participation in
                guard let slots = participation?.keySlots, slots.count == 1, schema.events[event].fields[slots[0]].type == .string else { return -1 }
                return slots[0]
            }
        }
    }

    deinit {
        releaseStates()
        for table in tables {
            for journal in 0..<table.count {
                let header = table.header(journal)
                if let records = header.pointee.records { pool.release(records, byteCount: Int(header.pointee.blockBytes)) }
            }
        }
    }

    /// Replaces the indicators. Values are exact at once: they are computed over the recorded history when first asked for.
    /// - Throws: where the indicators of one entity are too many; the old ones then stay.
    public func setIndicators(_ indicators: [Indicator]) throws(PlanFailure) {
        var byEntity: [[Indicator]] = Array(repeating: [], count: schema.entities.count)
        var newPlaces: [(entity: Int, reading: Int)] = []
        for indicator in indicators {
            newPlaces.append((indicator.entity, byEntity[indicator.entity].count))
            byEntity[indicator.entity].append(indicator)
        }
        var newPlans: [WindowPlan] = []
        for (entity, indicators) in zip(schema.entities, byEntity) { newPlans.append(try WindowPlan(entity, indicators, timeZones)) }
        releaseStates()
        plans = newPlans
        places = newPlaces
        states = plans.map { WindowStates(stride: $0.stateBytes) }
    }

    private func releaseStates() {
        for entity in plans.indices {
            let plan = plans[entity]
            for journal in 0..<tables[entity].count {
                guard let state = states[entity].existing(journal) else { continue }
                for group in plan.groups { plan.release(group, state, pool) }
            }
            states[entity].deallocate()
        }
    }

    // MARK: Appending

    /// The key of an entity for an event in a row; nil where the event lacks a key field.
    public func key(entity: Int, _ batch: EventBatch, row: Int) -> EntityKey? {
        guard let participation = schema.entities[entity].participations[batch.headers[row].eventType] else { return nil }
        let base = row * batch.stride
        for slot in participation.keySlots where batch.present[base + slot] == 0 { return nil }
        let seed = UInt64(entity + 1)
        // A reused row still has the texts of what it held before: the type says whether there is one.
        let textSlot = textKeySlots[entity][batch.headers[row].eventType]
        if textSlot >= 0 && batch.texts[base + textSlot].count > 0 { return Fingerprint.entityKey(batch.text(row: row, slot: textSlot), seed: seed) }
        // The cells stand for their values: fingerprints for strings, of which 64 bits each make 128 together.
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: SchemaLimits.keyFieldsMax) { cells in
            for (index, slot) in participation.keySlots.enumerated() { cells[index] = batch.cells[base + slot] }
            return Fingerprint.entityKey(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(cells)[..<(participation.keySlots.count * 8)]), seed: seed)
        }
    }

    /// Records an event in a journal. A duplicate, the same id at the same time, changes nothing.
    public func append(entity: Int, key: EntityKey, _ batch: EventBatch, row: Int) -> Outcome {
        let table = tables[entity]
        let journal = table.findOrInsert(key)
        let header = table.header(journal)
        let time = batch.headers[row].timeMilliseconds
        let id = batch.headers[row].idFingerprint
        let type = schema.entities[entity]
        let stride = layouts[entity].stride

        if header.pointee.lastTime != .min && time > header.pointee.lastTime &+ type.retentionMilliseconds {
            forget(entity, journal)
        }
        var index = Int(header.pointee.count)
        if time <= header.pointee.lastTime {
            if time <= header.pointee.lastTime - type.historyMilliseconds { return .tooOld }
            index = header.pointee.upperBound(time, stride)
            var candidate = index - 1
            while candidate >= 0 {
                let record = Record(header.pointee.records! + candidate * stride)
                if record.time != time { break }
                if record.idFingerprint == id {
                    let isLatest = candidate == Int(header.pointee.count) - 1 && record.sequence &+ 1 == header.pointee.nextSequence
                    return .recorded(Position(entity: entity, journal: journal, index: candidate, isLatest: isLatest, isDuplicate: true))
                }
                candidate -= 1
            }
        }
        if header.pointee.count == header.pointee.capacity {
            let before = header.pointee.base
            makeRoom(entity, journal, header)
            // A late record may be older than all that were just folded away: it is the first then.
            index = max(0, index - Int(header.pointee.base &- before))
        }
        let end = Int(header.pointee.count)
        let base = header.pointee.records! + index * stride
        if index < end { (base + stride).copyMemory(from: base, byteCount: (end - index) * stride) }
        write(batch, row, Record(base), entity, sequence: header.pointee.nextSequence)
        header.pointee.nextSequence &+= 1
        header.pointee.count += 1
        if time > header.pointee.lastTime { header.pointee.lastTime = time }
        if time < header.pointee.firstSeen { header.pointee.firstSeen = time }
        if index < end, let state = states[entity].existing(journal) {
            plans[entity].inserted(at: index, header, state, pool, eventTypeFingerprints)
        }
        return .recorded(Position(entity: entity, journal: journal, index: index, isLatest: index == end, isDuplicate: false))
    }

    private func write(_ batch: EventBatch, _ row: Int, _ record: Record, _ entity: Int, sequence: UInt32) {
        let layout = layouts[entity]
        let eventType = batch.headers[row].eventType
        record.time = batch.headers[row].timeMilliseconds
        record.idFingerprint = batch.headers[row].idFingerprint
        record.sequence = sequence
        var information = UInt32(eventType) << RecordLayout.typeShift
        let base = row * batch.stride
        schema.entities[entity].participations[eventType]!.recordSlots.withUnsafeBufferPointer { slots in
            layout.fields.withUnsafeBufferPointer { fields in
                for index in 0..<fields.count {
                    let slot = slots[index]
                    let isPresent = slot >= 0 && batch.present[base + slot] != 0
                    if isPresent { information |= fields[index].presenceBit }
                    let cell = isPresent ? batch.cells[base + slot] : 0
                    if fields[index].isWide {
                        record.base.storeBytes(of: cell, toByteOffset: fields[index].offset, as: UInt64.self)
                    } else {
                        record.base.storeBytes(of: UInt8(truncatingIfNeeded: cell), toByteOffset: fields[index].offset, as: UInt8.self)
                    }
                }
            }
        }
        record.information = information
    }

    /// The entity was away for longer than its retention: as if never seen.
    private func forget(_ entity: Int, _ journal: Int) {
        let header = tables[entity].header(journal)
        if let state = states[entity].existing(journal) {
            for group in plans[entity].groups { plans[entity].release(group, state, pool) }
        }
        header.pointee.base &+= header.pointee.count
        header.pointee.count = 0
        header.pointee.lastTime = .min
        header.pointee.firstSeen = .max
        header.pointee.foldedThrough = .min
        header.pointee.hasDropped = false
    }

    @inline(never) private func makeRoom(_ entity: Int, _ journal: Int, _ header: UnsafeMutablePointer<JournalHeader>) {
        let stride = layouts[entity].stride
        let type = schema.entities[entity]
        let count = Int(header.pointee.count)
        if count > 0 {
            let keep = header.pointee.lastTime - type.keptMilliseconds
            var dropped = header.pointee.upperBound(keep, stride)
            if dropped * 8 < count { dropped = 0 }
            if dropped == 0 && count >= limits.recordsPerEntityMax {
                dropped = max(1, count / 8)
                header.pointee.foldedThrough = Record(header.pointee.records! + (dropped - 1) * stride).time
            }
            if dropped > 0 {
                // A lifetime takes in what goes, even where nobody has asked for it yet.
                let state = plans[entity].hasLifetime ? states[entity].make(journal) : states[entity].existing(journal)
                if let state {
                    plans[entity].dropping(dropped, header, state, pool, eventTypeFingerprints)
                }
                let records = header.pointee.records!
                records.copyMemory(from: records + dropped * stride, byteCount: (count - dropped) * stride)
                header.pointee.hasDropped = true
                header.pointee.base &+= UInt32(dropped)
                header.pointee.count -= UInt32(dropped)
                return
            }
        }
        let block = pool.allocate(byteCount: min(max(count * 5 / 4, count + 2), limits.recordsPerEntityMax) * stride)
        if let records = header.pointee.records {
            block.base.copyMemory(from: records, byteCount: count * stride)
            pool.release(records, byteCount: Int(header.pointee.blockBytes))
        }
        header.pointee.records = block.base
        header.pointee.blockBytes = UInt32(block.byteCount)
        header.pointee.capacity = UInt32(min(block.byteCount / stride, limits.recordsPerEntityMax))
    }

    // MARK: Reading

    /// Computes an indicator as the event at `position` sees it.
    /// - Parameter cell: receives the value, of the indicator's result type.
    /// - Returns: whether the value exists.
    public func read(indicator: Int, at position: Position, into cell: inout UInt64) -> Bool {
        let plan = plans[position.entity]
        let reading = plan.reading(places[indicator].reading)
        let header = tables[position.entity].header(position.journal)
        let ordinal = header.pointee.base &+ UInt32(position.index)
        let view = JournalView(header: header, stride: layouts[position.entity].stride)
        if position.isLatest {
            let state = states[position.entity].make(position.journal)
            let time = view.record(position.index).time
            plan.advance(reading.group, view, state, now: time, windowStart: visibleStart(plan, reading.group, time, header), pool, eventTypeFingerprints)
            return plan.value(reading, view, state, ordinal: ordinal, now: time, pool, eventTypeFingerprints, into: &cell)
        }
        return plan.computeAfresh(
            reading, view, state: states[position.entity].existing(position.journal), index: position.index,
            windowStart: visibleStart(plan, reading.group, view.record(position.index).time, header), pool, eventTypeFingerprints, into: &cell)
    }

    public func evidence(indicator: Int, at position: Position) -> Evidence {
        let plan = plans[position.entity]
        let reading = plan.reading(places[indicator].reading)
        let header = tables[position.entity].header(position.journal)
        let view = JournalView(header: header, stride: layouts[position.entity].stride)
        let time = view.record(position.index).time
        let group = plan.groups[reading.group]
        let from = windowStart(plan, reading.group, time)
        let visible = visibleStart(plan, reading.group, time, header)
        let state = position.isLatest ? states[position.entity].make(position.journal) : states[position.entity].existing(position.journal)
        if position.isLatest, let state { plan.advance(reading.group, view, state, now: time, windowStart: visible, pool, eventTypeFingerprints) }
        let events = plan.events(
            reading, view, state: state, isLatest: position.isLatest, index: position.index, windowStart: visible, pool, eventTypeFingerprints)
        let horizon = self.horizon(plan, header)
        let isFolded = header.pointee.foldedThrough != .min && from < header.pointee.foldedThrough
        let isApproximate =
            switch group.kind {
            case .lifetime: plan.isPartial(group, state, header)
            case .lastEvents: isFolded && events < Int(group.length)
            default: isFolded || (from < horizon && header.pointee.firstSeen <= horizon)
            }
        return Evidence(fromMilliseconds: from, toMilliseconds: time - group.offset, events: events, isApproximate: isApproximate)
    }

    /// Records at or before this time are out of sight, whether or not they have been dropped yet.
    private func horizon(_ plan: WindowPlan, _ header: UnsafeMutablePointer<JournalHeader>) -> Int64 {
        header.pointee.lastTime - plan.entity.keptMilliseconds
    }

    /// The start of a group's window, but not before the horizon: days and months may reach beyond it.
    private func visibleStart(_ plan: WindowPlan, _ group: Int, _ time: Int64, _ header: UnsafeMutablePointer<JournalHeader>) -> Int64 {
        let start = windowStart(plan, group, time)
        return plan.groups[group].kind == .lifetime ? start : max(start, horizon(plan, header))
    }

    /// The exclusive start of a group's window for an event at `time`.
    private func windowStart(_ plan: WindowPlan, _ group: Int, _ time: Int64) -> Int64 {
        let group = plan.groups[group]
        switch group.kind {
        case .sliding: return time - group.offset - group.length
        case .today: return calendar.startOfDay(time) - 1
        case .thisMonth: return calendar.startOfMonth(time) - 1
        case .lastEvents: return time - plan.entity.historyMilliseconds
        case .sequence: return time - group.length
        case .lifetime: return .min
        }
    }

    // MARK: Accounting

    public struct Usage: Sendable {
        public var journals: Int
        public var records: Int
        /// Bytes of records and of running state, rounding and free room included.
        public var recordBytes: Int
        public var totalBytes: Int
    }

    public var usage: Usage {
        var usage = Usage(journals: 0, records: 0, recordBytes: 0, totalBytes: pool.bytesReserved)
        for entity in tables.indices {
            usage.journals += tables[entity].count
            usage.totalBytes += tables[entity].byteCount + states[entity].byteCount
            for journal in 0..<tables[entity].count {
                let header = tables[entity].header(journal).pointee
                usage.records += Int(header.count)
                usage.recordBytes += Int(header.blockBytes)
            }
        }
        return usage
    }
}

extension JournalHeader {
    /// Index of the first record later than `time`.
    func upperBound(_ time: Int64, _ stride: Int) -> Int {
        var low = 0
        var high = Int(count)
        while low < high {
            let middle = (low + high) / 2
            if Record(records! + middle * stride).time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The records of a journal as windows see them.
struct JournalView {
    let header: UnsafeMutablePointer<JournalHeader>
    let stride: Int

    @inline(__always) func record(_ index: Int) -> Record { Record(header.pointee.records! + index * stride) }
    @inline(__always) func record(ordinal: UInt32) -> Record { record(index(ordinal)) }
    @inline(__always) func index(_ ordinal: UInt32) -> Int { Int(ordinal &- header.pointee.base) }
    @inline(__always) var end: UInt32 { header.pointee.base &+ header.pointee.count }
}

/// The running states of one entity type's journals, made when first asked for.
struct WindowStates {
    private static let chunkShift = 8
    private static let chunkSize = 1 << chunkShift

    let stride: Int
    private var chunks: [UnsafeMutableRawPointer?] = []

    init(stride: Int) { self.stride = stride }

    var byteCount: Int { chunks.count { $0 != nil } * Self.chunkSize * stride }

    /// Zeroed memory at first: no group is initialised.
    @inline(__always) mutating func make(_ journal: Int) -> UnsafeMutableRawPointer {
        let chunk = journal >> Self.chunkShift
        if chunk < chunks.count, let base = chunks[chunk] { return base + (journal & (Self.chunkSize - 1)) * stride }
        return makeChunk(chunk) + (journal & (Self.chunkSize - 1)) * stride
    }

    @inline(never) private mutating func makeChunk(_ chunk: Int) -> UnsafeMutableRawPointer {
        while chunks.count <= chunk { chunks.append(nil) }
        let bytes = max(stride, 16) * Self.chunkSize
        let base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        chunks[chunk] = base
        return base
    }

    func existing(_ journal: Int) -> UnsafeMutableRawPointer? {
        let chunk = journal >> Self.chunkShift
        guard chunk < chunks.count, let base = chunks[chunk] else { return nil }
        return base + (journal & (Self.chunkSize - 1)) * stride
    }

    func deallocate() {
        for chunk in chunks { chunk?.deallocate() }
    }
}

extension EntityType {
    /// Records are kept a third longer than the history, so that a late event still finds the whole of its windows.
    var keptMilliseconds: Int64 { historyMilliseconds + historyMilliseconds / 3 }
}
