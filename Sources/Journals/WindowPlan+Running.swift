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
            to: GroupState(tail: base, head: base, matched: 0, isInitialised: true, isDirty: false, isPartial: header.pointee.hasDropped))
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
    func isPartial(_ group: Group, _ states: UnsafeMutableRawPointer?, _ header: UnsafeMutablePointer<JournalHeader>) -> Bool {
        guard let states, groupState(group, states).pointee.isInitialised else { return header.pointee.hasDropped }
        return groupState(group, states).pointee.isPartial
    }

    /// Moves a group to the event at `now`, the latest of its journal. Amortised constant time.
    @inline(__always) func advance(
        _ index: Int, _ view: JournalView, _ states: UnsafeMutableRawPointer, now: Int64, windowStart: Int64, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        do {
            let group = UnsafePointer(groups.base + index)
            let state = groupState(group.pointee, states)
            if !state.pointee.isInitialised { initialise(group.pointee, states, view.header) }
            if state.pointee.isDirty { rebuild(group.pointee, view, states, pool, types) }
            switch group.pointee.kind {
            case .sliding, .today, .thisMonth, .lifetime:
                slide(group, view, states, state, from: windowStart, to: now - group.pointee.offset, pool, types)
            case .lastEvents: slideLast(group.pointee, view, states, state, horizon: windowStart, pool, types)
            case .sequence: step(group.pointee, view, states, state, from: windowStart, types)
            }
        }
    }

    @inline(__always) private func slide(
        _ group: UnsafePointer<Group>, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ state: UnsafeMutablePointer<GroupState>, from low: Int64,
        to high: Int64, _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        var tail = state.pointee.tail
        var head = state.pointee.head
        let end = view.end
        if group.pointee.kind != .lifetime {
            while tail != head {
                let record = view.record(ordinal: tail)
                if record.time > low { break }
                remove(group, record, tail, head, view, states, pool, types)
                tail &+= 1
            }
        }
        while head != end {
            let record = view.record(ordinal: head)
            if record.time > high { break }
            head &+= 1
            if record.time <= low {
                // It has passed while nobody looked; everything before it has, too.
                tail = head
            } else {
                add(group, record, head &- 1, states, pool, types)
            }
        }
        state.pointee.tail = tail
        state.pointee.head = head
    }

    private func slideLast(
        _ group: Group, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ state: UnsafeMutablePointer<GroupState>, horizon: Int64,
        _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        withUnsafePointer(to: group) { pointer in
            let end = view.end
            while state.pointee.head != end {
                let ordinal = state.pointee.head
                let record = view.record(ordinal: ordinal)
                state.pointee.head &+= 1
                add(pointer, record, ordinal, states, pool, types)
                if isMember(group, record, types) { state.pointee.matched &+= 1 }
            }
            while state.pointee.tail != state.pointee.head {
                let record = view.record(ordinal: state.pointee.tail)
                if Int64(state.pointee.matched) <= group.length && record.time > horizon { break }
                if isMember(group, record, types) { state.pointee.matched &-= 1 }
                remove(pointer, record, state.pointee.tail, state.pointee.head, view, states, pool, types)
                state.pointee.tail &+= 1
            }
        }
    }

    private func isMember(_ group: Group, _ record: Record, _ types: UnsafePointer<UInt64>) -> Bool {
        group.filter < 0 || filters.matches(record, mask: 1 << UInt64(group.filter), eventTypeFingerprints: types) != 0
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
            if passed & (1 << UInt64(group.steps[index])) != 0 {
                let start = index == 0 ? record.time : starts[index - 1]
                if index == group.steps.count - 1 { complete = start != .min && start > low }
                if start > starts[index] { starts[index] = start }
            }
            index -= 1
        }
        return complete
    }

    @inline(__always) private func add(
        _ group: UnsafePointer<Group>, _ record: Record, _ ordinal: UInt32, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>
    ) {
        let mask = group.pointee.filterMask
        let passed = mask == 0 ? 0 : filters.matches(record, mask: mask, eventTypeFingerprints: types)
        do {
            for index in group.pointee.accumulators {
                let accumulator = UnsafePointer(accumulators.base + index)
                let filter = accumulator.pointee.filter
                if filter >= 0 && passed & (1 << UInt64(filter)) == 0 { continue }
                accumulator.pointee.add(record, ordinal: ordinal, states, pool)
            }
        }
    }

    @inline(__always) private func remove(
        _ group: UnsafePointer<Group>, _ record: Record, _ ordinal: UInt32, _ head: UInt32, _ view: JournalView, _ states: UnsafeMutableRawPointer,
        _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let mask = group.pointee.filterMask
        let passed = mask == 0 ? 0 : filters.matches(record, mask: mask, eventTypeFingerprints: types)
        do {
            for index in group.pointee.accumulators {
                let accumulator = UnsafePointer(accumulators.base + index)
                let filter = accumulator.pointee.filter
                if filter >= 0 && passed & (1 << UInt64(filter)) == 0 { continue }
                if accumulator.pointee.kind == .edges {
                    if accumulator.pointee.requiredBit == 0 || record.isPresent(accumulator.pointee.requiredBit) {
                        removeEdge(accumulator.pointee, ordinal, head, view, states, types)
                    }
                } else {
                    accumulator.pointee.remove(record, ordinal: ordinal, states, pool)
                }
            }
        }
    }

    /// The oldest matching record leaves: the next one that matches is the first now. The search moves forward only.
    private func removeEdge(
        _ accumulator: Accumulator, _ ordinal: UInt32, _ head: UInt32, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ types: UnsafePointer<UInt64>
    ) {
        let state = (states + accumulator.stateOffset).assumingMemoryBound(to: EdgeState.self)
        state.pointee.count &-= 1
        if state.pointee.hasPrevious && state.pointee.previousOrdinal == ordinal { state.pointee.hasPrevious = false }
        if state.pointee.count == 0 {
            state.pointee = EdgeState()
            return
        }
        var next = ordinal &+ 1
        while next != head {
            let record = view.record(ordinal: next)
            let present = accumulator.requiredBit == 0 || record.isPresent(accumulator.requiredBit)
            if present, accumulator.filter < 0 || filters.matches(record, mask: 1 << UInt64(accumulator.filter), eventTypeFingerprints: types) != 0 {
                state.pointee.firstOrdinal = next
                state.pointee.firstTime = record.time
                state.pointee.firstCell = accumulator.requiredBit == 0 ? 0 : accumulator.cell(record)
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
            withUnsafePointer(to: group) { pointer in
                var ordinal = state.pointee.tail
                while ordinal != state.pointee.head {
                    add(pointer, view.record(ordinal: ordinal), ordinal, states, pool, types)
                    ordinal &+= 1
                }
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
                    withUnsafePointer(to: group) { add($0, view.record(index), header.pointee.base &+ UInt32(index), states, pool, types) }
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
                withUnsafePointer(to: group) { pointer in
                    while view.index(state.pointee.head) < count {
                        add(pointer, view.record(ordinal: state.pointee.head), state.pointee.head, states, pool, types)
                        state.pointee.head &+= 1
                    }
                    for index in 0..<count {
                        add(pointer, view.record(index), header.pointee.base &+ UInt32(index), states + group.stateBytes, pool, types)
                    }
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
                withUnsafePointer(to: group) { pointer in
                    var tail = state.pointee.tail
                    while tail != newBase {
                        remove(pointer, view.record(ordinal: tail), tail, state.pointee.head, view, states, pool, types)
                        tail &+= 1
                    }
                    state.pointee.tail = tail
                }
            }
        }
    }

    // MARK: Events that are not the latest

    /// Computes an indicator for an event in the middle of its journal: from the records up to its own time that were appended before it.
    /// Takes time proportional to the window.
    @inline(never) func computeAfresh(
        _ reading: Reading, _ view: JournalView, state: UnsafeMutableRawPointer?, index: Int, windowStart: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>,
        into cell: inout UInt64
    ) -> Bool {
        withFreshState(reading, view, state: state, index: index, windowStart: windowStart, pool, types) { states in
            value(
                reading, view, states, ordinal: view.header.pointee.base &+ UInt32(index), now: view.record(index).time, pool, types,
                excludingAfter: view.record(index).sequence, into: &cell)
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
            Int((states + accumulators[reading.counter].stateOffset).load(as: UInt64.self))
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
        withUnsafePointer(to: group) { pointer in
            for candidate in first..<max(first, last) {
                let record = view.record(candidate)
                guard isVisible(record) else { continue }
                if group.kind == .sequence {
                    sequenceMatched(group, fresh).pointee = match(group, record, sequenceStarts(group, fresh), from: low, types)
                } else {
                    add(pointer, record, view.header.pointee.base &+ UInt32(candidate), fresh, pool, types)
                }
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
    @inline(__always) func value(
        _ reading: Reading, _ view: JournalView, _ states: UnsafeMutableRawPointer, ordinal: UInt32, now: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>,
        excludingAfter: UInt32? = nil, into cell: inout UInt64
    ) -> Bool {
        func state<State>(_: State.Type) -> UnsafeMutablePointer<State> {
            (states + accumulators[reading.accumulator].stateOffset).assumingMemoryBound(to: State.self)
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
            if reading.isDecimal { return double(Double(key) / reading.unit) }
            return integer(reading.isDouble ? OrderKey.of(key) : key)
        }
        func stored(_ bits: UInt64) -> Bool {
            if reading.isDecimal { return double(Double(Int64(bitPattern: bits)) / reading.unit) }
            cell = bits
            return true
        }
        switch reading.kind {
        case .count:
            cell = state(UInt64.self).pointee
            return true
        case .sum:
            if accumulators[reading.accumulator].kind == .exactSum {
                let sums = state(ExactSumState.self)
                if reading.isDecimal { return double(sums.pointee.rounded / reading.unit) }
                guard let whole = Int64(exactly: sums.pointee.sum) else { return false }
                return integer(whole)
            }
            return double(doubleSum(reading, view, states, excludingAfter, types).sum)
        case .average:
            if accumulators[reading.accumulator].kind == .exactSum {
                let sums = state(ExactSumState.self)
                return sums.pointee.count == 0 ? false : double(sums.pointee.rounded / (Double(sums.pointee.count) * reading.unit))
            }
            let (count, sum) = doubleSum(reading, view, states, excludingAfter, types)
            return count == 0 ? false : double(sum / Double(count))
        case .variance, .sampleVariance, .deviation, .sampleDeviation:
            let isSample = reading.kind == .sampleVariance || reading.kind == .sampleDeviation
            guard let variance = variance(reading, isSample: isSample, view, states, excludingAfter, types) else { return false }
            return double((reading.kind == .deviation || reading.kind == .sampleDeviation ? variance.squareRoot : variance).value)
        case .minimum, .maximum:
            let complement: Int64 = reading.kind == .maximum ? -1 : 0
            if accumulators[reading.accumulator].kind == .lifetimeMinimum || accumulators[reading.accumulator].kind == .lifetimeMaximum {
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
                return reading.isDouble ? Double(bitPattern: UInt64(bitPattern: OrderKey.of(key))) : Double(key) / reading.unit
            }
            let rank = reading.quantile * Double(values.pointee.count - 1)
            let below = Int(rank)
            let low = number(below)
            guard below + 1 < values.pointee.count else { return double(low) }
            let high = number(below + 1)
            let share = rank - Double(below)
            let difference = high - low
            return double(difference.isFinite ? low + share * difference : low * (1 - share) + high * share)
        case .first:
            let edges = state(EdgeState.self)
            return edges.pointee.count == 0 ? false : stored(edges.pointee.firstCell)
        case .last:
            let edges = state(EdgeState.self)
            return edges.pointee.count == 0 ? false : stored(edges.pointee.lastCell)
        case .previous, .sinceLast:
            let edges = state(EdgeState.self).pointee
            guard edges.count > 0 else { return false }
            let isOwn = edges.lastOrdinal == ordinal
            if isOwn && !edges.hasPrevious { return false }
            if reading.kind == .previous { return stored(isOwn ? edges.previousCell : edges.lastCell) }
            return integer(now - (isOwn ? edges.previousTime : edges.lastTime))
        case .sinceFirst:
            let edges = state(EdgeState.self)
            return edges.pointee.count == 0 ? false : integer(now - edges.pointee.firstTime)
        case .run:
            let length = state(RunState.self).pointee.length
            return length == 0 ? false : integer(Int64(length))
        case .ratio:
            let divisor = (states + accumulators[reading.divisor].stateOffset).load(as: UInt64.self)
            return divisor == 0 ? false : double(Double(state(UInt64.self).pointee) / Double(divisor))
        case .sequence:
            cell = sequenceMatched(groups[reading.group], states).pointee ? 1 : 0
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
            if moments.pointee.sum.isInexact || moments.pointee.squares.isInexact {
                var sum = WideSum()
                var squares = WideSum()
                forEachNumber(reading, view, states, excludingAfter, types) { number in
                    sum.add(number)
                    squares.addSquare(number)
                }
                scatter = WideSum.scatter(count: count, sum: sum, squares: squares)
            } else {
                scatter = WideSum.scatter(count: count, sum: moments.pointee.sum.widened, squares: moments.pointee.squares.widened)
            }
        }
        return scatter.divided(by: Double(count) * Double(isSample ? count - 1 : count))
    }

    /// The numbers behind a sum, for taking it again with more room.
    private func forEachNumber(
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
            if accumulator.filter >= 0 && filters.matches(record, mask: 1 << UInt64(accumulator.filter), eventTypeFingerprints: types) == 0 { continue }
            let bits = accumulator.cell(record)
            body(accumulator.isDouble ? Double(bitPattern: bits) : Double(Int64(bitPattern: bits)))
        }
    }
}
