internal import CMemory
internal import Events
internal import Expressions

/// The journals of one entity type, with the running states of their windows. One thread.
final class EntityJournals {
    let type: EntityType
    let table: JournalTable
    let plan: WindowPlan
    /// The same without counting references.
    private let unownedPlan: Unmanaged<WindowPlan>
    /// Moved by the first reading of an event; an append takes it away.
    private let cursor: UnsafeMutablePointer<ReadingCursor>
    var states: WindowStates
    /// Of journals that had no room for all their records. Looked up, never walked in order.
    var panes: [Int: Panes] = [:]
    let entity: Int
    /// The same whatever else a schema has: keys outlive it in Redis.
    private let keySeed: UInt64
    let pool: MemoryPool
    private let calendar: Calendar
    let recordsMax: Int
    /// Of journals that are as this plan and this layout want them.
    let generation: UInt8
    /// What journals of the generation before are still in; nil once all have been brought over.
    var predecessor: Predecessor?
    /// Somebody else has the journals now.
    private var isSucceeded = false
    let history: Int64
    let retention: Int64
    let kept: Int64
    let stride: Int
    let fields: FixedArray<RecordLayout.FieldLayout>
    /// By event type and recorded field: the row's slot, or -1.
    let recordSlots: FixedArray<Int32>
    let codec: LogCodec
    /// By event type: the slot of the one string that is the key; -1 for keys of another kind.
    private let textKeySlots: FixedArray<Int32>
    /// By event type.
    let types: UnsafePointer<UInt64>

    /// - Parameters:
    ///   - eventTypeFingerprints: outlive the journals.
    ///   - predecessor: whose journals these are from now on, of the same schema or one that this one extends; nil for none.
    init(
        _ schema: Schema, entity: Int, pool: MemoryPool, calendar: Calendar, recordsMax: Int, eventTypeFingerprints: UnsafePointer<UInt64>, plan: WindowPlan,
        predecessor: EntityJournals? = nil, isSameSchema: Bool = false
    ) {
        type = schema.entities[entity]
        table = predecessor?.table ?? JournalTable()
        self.entity = entity
        keySeed = Fingerprint.of(type.name)
        self.pool = pool
        self.calendar = calendar
        self.recordsMax = recordsMax
        types = eventTypeFingerprints
        history = type.historyMilliseconds
        retention = type.retentionMilliseconds
        kept = type.keptMilliseconds
        let layout = RecordLayout(type)
        codec = isSameSchema ? predecessor!.codec : LogCodec(schema, type)
        stride = layout.stride
        fields = FixedArray(layout.fields)
        recordSlots = FixedArray(
            type.participations.flatMap { participation in participation?.recordSlots.map { Int32($0) } ?? Array(repeating: -1, count: layout.fields.count) })
        textKeySlots = FixedArray(
            type.participations.enumerated().map { event, participation in
                guard let slots = participation?.keySlots, slots.count == 1, schema.events[event].fields[slots[0]].type == .string else { return -1 }
                return Int32(slots[0])
            })
        self.plan = plan
        unownedPlan = .passUnretained(plan)
        cursor = .allocate(capacity: 1)
        cursor.initialize(to: ReadingCursor())
        states = WindowStates(stride: plan.stateBytes)
        generation = predecessor.map { $0.generation &+ 1 } ?? 0
        table.generation = generation
        self.predecessor = predecessor?.succeeded()
    }

    deinit {
        cursor.deallocate()
        if !isSucceeded {
            bringOver()
            for journal in panes.keys { releasePanes(journal) }
            for journal in 0..<table.count {
                if let state = states.existing(journal) { for index in plan.groups.indices { plan.release(plan.groups[index], state, pool) } }
                let header = table.header(journal)
                if let records = header.pointee.records { pool.release(records, byteCount: Int(header.pointee.blockBytes)) }
            }
            states.deallocate()
        }
        fields.deallocate()
        recordSlots.deallocate()
        textKeySlots.deallocate()
    }

    /// Gives everything away to the next generation.
    private func succeeded() -> Predecessor {
        bringOver()
        isSucceeded = true
        return Predecessor(plan: plan, states: states, panes: panes, layout: RecordLayout(type))
    }

    /// A journal's header, once the journal is of this generation.
    @inline(__always) func header(_ journal: Int) -> UnsafeMutablePointer<JournalHeader> {
        let header = table.header(journal)
        if header.pointee.generation != generation { bringOver(journal, header) }
        return header
    }

    /// The key for an event in a row; nil where the event lacks a key field, or takes no part.
    @inline(__always) func key(_ batch: EventBatch, row: Int) -> EntityKey? {
        let eventType = batch.headers[row].eventType
        let base = row * batch.stride
        // A reused row still has the texts of what it held before: the type says whether there is one.
        let textSlot = Int(textKeySlots[eventType])
        if textSlot >= 0 {
            if batch.present[base + textSlot] == 0 { return nil }
            if batch.texts[base + textSlot].count > 0 { return Fingerprint.entityKey(batch.text(row: row, slot: textSlot), seed: keySeed) }
        }
        return compositeKey(batch, row: row)
    }

    @inline(never) private func compositeKey(_ batch: EventBatch, row: Int) -> EntityKey? {
        guard let participation = type.participations[batch.headers[row].eventType] else { return nil }
        let base = row * batch.stride
        for slot in participation.keySlots where batch.present[base + slot] == 0 { return nil }
        // The cells stand for their values: fingerprints for strings, of which 64 bits each make 128 together.
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: SchemaLimits.keyFieldsMax) { cells in
            for (index, slot) in participation.keySlots.enumerated() { cells[index] = batch.cells[base + slot] }
            return Fingerprint.entityKey(
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(cells)[..<(participation.keySlots.count * 8)]), seed: keySeed)
        }
    }

    /// Records an event in a journal. A duplicate, the same id at the same time, changes nothing.
    func append(_ key: EntityKey, _ batch: EventBatch, row: Int) -> JournalStore.Outcome {
        cursor.pointee.journal = -1
        let journal = table.findOrInsert(key)
        let header = self.header(journal)
        states.fetch(journal)
        let time = batch.headers[row].timeMilliseconds
        let word = RecordLayout.word(batch.headers[row])
        switch makePlace(journal, header, time, word) {
        case .tooOld: return .tooOld
        case .taken(let index):
            let record = Record(header.pointee.records! + index * stride)
            let isLatest = index == Int(header.pointee.count) - 1 && record.sequence &+ 1 == header.pointee.nextSequence
            return .recorded(
                JournalStore.Position(
                    entity: entity, journal: journal, index: index, isLatest: isLatest, isDuplicate: true,
                    isRepeat: record.origin != batch.headers[row].origin))
        case .free(let index):
            write(batch, row, Record(header.pointee.records! + index * stride), sequence: header.pointee.nextSequence)
            finishPlace(journal, header, time, index)
            return .recorded(
                JournalStore.Position(
                    entity: entity, journal: journal, index: index, isLatest: index == Int(header.pointee.count) - 1, isDuplicate: false, isRepeat: false))
        }
    }

    /// Asks for a journal's states, and for the end of its records, before they are needed.
    @inline(__always) func fetch(_ journal: Int) {
        states.fetch(journal)
        let header = table.header(journal)
        if let records = header.pointee.records { vane_prefetch(records + Int(header.pointee.count) * stride) }
    }

    /// Where a record belongs.
    enum Place {
        /// At this index there is room for it now.
        case free(Int)
        /// It is there already.
        case taken(Int)
        case tooOld
    }

    /// Finds the place of a record by its time, and moves what comes after it out of the way. `finishPlace` must follow when it has been written.
    @inline(__always) func makePlace(_ journal: Int, _ header: UnsafeMutablePointer<JournalHeader>, _ time: Int64, _ word: UInt64) -> Place {
        header.pointee.isUsed = true
        if header.pointee.lastTime != .min && time > header.pointee.lastTime &+ retention {
            // It was away for longer than its retention: as if never seen.
            clear(journal)
        }
        var index = Int(header.pointee.count)
        if time <= header.pointee.lastTime {
            // Records that old may or may not be in memory still: nothing may depend on it.
            if time <= header.pointee.lastTime - kept { return .tooOld }
            index = header.pointee.upperBound(time, stride)
            var candidate = index - 1
            while candidate >= 0 {
                let record = Record(header.pointee.records! + candidate * stride)
                if record.time != time { break }
                if record.isSameEvent(word) { return .taken(candidate) }
                candidate -= 1
            }
            if time <= header.pointee.lastTime - history { return .tooOld }
        }
        if header.pointee.count == header.pointee.capacity {
            let before = header.pointee.base
            makeRoom(journal, header)
            // A late record may be older than all that were just folded away: it is the first then.
            index = max(0, index - Int(header.pointee.base &- before))
        }
        let end = Int(header.pointee.count)
        if index < end {
            let base = header.pointee.records! + index * stride
            (base + stride).copyMemory(from: base, byteCount: (end - index) * stride)
        }
        return .free(index)
    }

    @inline(__always) func finishPlace(_ journal: Int, _ header: UnsafeMutablePointer<JournalHeader>, _ time: Int64, _ index: Int) {
        let end = Int(header.pointee.count)
        header.pointee.nextSequence &+= 1
        header.pointee.count += 1
        if time > header.pointee.lastTime { header.pointee.lastTime = time }
        if time < header.pointee.firstSeen { header.pointee.firstSeen = time }
        if let state = states.existing(journal) {
            if index < end { plan.inserted(at: index, header, state, pool, types) } else { plan.fetchWhatMoves(header, state) }
        }
    }

    @inline(__always) private func write(_ batch: EventBatch, _ row: Int, _ record: Record, sequence: UInt32) {
        let eventType = batch.headers[row].eventType
        record.time = batch.headers[row].timeMilliseconds
        record.idWord = RecordLayout.word(batch.headers[row])
        record.sequence = sequence
        var information = UInt32(eventType) << RecordLayout.typeShift
        let base = row * batch.stride
        let slots = recordSlots.base + eventType * fields.count
        for index in fields.indices {
            let slot = Int(slots[index])
            let isPresent = slot >= 0 && batch.present[base + slot] != 0
            if isPresent { information |= fields[index].presenceBit }
            record.set(isPresent ? batch.cells[base + slot] : 0, fields[index])
        }
        record.information = information
    }

    /// Gives back what a journal's folded records added up to.
    func releasePanes(_ journal: Int) {
        if var released = panes.removeValue(forKey: journal) { plan.release(&released, pool) }
    }

    /// Readings of the journal look it up anew.
    func forgetCursor() { cursor.pointee.journal = -1 }

    @inline(never) private func makeRoom(_ journal: Int, _ header: UnsafeMutablePointer<JournalHeader>) {
        let count = Int(header.pointee.count)
        if count > 0 {
            let keep = header.pointee.lastTime - kept
            var dropped = header.pointee.upperBound(keep, stride)
            if dropped * 8 < count { dropped = 0 }
            if dropped == 0 && count >= recordsMax {
                dropped = max(1, count / 8)
                header.pointee.foldedThrough = max(header.pointee.foldedThrough, Record(header.pointee.records! + (dropped - 1) * stride).time)
                if plan.hasPanes {
                    plan.fold(dropped, header, into: &panes[journal, default: Panes(stride: plan.paneBytes)], horizon: keep, pool, types)
                }
            }
            if dropped > 0 {
                drop(journal, header, dropped)
                return
            }
        }
        let block = pool.allocate(byteCount: min(max(count * 5 / 4, count + 2), recordsMax) * stride)
        if let records = header.pointee.records {
            block.base.copyMemory(from: records, byteCount: count * stride)
            pool.release(records, byteCount: Int(header.pointee.blockBytes))
        }
        header.pointee.records = block.base
        header.pointee.blockBytes = UInt32(block.byteCount)
        header.pointee.capacity = UInt32(min(block.byteCount / stride, recordsMax))
    }

    /// The oldest records go; lifetimes take them in, even where nobody has asked for these yet.
    private func drop(_ journal: Int, _ header: UnsafeMutablePointer<JournalHeader>, _ dropped: Int) {
        let state = plan.hasLifetime ? states.make(journal) : states.existing(journal)
        if let state { plan.dropping(dropped, header, state, pool, types) }
        let records = header.pointee.records!
        records.copyMemory(from: records + dropped * stride, byteCount: (Int(header.pointee.count) - dropped) * stride)
        header.pointee.hasDropped = true
        header.pointee.base &+= UInt32(dropped)
        header.pointee.count -= UInt32(dropped)
    }

    /// Lets go of the records that no window can see any more.
    func dropOutOfSight(_ journal: Int) {
        let header = self.header(journal)
        let dropped = header.pointee.upperBound(horizon(header), stride)
        if dropped > 0 { drop(journal, header, dropped) }
    }

    /// Computes an indicator as the event at `position` sees it.
    /// - Parameter cell: receives the value, of the indicator's result type.
    /// - Returns: whether the value exists.
    @inline(__always) func read(_ index: Int, at position: JournalStore.Position, into cell: inout UInt64) -> Bool {
        guard position.isLatest else { return readAfresh(index, position, &cell) }
        return unownedPlan._withUnsafeGuaranteedRef { plan in
            moveCursor(position)
            let reading = UnsafePointer(plan.readings.base + index)
            advance(plan, reading.pointee.group)
            if cursor.pointee.reachesPanes { return readWithPanes(plan, index, &cell) }
            // What most indicators are, without a call.
            let state = cursor.pointee.states! + reading.pointee.stateOffset
            switch reading.pointee.kind {
            case .count:
                cell = state.load(as: UInt64.self)
                return true
            case .sum where reading.pointee.source == .exactSum && reading.pointee.isDecimal:
                cell = (state.assumingMemoryBound(to: ExactSumState.self).pointee.rounded / reading.pointee.unit).bitPattern
                return true
            default:
                return plan.value(
                    reading, JournalView(header: cursor.pointee.header!, stride: stride), cursor.pointee.states!, ordinal: cursor.pointee.ordinal,
                    now: cursor.pointee.time, pool, types, into: &cell)
            }
        }
    }

    @inline(never) private func readWithPanes(_ plan: WindowPlan, _ index: Int, _ cell: inout UInt64) -> Bool {
        let header = cursor.pointee.header!
        let view = JournalView(header: header, stride: stride)
        let time = cursor.pointee.time
        let reading = UnsafePointer(plan.readings.base + index)
        guard let panes = panes[cursor.pointee.journal] else {
            return plan.value(reading, view, cursor.pointee.states!, ordinal: cursor.pointee.ordinal, now: time, pool, types, into: &cell)
        }
        return plan.value(
            index, panes, above: visibleStart(reading.pointee.group, time, header), view, cursor.pointee.states!, ordinal: cursor.pointee.ordinal, now: time,
            pool, types, into: &cell)
    }

    @inline(never) private func readAfresh(_ index: Int, _ position: JournalStore.Position, _ cell: inout UInt64) -> Bool {
        let reading = UnsafePointer(plan.readings.base + index)
        let header = table.header(position.journal)
        let view = JournalView(header: header, stride: stride)
        return plan.computeAfresh(
            index, panes[position.journal], view, state: states.existing(position.journal), index: position.index,
            windowStart: visibleStart(reading.pointee.group, view.record(position.index).time, header), pool, types, into: &cell)
    }

    /// Looks up what all indicators of an event need, unless that was the last thing done.
    /// - Parameter position: the latest of its journal.
    @inline(__always) private func moveCursor(_ position: JournalStore.Position) {
        if cursor.pointee.journal != position.journal || cursor.pointee.index != position.index { moveCursorAnew(position) }
    }

    @inline(never) private func moveCursorAnew(_ position: JournalStore.Position) {
        let header = table.header(position.journal)
        let base = header.pointee.base
        cursor.pointee = ReadingCursor(
            journal: position.journal, index: position.index, number: cursor.pointee.number + 1,
            time: Record(header.pointee.records! + position.index * stride).time, horizon: horizon(header), ordinal: base &+ UInt32(position.index), base: base,
            end: base &+ header.pointee.count, reachesPanes: header.pointee.foldedThrough > horizon(header), header: header, records: header.pointee.records,
            states: states.make(position.journal))
    }

    /// Moves a group to the cursor's event, if it is not there yet.
    @inline(__always) private func advance(_ plan: WindowPlan, _ index: Int) {
        let group = plan.groups.base + index
        if group.pointee.advancedAt == cursor.pointee.number { return }
        let low: Int64 =
            switch group.pointee.kind {
            case .sliding, .lastEvents, .sequence: max(cursor.pointee.time &- group.pointee.reach, cursor.pointee.horizon)
            case .today, .thisMonth: max(windowStart(index, cursor.pointee.time), cursor.pointee.horizon)
            case .lifetime: .min
            }
        plan.advance(group, cursor, from: low, pool, types)
    }

    func evidence(_ index: Int, at position: JournalStore.Position) -> JournalStore.Evidence {
        let reading = plan.readings[index]
        let header = table.header(position.journal)
        let view = JournalView(header: header, stride: stride)
        let time = view.record(position.index).time
        let group = plan.groups[reading.group]
        let from = windowStart(reading.group, time)
        let visible = visibleStart(reading.group, time, header)
        let state = position.isLatest ? states.make(position.journal) : states.existing(position.journal)
        if position.isLatest {
            moveCursor(position)
            advance(plan, reading.group)
        }
        let events: Int?
        if group.kind == .sequence {
            var happened: UInt64 = 0
            events = read(index, at: position, into: &happened) && happened != 0 ? group.steps.count : nil
        } else {
            var found = plan.events(reading, view, state: state, isLatest: position.isLatest, index: position.index, windowStart: visible, pool, types)
            if let panes = panes[position.journal] { found += plan.events(index, panes, above: visible, through: time - group.offset) }
            events = found
        }
        let horizon = self.horizon(header)
        let isFolded = header.pointee.foldedThrough != .min && from < header.pointee.foldedThrough
        let isApproximate =
            switch group.kind {
            case .lifetime: plan.isPartial(reading, state, header)
            case .lastEvents: isFolded && events! < Int(group.length)
            default: isFolded || (from < horizon && header.pointee.firstSeen <= horizon)
            }
        return JournalStore.Evidence(fromMilliseconds: from, toMilliseconds: time - group.offset, events: events, isApproximate: isApproximate)
    }

    /// Records at or before this time are out of sight, whether or not they have been dropped yet.
    @inline(__always) private func horizon(_ header: UnsafeMutablePointer<JournalHeader>) -> Int64 {
        header.pointee.lastTime - kept
    }

    /// The start of a group's window, but not before the horizon: days and months may reach beyond it.
    @inline(__always) private func visibleStart(_ group: Int, _ time: Int64, _ header: UnsafeMutablePointer<JournalHeader>) -> Int64 {
        let start = windowStart(group, time)
        return plan.groups[group].kind == .lifetime ? start : max(start, horizon(header))
    }

    /// The exclusive start of a group's window for an event at `time`.
    @inline(__always) private func windowStart(_ group: Int, _ time: Int64) -> Int64 {
        let group = plan.groups[group]
        switch group.kind {
        case .sliding, .lastEvents, .sequence: return time - group.reach
        case .today: return calendar.startOfDay(time) - 1
        case .thisMonth: return calendar.startOfMonth(time) - 1
        case .lifetime: return .min
        }
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

    /// Asks for a journal's states before they are needed.
    @inline(__always) func fetch(_ journal: Int) {
        guard let base = existing(journal) else { return }
        var offset = 0
        while offset < stride {
            vane_prefetch(base + offset)
            offset += 64
        }
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
