internal import Expressions

/// A group's state beside its journal: made, fed record by record, taken again, given back.
extension WindowPlan {
    @inline(__always) func groupState(_ group: Group, _ states: UnsafeMutableRawPointer) -> UnsafeMutablePointer<GroupState> {
        (states + group.stateOffset).assumingMemoryBound(to: GroupState.self)
    }

    /// Latest start of each partial match of a sequence: entry n is for n + 1 records matched.
    @inline(__always) func sequenceStarts(_ group: Group, _ states: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int64> {
        (states + group.stateOffset + 32).assumingMemoryBound(to: Int64.self)
    }

    /// Whether the last record that a sequence looked at completed it, kept beside the group's state.
    @inline(__always) func sequenceMatched(_ group: Group, _ states: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Bool> {
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

    func reset(_ group: Group, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
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

    @inline(__always) func remove(
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
    func add(
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
    func remove(
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
    @inline(never) func removeEarliest(
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
    @inline(never) func rebuild(
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
}
