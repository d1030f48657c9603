internal import Expressions

/// Windows that follow records rather than time: the last events, and sequences.
extension WindowPlan {
    @inline(never) func follow(
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

    func isMember(_ group: Group, _ record: Record, _ types: UnsafePointer<UInt64>) -> Bool {
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
    func match(_ group: Group, _ record: Record, _ starts: UnsafeMutablePointer<Int64>, from low: Int64, _ types: UnsafePointer<UInt64>) -> Bool {
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
}
