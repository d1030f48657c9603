internal import CMemory
internal import Expressions

/// Moving windows along a journal.
extension WindowPlan {
    @inline(__always) private func groupState(_ group: Group, _ states: UnsafeMutableRawPointer) -> UnsafeMutablePointer<GroupState> {
        (states + group.stateOffset).assumingMemoryBound(to: GroupState.self)
    }

    /// Latest start of each partial match of a sequence: entry n is for n + 1 records matched.
    @inline(__always) private func sequenceStarts(_ group: Group, _ states: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int64> {
        (states + group.stateOffset + 32).assumingMemoryBound(to: Int64.self)
    }

    /// Whether the last record that a sequence looked at completed it, kept beside the group's state.
    @inline(__always) private func sequenceMatched(_ group: Group, _ states: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Bool> {
        (states + group.stateOffset + 16).assumingMemoryBound(to: Bool.self)
    }

    func initialise(_ group: Group, _ states: UnsafeMutableRawPointer, _ header: UnsafeMutablePointer<JournalHeader>) {
        let base = header.pointee.base
        groupState(group, states).initialize(
            to: GroupState(
                tail: base, head: base, matched: 0, isInitialised: true, isDirty: false, partial: header.pointee.hasDropped ? GroupState.partialAll : 0))
        for index in group.accumulators { accumulators[index].initialise(states) }
        if group.kind == .lifetime {
            for index in group.accumulators { accumulators[index].initialise(states + group.stateBytes) }
        }
        if group.kind == .sequence { restartSequence(group, states) }
    }

    private func restartSequence(_ group: Group, _ states: UnsafeMutableRawPointer) {
        for index in group.steps.indices { sequenceStarts(group, states)[index] = .min }
        sequenceMatched(group, states).pointee = false
    }

    private func reset(_ group: Group, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        for index in group.accumulators { accumulators[index].reset(states, pool) }
    }

    /// Gives a group's memory back; its state is as if never made.
    func release(_ group: Group, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        guard groupState(group, states).pointee.isInitialised else { return }
        reset(group, states, pool)
        if group.kind == .lifetime { reset(group, states + group.stateBytes, pool) }
        groupState(group, states).pointee.isInitialised = false
    }

    /// Whether a lifetime lacks records that had gone before it was first asked for.
    func isPartial(_ reading: Reading, _ states: UnsafeMutableRawPointer?, _ header: UnsafeMutablePointer<JournalHeader>) -> Bool {
        let group = groups[reading.group]
        guard let states, groupState(group, states).pointee.isInitialised else { return header.pointee.hasDropped }
        let partial = groupState(group, states).pointee.partial
        return [reading.accumulator, reading.counter, reading.divisor].contains {
            $0 >= 0 && partial & GroupState.partialBit($0 - group.accumulators.lowerBound) != 0
        }
    }

    /// Moves a group to the cursor's event. Amortised constant time.
    /// - Parameter low: the exclusive start of the window, as far as records are visible.
    @inline(__always) func advance(
        _ group: UnsafeMutablePointer<Group>, _ cursor: UnsafeMutablePointer<ReadingCursor>, from low: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>
    ) {
        group.pointee.advancedAt = cursor.pointee.number
        let states = cursor.pointee.states!
        let state = groupState(group.pointee, states)
        if !state.pointee.isInitialised || state.pointee.isDirty { prepare(group.pointee, cursor, states, pool, types) }
        switch group.pointee.kind {
        case .sliding, .today, .thisMonth, .lifetime: slide(group, cursor, states, state, from: low, pool, types)
        case .lastEvents, .sequence: follow(group.pointee, cursor, states, state, from: low, pool, types)
        }
    }

    @inline(never) private func prepare(
        _ group: Group, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let header = cursor.pointee.header!
        if !groupState(group, states).pointee.isInitialised { initialise(group, states, header) }
        if groupState(group, states).pointee.isDirty { rebuild(group, JournalView(header: header, stride: stride), states, pool, types) }
    }

    @inline(__always) private func slide(
        _ group: UnsafeMutablePointer<Group>, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ states: UnsafeMutableRawPointer,
        _ state: UnsafeMutablePointer<GroupState>, from low: Int64, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let high = cursor.pointee.time &- group.pointee.offset
        let base = cursor.pointee.base
        let end = cursor.pointee.end
        let records = cursor.pointee.records!
        let stride = self.stride
        // Only times are looked at here: what a window counts follows from its ends.
        let oldTail = state.pointee.tail
        let oldHead = state.pointee.head
        var tail = oldTail
        let oldest = records + Int(oldTail &- base) &* stride
        if group.pointee.kind != .lifetime {
            var at = oldest
            while tail != oldHead && Record(at).time <= low {
                tail &+= 1
                at += stride
            }
            // The next event looks at what is oldest then, and at the record behind it.
            vane_prefetch(at + stride)
        }
        let left = tail
        var head = oldHead
        var at = records + Int(head &- base) &* stride
        if left == head && group.pointee.kind != .lifetime {
            // What passed while nobody looked never enters.
            while head != end && Record(at).time <= low {
                head &+= 1
                at += stride
            }
            tail = head
        }
        let entering = head
        let newest = at
        while head != end && Record(at).time <= high {
            head &+= 1
            at += stride
        }
        state.pointee.tail = tail
        state.pointee.head = head
        if group.pointee.countsAll {
            let count = (states + group.pointee.countOffset).assumingMemoryBound(to: UInt64.self)
            count.pointee = count.pointee &+ UInt64(head &- entering) &- UInt64(left &- oldTail)
            if group.pointee.accumulators.count == 1 { return }
        }
        let leaving = Accumulator.Run(first: oldest, ordinal: oldTail, count: left &- oldTail)
        let coming = Accumulator.Run(first: newest, ordinal: entering, count: head &- entering)
        if group.pointee.isSimple {
            if group.pointee.filterMask == 0 { return moveSum(group, states, leaving, coming) }
            let comparison = filters.comparison(group.pointee.filterMask)
            if comparison.pointee.isSingle { return moveComparedSum(group, states, comparison, leaving, coming) }
            return moveMatchedSum(group, cursor, leaving, coming, types)
        }
        if group.pointee.lone >= 0 {
            accumulators[group.pointee.lone].move(states, leaving, coming, stride, pool)
        } else if group.pointee.filterMask == 0 {
            move(group, cursor, leaving, windowEnd: oldHead, coming, pool, types)
        } else {
            moveFiltered(group, cursor, leaving, windowEnd: oldHead, coming, pool, types)
        }
    }

    /// Takes records out of a group's one sum and others in, without a call.
    @inline(__always) private func moveSum(
        _ group: UnsafeMutablePointer<Group>, _ states: UnsafeMutableRawPointer, _ leaving: Accumulator.Run, _ coming: Accumulator.Run
    ) {
        let state = (states + group.pointee.sumOffset).assumingMemoryBound(to: ExactSumState.self)
        let field = group.pointee.sumField
        let bit = group.pointee.sumBit
        var sum = state.pointee
        var at = leaving.first
        for _ in 0..<leaving.count {
            if Record(at).isPresent(bit) { sum.remove(Int64(bitPattern: Record(at).wide(field))) }
            at += stride
        }
        at = coming.first
        for _ in 0..<coming.count {
            if Record(at).isPresent(bit) { sum.add(Int64(bitPattern: Record(at).wide(field))) }
            at += stride
        }
        state.pointee = sum
    }

    /// The same for a sum or a count, or both, under one filter.
    /// - Parameter passes: 1 or 0. No branch asks whether a record passes: nothing could predict it.
    @inline(__always) private func moveFilteredSum(
        _ group: UnsafeMutablePointer<Group>, _ states: UnsafeMutableRawPointer, _ leaving: Accumulator.Run, _ coming: Accumulator.Run,
        _ passes: (_ record: Record, _ ordinal: UInt32) -> UInt64
    ) {
        let field = group.pointee.sumField
        let bit = group.pointee.sumBit
        var sum = ExactSumState()
        var passed: UInt64 = 0
        var at = leaving.first
        for place in 0..<leaving.count {
            let one = passes(Record(at), leaving.ordinal &+ place)
            passed &-= one
            // Where there is no sum, its bit is none that a record has.
            let counted = one & (Record(at).isPresent(bit) ? 1 : 0)
            sum.remove(Int64(bitPattern: Record(at).wide(field) & (0 &- counted)), count: counted)
            at += stride
        }
        at = coming.first
        for place in 0..<coming.count {
            let one = passes(Record(at), coming.ordinal &+ place)
            passed &+= one
            let counted = one & (Record(at).isPresent(bit) ? 1 : 0)
            sum.add(Int64(bitPattern: Record(at).wide(field) & (0 &- counted)), count: counted)
            at += stride
        }
        if group.pointee.passedOffset >= 0 {
            let count = (states + group.pointee.passedOffset).assumingMemoryBound(to: UInt64.self)
            count.pointee = count.pointee &+ passed
        }
        if group.pointee.sumOffset >= 0 { (states + group.pointee.sumOffset).assumingMemoryBound(to: ExactSumState.self).pointee.add(sum) }
    }

    /// Under a filter that is one comparison.
    @inline(never) private func moveComparedSum(
        _ group: UnsafeMutablePointer<Group>, _ states: UnsafeMutableRawPointer, _ comparison: UnsafePointer<RecordComparison>, _ leaving: Accumulator.Run,
        _ coming: Accumulator.Run
    ) {
        moveFilteredSum(group, states, leaving, coming) { record, _ in comparison.pointee.holds(record) }
    }

    @inline(never) private func moveMatchedSum(
        _ group: UnsafeMutablePointer<Group>, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ leaving: Accumulator.Run, _ coming: Accumulator.Run,
        _ types: UnsafePointer<UInt64>
    ) {
        let mask = group.pointee.filterMask
        moveFilteredSum(group, cursor.pointee.states!, leaving, coming) { record, ordinal in
            let passed =
                ordinal == cursor.pointee.ordinal
                ? passedByOwn(mask, record, cursor, types) & mask : filters.matches(record, mask: mask, eventTypeFingerprints: types)
            return passed == 0 ? 0 : 1
        }
    }

    /// Accumulators over all records, one after the other.
    /// - Parameter windowEnd: the first ordinal beyond the window that records leave.
    @inline(never) private func move(
        _ group: UnsafeMutablePointer<Group>, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ leaving: Accumulator.Run, windowEnd: UInt32,
        _ coming: Accumulator.Run, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let states = cursor.pointee.states!
        let accumulators = group.pointee.accumulators
        for index in (accumulators.lowerBound + (group.pointee.countsAll ? 1 : 0))..<accumulators.upperBound {
            let accumulator = UnsafePointer(self.accumulators.base + index)
            if accumulator.pointee.kind == .earliest {
                moveEarliest(accumulator, cursor, leaving, windowEnd: windowEnd, coming, pool, types)
            } else {
                accumulator.pointee.move(states, leaving, coming, stride, pool)
            }
        }
    }

    private func moveEarliest(
        _ accumulator: UnsafePointer<Accumulator>, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ leaving: Accumulator.Run, windowEnd: UInt32,
        _ coming: Accumulator.Run, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let view = JournalView(header: cursor.pointee.header!, stride: stride)
        for place in 0..<leaving.count {
            let record = Record(leaving.first + Int(place) &* stride)
            removeEarliest(accumulator, record, leaving.ordinal &+ place, windowEnd, view, cursor.pointee.states!, types)
        }
        for place in 0..<coming.count {
            accumulator.pointee.add(Record(coming.first + Int(place) &* stride), ordinal: coming.ordinal &+ place, cursor.pointee.states!, pool)
        }
    }

    /// Records one after the other, so that each filter is applied to each once.
    @inline(never) private func moveFiltered(
        _ group: UnsafeMutablePointer<Group>, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ leaving: Accumulator.Run, windowEnd: UInt32,
        _ coming: Accumulator.Run, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let states = cursor.pointee.states!
        let stride = self.stride
        let mask = group.pointee.filterMask
        let accumulators = group.pointee.accumulators
        let others = (accumulators.lowerBound + (group.pointee.countsAll ? 1 : 0))..<accumulators.upperBound
        for place in 0..<leaving.count {
            let record = Record(leaving.first + Int(place) &* stride)
            let passed = filters.matches(record, mask: mask, eventTypeFingerprints: types)
            for index in others {
                let accumulator = UnsafePointer(self.accumulators.base + index)
                let filterBit = accumulator.pointee.filterBit
                if filterBit != 0 && passed & filterBit == 0 { continue }
                remove(accumulator, record, leaving.ordinal &+ place, windowEnd, cursor.pointee.header!, states, pool, types)
            }
        }
        for place in 0..<coming.count {
            let record = Record(coming.first + Int(place) &* stride)
            let ordinal = coming.ordinal &+ place
            let passed =
                ordinal == cursor.pointee.ordinal
                ? passedByOwn(mask, record, cursor, types) : filters.matches(record, mask: mask, eventTypeFingerprints: types)
            for index in others {
                let accumulator = UnsafePointer(self.accumulators.base + index)
                let filterBit = accumulator.pointee.filterBit
                if filterBit == 0 || passed & filterBit != 0 { accumulator.pointee.add(record, ordinal: ordinal, states, pool) }
            }
        }
    }

    /// Asks for the records that may leave windows now, so that they are on their way while the event is made ready.
    func fetchOldest(_ header: UnsafeMutablePointer<JournalHeader>, _ states: UnsafeMutableRawPointer) {
        let base = header.pointee.base
        let records = header.pointee.records!
        for index in groups.indices {
            let state = groupState(groups[index], states)
            if groups[index].kind == .lifetime || groups[index].kind == .sequence { continue }
            if !state.pointee.isInitialised { continue }
            // The oldest record and the one that stays behind it are looked at.
            let oldest = records + Int(state.pointee.tail &- base) &* stride
            vane_prefetch(oldest)
            vane_prefetch(oldest + stride)
        }
    }

    /// The filters in `mask` that the cursor's own record passes. Each is applied once, however many windows it enters.
    @inline(__always) private func passedByOwn(
        _ mask: UInt64, _ record: Record, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ types: UnsafePointer<UInt64>
    ) -> UInt64 {
        let rest = mask & ~cursor.pointee.filtersApplied
        if rest != 0 {
            cursor.pointee.filtersPassed |= filters.matches(record, mask: rest, eventTypeFingerprints: types)
            cursor.pointee.filtersApplied |= rest
        }
        return cursor.pointee.filtersPassed
    }

    @inline(never) private func follow(
        _ group: Group, _ cursor: UnsafeMutablePointer<ReadingCursor>, _ states: UnsafeMutableRawPointer, _ state: UnsafeMutablePointer<GroupState>,
        from low: Int64, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let view = JournalView(header: cursor.pointee.header!, stride: stride)
        if group.kind == .sequence {
            step(group, view, states, state, from: low, types)
        } else {
            slideLast(group, view, states, state, horizon: low, pool, types)
        }
    }

    private func slideLast(
        _ group: Group, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ state: UnsafeMutablePointer<GroupState>, horizon: Int64,
        _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let end = view.end
        while state.pointee.head != end {
            let ordinal = state.pointee.head
            let record = view.record(ordinal: ordinal)
            state.pointee.head &+= 1
            add(group, record, ordinal, states, pool, types)
            if isMember(group, record, types) { state.pointee.matched &+= 1 }
        }
        while state.pointee.tail != state.pointee.head {
            let record = view.record(ordinal: state.pointee.tail)
            if Int64(state.pointee.matched) <= group.length && record.time > horizon { break }
            if isMember(group, record, types) { state.pointee.matched &-= 1 }
            remove(group, record, state.pointee.tail, state.pointee.head, view, states, pool, types)
            state.pointee.tail &+= 1
        }
    }

    private func isMember(_ group: Group, _ record: Record, _ types: UnsafePointer<UInt64>) -> Bool {
        group.filterBit == 0 || filters.matches(record, mask: group.filterBit, eventTypeFingerprints: types) != 0
    }

    private func step(
        _ group: Group, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ state: UnsafeMutablePointer<GroupState>, from low: Int64,
        _ types: UnsafePointer<UInt64>
    ) {
        let starts = sequenceStarts(group, states)
        while state.pointee.head != view.end {
            let record = view.record(ordinal: state.pointee.head)
            state.pointee.head &+= 1
            sequenceMatched(group, states).pointee = match(group, record, starts, from: low, types)
        }
    }

    /// Takes one record into a sequence; true where it completes it within the window.
    ///
    /// For each number of records matched, the latest time that such a match can have begun is enough: a later beginning serves whatever an
    /// earlier one does. So the cost is one look at each step, and no match is ever searched for.
    private func match(_ group: Group, _ record: Record, _ starts: UnsafeMutablePointer<Int64>, from low: Int64, _ types: UnsafePointer<UInt64>) -> Bool {
        let passed = filters.matches(record, mask: group.filterMask, eventTypeFingerprints: types)
        if passed == 0 { return false }
        var complete = false
        var index = group.steps.count - 1
        while index >= 0 {
            if passed & group.steps[index] != 0 {
                let start = index == 0 ? record.time : starts[index - 1]
                if index == group.steps.count - 1 { complete = start != .min && start > low }
                if start > starts[index] { starts[index] = start }
            }
            index -= 1
        }
        return complete
    }

    @inline(__always) private func remove(
        _ accumulator: UnsafePointer<Accumulator>, _ record: Record, _ ordinal: UInt32, _ head: UInt32, _ header: UnsafeMutablePointer<JournalHeader>,
        _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        if accumulator.pointee.kind == .earliest {
            removeEarliest(accumulator, record, ordinal, head, JournalView(header: header, stride: stride), states, types)
        } else {
            accumulator.pointee.remove(record, ordinal: ordinal, states, pool)
        }
    }

    /// Takes a record into all accumulators of a group.
    private func add(
        _ group: Group, _ record: Record, _ ordinal: UInt32, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let passed = group.filterMask == 0 ? 0 : filters.matches(record, mask: group.filterMask, eventTypeFingerprints: types)
        for index in group.accumulators {
            let accumulator = UnsafePointer(accumulators.base + index)
            let filterBit = accumulator.pointee.filterBit
            if filterBit == 0 || passed & filterBit != 0 { accumulator.pointee.add(record, ordinal: ordinal, states, pool) }
        }
    }

    /// Takes a group's oldest record out of all its accumulators.
    private func remove(
        _ group: Group, _ record: Record, _ ordinal: UInt32, _ head: UInt32, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>
    ) {
        let passed = group.filterMask == 0 ? 0 : filters.matches(record, mask: group.filterMask, eventTypeFingerprints: types)
        for index in group.accumulators {
            let accumulator = UnsafePointer(accumulators.base + index)
            let filterBit = accumulator.pointee.filterBit
            if filterBit == 0 || passed & filterBit != 0 { remove(accumulator, record, ordinal, head, view.header, states, pool, types) }
        }
    }

    /// The oldest matching record leaves: the next one that matches is the first now. The search moves forward only.
    @inline(never) private func removeEarliest(
        _ accumulator: UnsafePointer<Accumulator>, _ record: Record, _ ordinal: UInt32, _ head: UInt32, _ view: JournalView,
        _ states: UnsafeMutableRawPointer, _ types: UnsafePointer<UInt64>
    ) {
        let requiredBit = accumulator.pointee.requiredBit
        let filterBit = accumulator.pointee.filterBit
        if requiredBit != 0 && !record.isPresent(requiredBit) { return }
        let state = (states + accumulator.pointee.stateOffset).assumingMemoryBound(to: EarliestState.self)
        state.pointee.count &-= 1
        if state.pointee.count == 0 { return }
        var next = ordinal &+ 1
        while next != head {
            let record = view.record(ordinal: next)
            let isPresent = requiredBit == 0 || record.isPresent(requiredBit)
            if isPresent, filterBit == 0 || filters.matches(record, mask: filterBit, eventTypeFingerprints: types) != 0 {
                state.pointee.ordinal = next
                state.pointee.time = record.time
                state.pointee.cell = requiredBit == 0 ? 0 : accumulator.pointee.cell(record)
                return
            }
            next &+= 1
        }
        preconditionFailure("a window counts a record that is not in it")
    }

    /// Computes a group's state again from the records between its ends.
    @inline(never) private func rebuild(
        _ group: Group, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let state = groupState(group, states)
        state.pointee.isDirty = false
        reset(group, states, pool)
        switch group.kind {
        case .sequence:
            restartSequence(group, states)
            state.pointee.head = view.header.pointee.base
        case .lastEvents:
            state.pointee.tail = view.header.pointee.base
            state.pointee.head = state.pointee.tail
            state.pointee.matched = 0
        case .lifetime:
            for index in group.accumulators { accumulators[index].copy(from: states + group.stateBytes, to: states, pool) }
            state.pointee.head = view.header.pointee.base
        case .sliding, .today, .thisMonth:
            var ordinal = state.pointee.tail
            while ordinal != state.pointee.head {
                add(group, view.record(ordinal: ordinal), ordinal, states, pool, types)
                ordinal &+= 1
            }
        }
    }

    // MARK: Changes behind the windows

    /// A record was inserted before the end of the journal, at `index`.
    func inserted(
        at index: Int, _ header: UnsafeMutablePointer<JournalHeader>, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let view = JournalView(header: header, stride: layout.stride)
        for number in groups.indices {
            let group = groups[number]
            let state = groupState(group, states)
            guard state.pointee.isInitialised else { continue }
            let head = view.index(state.pointee.head)
            if index >= head { continue }
            if !group.isOrderIndependent { state.pointee.isDirty = true }
            if group.kind == .lifetime || index >= view.index(state.pointee.tail) {
                state.pointee.head &+= 1
                if !state.pointee.isDirty {
                    add(group, view.record(index), header.pointee.base &+ UInt32(index), states, pool, types)
                }
            } else {
                state.pointee.head &+= 1
                state.pointee.tail &+= 1
            }
        }
    }

    /// The oldest `count` records are about to go: windows let go of them, lifetimes keep what they add up to.
    func dropping(
        _ count: Int, _ header: UnsafeMutablePointer<JournalHeader>, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let view = JournalView(header: header, stride: layout.stride)
        let newBase = header.pointee.base &+ UInt32(count)
        for number in groups.indices {
            let group = groups[number]
            let state = groupState(group, states)
            if group.kind == .lifetime {
                if !state.pointee.isInitialised { initialise(group, states, header) }
                while view.index(state.pointee.head) < count {
                    add(group, view.record(ordinal: state.pointee.head), state.pointee.head, states, pool, types)
                    state.pointee.head &+= 1
                }
                for index in 0..<count {
                    add(group, view.record(index), header.pointee.base &+ UInt32(index), states + group.stateBytes, pool, types)
                }
                continue
            }
            guard state.pointee.isInitialised else { continue }
            if view.index(state.pointee.tail) >= count { continue }
            switch group.kind {
            case .sequence:
                state.pointee.isDirty = state.pointee.isDirty || view.index(state.pointee.head) < count
                if state.pointee.isDirty { state.pointee.head = newBase }
                state.pointee.tail = newBase
            case .lastEvents:
                state.pointee.isDirty = true
                state.pointee.tail = newBase
                state.pointee.head = newBase
            default:
                if view.index(state.pointee.head) <= count || state.pointee.isDirty {
                    reset(group, states, pool)
                    if view.index(state.pointee.head) < count { state.pointee.head = newBase }
                    state.pointee.tail = newBase
                    continue
                }
                var tail = state.pointee.tail
                while tail != newBase {
                    remove(group, view.record(ordinal: tail), tail, state.pointee.head, view, states, pool, types)
                    tail &+= 1
                }
                state.pointee.tail = tail
            }
        }
    }

    // MARK: Events that are not the latest

    /// Computes an indicator for an event in the middle of its journal: from the records up to its own time that were appended before it.
    /// Takes time proportional to the window.
    @inline(never) func computeAfresh(
        _ indicator: Int, _ panes: Panes?, _ view: JournalView, state: UnsafeMutableRawPointer?, index: Int, windowStart: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>,
        into cell: inout UInt64
    ) -> Bool {
        let reading = UnsafePointer(readings.base + indicator)
        return withFreshState(reading.pointee, view, state: state, index: index, windowStart: windowStart, pool, types) { states in
            let ordinal = view.header.pointee.base &+ UInt32(index)
            let own = view.record(index)
            if let panes {
                return value(
                    indicator, panes, above: windowStart, view, states, ordinal: ordinal, now: own.time, pool, types, excludingAfter: own.sequence, into: &cell)
            }
            return value(reading, view, states, ordinal: ordinal, now: own.time, pool, types, excludingAfter: own.sequence, into: &cell)
        }
    }

    /// Records in the window that match an indicator's condition.
    /// - Parameter isLatest: the state stands at the record.
    func events(
        _ reading: Reading, _ view: JournalView, state: UnsafeMutableRawPointer?, isLatest: Bool, index: Int, windowStart: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>
    ) -> Int {
        if reading.kind == .sequence { return 0 }
        func count(_ states: UnsafeMutableRawPointer) -> Int {
            Int((states + reading.counterOffset).load(as: UInt64.self))
        }
        if isLatest, let state { return count(state) }
        return withFreshState(reading, view, state: state, index: index, windowStart: windowStart, pool, types) { count($0) }
    }

    private func withFreshState<Result>(
        _ reading: Reading, _ view: JournalView, state: UnsafeMutableRawPointer?, index: Int, windowStart: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>,
        _ body: (UnsafeMutableRawPointer) -> Result
    ) -> Result {
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: max(stateBytes, 16), alignment: 16)
        defer { fresh.deallocate() }
        let group = groups[reading.group]
        initialise(group, fresh, view.header)
        defer { release(group, fresh, pool) }
        if group.kind == .lifetime, let state, groupState(group, state).pointee.isInitialised {
            for index in group.accumulators { accumulators[index].copy(from: state + group.stateBytes, to: fresh, pool) }
        }
        let own = view.record(index)
        let low = windowStart
        let high = own.time - group.offset
        func isVisible(_ record: Record) -> Bool { Int32(bitPattern: record.sequence &- own.sequence) <= 0 }
        var first = group.kind == .lifetime ? 0 : view.header.pointee.upperBound(low, view.stride)
        let last = view.header.pointee.upperBound(high, view.stride)
        if group.kind == .lastEvents {
            var found = 0
            var candidate = last
            while candidate > first && found < Int(group.length) {
                candidate -= 1
                let record = view.record(candidate)
                if isVisible(record) && isMember(group, record, types) { found += 1 }
            }
            if found == Int(group.length) { first = candidate }
        }
        for candidate in first..<max(first, last) {
            let record = view.record(candidate)
            guard isVisible(record) else { continue }
            if group.kind == .sequence {
                sequenceMatched(group, fresh).pointee = match(group, record, sequenceStarts(group, fresh), from: low, types)
            } else {
                add(group, record, view.header.pointee.base &+ UInt32(candidate), fresh, pool, types)
            }
        }
        // Where sums must be taken again, they are taken over these records.
        groupState(group, fresh).pointee.tail = view.header.pointee.base &+ UInt32(first)
        groupState(group, fresh).pointee.head = view.header.pointee.base &+ UInt32(max(first, last))
        return body(fresh)
    }

    // MARK: Values

    /// Reads an indicator from its group's state.
    /// - Parameter excludingAfter: records appended later are not there yet; nil where there are none.
    @inline(never) func value(
        _ reading: UnsafePointer<Reading>, _ view: JournalView, _ states: UnsafeMutableRawPointer, ordinal: UInt32, now: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>,
        excludingAfter: UInt32? = nil, into cell: inout UInt64
    ) -> Bool {
        func state<State>(_: State.Type) -> UnsafeMutablePointer<State> {
            (states + reading.pointee.stateOffset).assumingMemoryBound(to: State.self)
        }
        func double(_ value: Double) -> Bool {
            cell = value.bitPattern
            return true
        }
        func integer(_ value: Int64) -> Bool {
            cell = UInt64(bitPattern: value)
            return true
        }
        func key(_ key: Int64) -> Bool {
            if reading.pointee.isDecimal { return double(Double(key) / reading.pointee.unit) }
            return integer(reading.pointee.isDouble ? OrderKey.of(key) : key)
        }
        func stored(_ bits: UInt64) -> Bool {
            if reading.pointee.isDecimal { return double(Double(Int64(bitPattern: bits)) / reading.pointee.unit) }
            cell = bits
            return true
        }
        switch reading.pointee.kind {
        case .count:
            cell = state(UInt64.self).pointee
            return true
        case .sum:
            if reading.pointee.source == .exactSum {
                let sums = state(ExactSumState.self)
                if reading.pointee.isDecimal { return double(sums.pointee.rounded / reading.pointee.unit) }
                guard let whole = Int64(exactly: sums.pointee.sum) else { return false }
                return integer(whole)
            }
            return double(doubleSum(reading.pointee, view, states, excludingAfter, types).sum)
        case .average:
            if reading.pointee.source == .exactSum {
                let sums = state(ExactSumState.self)
                return sums.pointee.count == 0 ? false : double(sums.pointee.rounded / (Double(sums.pointee.count) * reading.pointee.unit))
            }
            let (count, sum) = doubleSum(reading.pointee, view, states, excludingAfter, types)
            return count == 0 ? false : double(sum / Double(count))
        case .variance, .sampleVariance, .deviation, .sampleDeviation:
            let isSample = reading.pointee.kind == .sampleVariance || reading.pointee.kind == .sampleDeviation
            guard let variance = variance(reading.pointee, isSample: isSample, view, states, excludingAfter, types) else { return false }
            return double((reading.pointee.kind == .deviation || reading.pointee.kind == .sampleDeviation ? variance.squareRoot : variance).value)
        case .minimum, .maximum:
            let complement: Int64 = reading.pointee.kind == .maximum ? -1 : 0
            if reading.pointee.source == .lifetimeMinimum || reading.pointee.source == .lifetimeMaximum {
                let extremum = state(LifetimeExtremum.self).pointee
                return extremum.isEmpty ? false : key(extremum.key ^ complement)
            }
            let deque = state(MonotonicDeque.self)
            return deque.pointee.count == 0 ? false : key(deque.pointee.minimum ^ complement)
        case .distinct: return state(Multiset.self).pointee.total == 0 ? false : integer(Int64(state(Multiset.self).pointee.distinct))
        case .topShare:
            let multiset = state(Multiset.self)
            return multiset.pointee.total == 0 ? false : double(Double(multiset.pointee.top) / Double(multiset.pointee.total))
        case .entropy:
            let multiset = state(Multiset.self)
            return multiset.pointee.total == 0 ? false : double(multiset.pointee.entropy())
        case .quantile:
            let values = state(SortedValues.self)
            guard values.pointee.count > 0 else { return false }
            func number(_ index: Int) -> Double {
                let key = values.pointee[index]
                return reading.pointee.isDouble ? Double(bitPattern: UInt64(bitPattern: OrderKey.of(key))) : Double(key) / reading.pointee.unit
            }
            let rank = reading.pointee.quantile * Double(values.pointee.count - 1)
            let below = Int(rank)
            let low = number(below)
            guard below + 1 < values.pointee.count else { return double(low) }
            let high = number(below + 1)
            let share = rank - Double(below)
            let difference = high - low
            return double(difference.isFinite ? low + share * difference : low * (1 - share) + high * share)
        case .first:
            let earliest = state(EarliestState.self)
            return earliest.pointee.count == 0 ? false : stored(earliest.pointee.cell)
        case .sinceFirst:
            let earliest = state(EarliestState.self)
            return earliest.pointee.count == 0 ? false : integer(now - earliest.pointee.time)
        case .last:
            let latest = state(LatestState.self)
            return latest.pointee.hasLast ? stored(latest.pointee.lastCell) : false
        case .previous, .sinceLast:
            let latest = state(LatestState.self)
            guard latest.pointee.hasLast else { return false }
            let isOwn = latest.pointee.lastOrdinal == ordinal
            if isOwn && !latest.pointee.hasPrevious { return false }
            if reading.pointee.kind == .previous { return stored(isOwn ? latest.pointee.previousCell : latest.pointee.lastCell) }
            return integer(now - (isOwn ? latest.pointee.previousTime : latest.pointee.lastTime))
        case .run:
            let length = state(RunState.self).pointee.length
            return length == 0 ? false : integer(Int64(length))
        case .ratio:
            let divisor = (states + reading.pointee.divisorOffset).load(as: UInt64.self)
            return divisor == 0 ? false : double(Double(state(UInt64.self).pointee) / Double(divisor))
        case .sequence:
            cell = sequenceMatched(groups[reading.pointee.group], states).pointee ? 1 : 0
            return true
        }
    }

    private func doubleSum(
        _ reading: Reading, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ excludingAfter: UInt32?, _ types: UnsafePointer<UInt64>
    ) -> (count: Int64, sum: Double) {
        let accumulator = accumulators[reading.accumulator]
        if accumulator.kind == .lifetimeDoubleSum {
            let state = (states + accumulator.stateOffset).assumingMemoryBound(to: LifetimeSumState.self)
            return (state.pointee.count, state.pointee.sum.rounded)
        }
        let state = (states + accumulator.stateOffset).assumingMemoryBound(to: DoubleSumState.self)
        guard state.pointee.sum.isInexact else { return (state.pointee.count, state.pointee.sum.rounded) }
        var wide = WideSum()
        forEachNumber(reading, view, states, excludingAfter, types) { wide.add($0) }
        return (state.pointee.count, wide.rounded)
    }

    private func variance(
        _ reading: Reading, isSample: Bool, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ excludingAfter: UInt32?, _ types: UnsafePointer<UInt64>
    ) -> ScaledDouble? {
        let accumulator = accumulators[reading.accumulator]
        let state = states + accumulator.stateOffset
        let count: Int64
        var scatter = ScaledDouble(significand: 0, exponent: 0)
        func isEnough(_ count: Int64) -> Bool { count >= (isSample ? 2 : 1) }
        switch accumulator.kind {
        case .exactMoments:
            let moments = state.assumingMemoryBound(to: ExactMomentsState.self)
            count = moments.pointee.count
            guard isEnough(count) else { return nil }
            scatter.significand = moments.pointee.scatter / (reading.unit * reading.unit)
        case .lifetimeDoubleMoments:
            let moments = state.assumingMemoryBound(to: LifetimeMomentsState.self)
            count = moments.pointee.count
            guard isEnough(count) else { return nil }
            scatter = WideSum.scatter(count: count, sum: moments.pointee.sum.widened, squares: moments.pointee.squares.widened)
        default:
            let moments = state.assumingMemoryBound(to: DoubleMomentsState.self)
            count = moments.pointee.count
            guard isEnough(count) else { return nil }
            scatter = scatterOfDoubles(reading, moments, view, states, excludingAfter, types)
        }
        return scatter.divided(by: Double(count) * Double(isSample ? count - 1 : count))
    }

    @inline(never) private func scatterOfDoubles(
        _ reading: Reading, _ moments: UnsafePointer<DoubleMomentsState>, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ excludingAfter: UInt32?,
        _ types: UnsafePointer<UInt64>
    ) -> ScaledDouble {
        if !moments.pointee.sum.isInexact && !moments.pointee.squares.isInexact {
            return WideSum.scatter(count: moments.pointee.count, sum: moments.pointee.sum.widened, squares: moments.pointee.squares.widened)
        }
        var sum = WideSum()
        var squares = WideSum()
        forEachNumber(reading, view, states, excludingAfter, types) { number in
            sum.add(number)
            squares.addSquare(number)
        }
        return WideSum.scatter(count: moments.pointee.count, sum: sum, squares: squares)
    }

    /// The numbers behind a sum, for taking it again with more room.
    func forEachNumber(
        _ reading: Reading, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ excludingAfter: UInt32?, _ types: UnsafePointer<UInt64>,
        _ body: (Double) -> Void
    ) {
        let group = groups[reading.group]
        let accumulator = accumulators[reading.accumulator]
        let state = groupState(group, states)
        var ordinal = state.pointee.tail
        while ordinal != state.pointee.head {
            let record = view.record(ordinal: ordinal)
            ordinal &+= 1
            guard record.isPresent(accumulator.requiredBit) else { continue }
            if let excludingAfter, Int32(bitPattern: record.sequence &- excludingAfter) > 0 { continue }
            if accumulator.filterBit != 0 && filters.matches(record, mask: accumulator.filterBit, eventTypeFingerprints: types) == 0 { continue }
            body(Double(bitPattern: accumulator.cell(record)))
        }
    }
}
