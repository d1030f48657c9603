internal import CMemory
internal import Expressions

/// Moving windows along a journal.
extension WindowPlan {
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
        // And at the record behind the one that enters next, or where the next one will be written.
        vane_prefetch(at + stride)
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

    /// Asks for the records that may leave windows now and, where a window has a table, for the places in it of what enters and leaves, so that they are on
    /// their way while the event is made ready.
    func fetchWhatMoves(_ header: UnsafeMutablePointer<JournalHeader>, _ states: UnsafeMutableRawPointer) {
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
        for index in tables.indices {
            let state = groupState(groups[tables[index].group], states)
            if !state.pointee.isInitialised { continue }
            let oldest = Record(records + Int(state.pointee.tail &- base) &* stride)
            let entering = Record(records + Int(state.pointee.head &- base) &* stride)
            accumulators[tables[index].accumulator].fetch(entering: entering, oldest: oldest, states)
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
}
