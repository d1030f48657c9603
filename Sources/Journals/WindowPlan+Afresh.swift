internal import Expressions

/// Events that are not the latest.
extension WindowPlan {
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
}
