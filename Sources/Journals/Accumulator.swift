internal import Events

/// One running value over the records of a window. Several indicators may read one accumulator.
struct Accumulator {
    enum Kind: UInt8 {
        case count
        /// Decimal, int, bool: exact in 128 bits.
        case exactSum
        case doubleSum
        case exactMoments
        case doubleMoments
        /// Minimum or maximum of a window that records leave.
        case minimum, maximum
        /// The same of a window that they do not leave.
        case lifetimeMinimum, lifetimeMaximum
        case lifetimeDoubleSum, lifetimeDoubleMoments
        case multiset, multisetWithFrequencies
        case sortedValues
        /// The first of the records, and the last two.
        case earliest, latest
        case increasing, decreasing
    }

    var kind: Kind
    /// The filter, as a bit; 0 for none.
    var filterBit: UInt64
    /// Presence bit that the record must have; 0 for none.
    var requiredBit: UInt32
    var offset: Int
    var isWide: Bool
    /// The field's cell is the bit pattern of a double.
    var isDouble: Bool
    /// Where the state is in the journal's states.
    var stateOffset: Int

    /// Counts every record, whatever it is.
    var countsAll: Bool { kind == .count && filterBit == 0 }

    /// Records that come late can be added in place.
    var isOrderIndependent: Bool {
        switch kind {
        case .count, .exactSum, .doubleSum, .exactMoments, .doubleMoments, .multiset, .multisetWithFrequencies, .sortedValues,
            .lifetimeMinimum, .lifetimeMaximum, .lifetimeDoubleSum, .lifetimeDoubleMoments:
            true
        case .minimum, .maximum, .earliest, .latest, .increasing, .decreasing: false
        }
    }

    /// Keeps values of the window's records beside its state.
    var growsWithItsWindow: Bool {
        switch kind {
        case .minimum, .maximum, .multiset, .multisetWithFrequencies, .sortedValues, .lifetimeDoubleSum, .lifetimeDoubleMoments: true
        case .count, .exactSum, .doubleSum, .exactMoments, .doubleMoments, .lifetimeMinimum, .lifetimeMaximum, .earliest, .latest, .increasing, .decreasing:
            false
        }
    }

    /// Looks each value up in a table of its own, which for most entities is far from the processor.
    var hasTable: Bool { kind == .multiset || kind == .multisetWithFrequencies }

    /// Asks for the places of the record that may enter next and of the one that may leave, without waiting for them; of an accumulator with a table.
    @inline(__always) func fetch(entering: Record, oldest: Record, _ states: UnsafeMutableRawPointer) {
        let multiset = pointer(states, Multiset.self)
        multiset.pointee.fetch(cell(entering))
        multiset.pointee.fetch(cell(oldest))
    }

    static func stateBytes(_ kind: Kind) -> Int {
        let size =
            switch kind {
            case .count: MemoryLayout<UInt64>.size
            case .exactSum: MemoryLayout<ExactSumState>.size
            case .doubleSum: MemoryLayout<DoubleSumState>.size
            case .exactMoments: MemoryLayout<ExactMomentsState>.size
            case .doubleMoments: MemoryLayout<DoubleMomentsState>.size
            case .minimum, .maximum: MemoryLayout<MonotonicDeque>.size
            case .lifetimeMinimum, .lifetimeMaximum: MemoryLayout<LifetimeExtremum>.size
            case .lifetimeDoubleSum: MemoryLayout<LifetimeSumState>.size
            case .lifetimeDoubleMoments: MemoryLayout<LifetimeMomentsState>.size
            case .multiset, .multisetWithFrequencies: MemoryLayout<Multiset>.size
            case .sortedValues: MemoryLayout<SortedValues>.size
            case .earliest: MemoryLayout<EarliestState>.size
            case .latest: MemoryLayout<LatestState>.size
            case .increasing, .decreasing: MemoryLayout<RunState>.size
            }
        return (size + 7) & ~7
    }

    @inline(__always) func cell(_ record: Record) -> UInt64 {
        isWide ? record.wide(offset) : UInt64(record.base.load(fromByteOffset: offset, as: UInt8.self))
    }

    @inline(__always) func orderKey(_ record: Record) -> Int64 {
        let bits = Int64(bitPattern: cell(record))
        return isDouble ? OrderKey.of(bits) : bits
    }

    @inline(__always) private func pointer<State>(_ states: UnsafeMutableRawPointer, _: State.Type) -> UnsafeMutablePointer<State> {
        (states + stateOffset).assumingMemoryBound(to: State.self)
    }

    func initialise(_ states: UnsafeMutableRawPointer) {
        switch kind {
        case .count: pointer(states, UInt64.self).initialize(to: 0)
        case .exactSum: pointer(states, ExactSumState.self).initialize(to: ExactSumState())
        case .doubleSum: pointer(states, DoubleSumState.self).initialize(to: DoubleSumState())
        case .exactMoments: pointer(states, ExactMomentsState.self).initialize(to: ExactMomentsState())
        case .doubleMoments: pointer(states, DoubleMomentsState.self).initialize(to: DoubleMomentsState())
        case .minimum, .maximum: pointer(states, MonotonicDeque.self).initialize(to: MonotonicDeque())
        case .lifetimeMinimum, .lifetimeMaximum: pointer(states, LifetimeExtremum.self).initialize(to: LifetimeExtremum())
        case .lifetimeDoubleSum: pointer(states, LifetimeSumState.self).initialize(to: LifetimeSumState())
        case .lifetimeDoubleMoments: pointer(states, LifetimeMomentsState.self).initialize(to: LifetimeMomentsState())
        case .multiset: pointer(states, Multiset.self).initialize(to: Multiset(countsFrequencies: false))
        case .multisetWithFrequencies: pointer(states, Multiset.self).initialize(to: Multiset(countsFrequencies: true))
        case .sortedValues: pointer(states, SortedValues.self).initialize(to: SortedValues())
        case .earliest: pointer(states, EarliestState.self).initialize(to: EarliestState())
        case .latest: pointer(states, LatestState.self).initialize(to: LatestState())
        case .increasing, .decreasing: pointer(states, RunState.self).initialize(to: RunState())
        }
    }

    /// Empties the state and gives its memory back.
    func reset(_ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        switch kind {
        case .minimum, .maximum: pointer(states, MonotonicDeque.self).pointee.removeAll(pool)
        case .multiset, .multisetWithFrequencies: pointer(states, Multiset.self).pointee.removeAll(pool)
        case .sortedValues: pointer(states, SortedValues.self).pointee.removeAll(pool)
        case .lifetimeDoubleSum: pointer(states, LifetimeSumState.self).pointee.removeAll(pool)
        case .lifetimeDoubleMoments: pointer(states, LifetimeMomentsState.self).pointee.removeAll(pool)
        default: initialise(states)
        }
    }

    /// Takes over the state at `source`, with memory of its own.
    func copy(from source: UnsafeMutableRawPointer, to states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        switch kind {
        case .multiset, .multisetWithFrequencies:
            pointer(states, Multiset.self).pointee = pointer(source, Multiset.self).pointee.copy(pool)
        case .sortedValues:
            pointer(states, SortedValues.self).pointee = pointer(source, SortedValues.self).pointee.copy(pool)
        case .lifetimeDoubleSum: pointer(states, LifetimeSumState.self).pointee = pointer(source, LifetimeSumState.self).pointee.copy(pool)
        case .lifetimeDoubleMoments:
            pointer(states, LifetimeMomentsState.self).pointee = pointer(source, LifetimeMomentsState.self).pointee.copy(pool)
        case .minimum, .maximum: preconditionFailure("no window that is copied has a deque")
        default: (states + stateOffset).copyMemory(from: source + stateOffset, byteCount: Self.stateBytes(kind))
        }
    }

    /// Adds a state that stands for other records; of the kinds that a pane keeps.
    func merge(_ source: UnsafeMutableRawPointer, into states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        switch kind {
        case .count: pointer(states, UInt64.self).pointee &+= source.load(as: UInt64.self)
        case .exactSum: pointer(states, ExactSumState.self).pointee.add(source.assumingMemoryBound(to: ExactSumState.self).pointee)
        case .exactMoments: pointer(states, ExactMomentsState.self).pointee.add(source.assumingMemoryBound(to: ExactMomentsState.self).pointee)
        case .lifetimeMinimum, .lifetimeMaximum:
            let extremum = source.assumingMemoryBound(to: LifetimeExtremum.self)
            if !extremum.pointee.isEmpty { pointer(states, LifetimeExtremum.self).pointee.add(extremum.pointee.key) }
        case .lifetimeDoubleSum: pointer(states, LifetimeSumState.self).pointee.add(source.assumingMemoryBound(to: LifetimeSumState.self).pointee, pool)
        case .lifetimeDoubleMoments:
            pointer(states, LifetimeMomentsState.self).pointee.add(source.assumingMemoryBound(to: LifetimeMomentsState.self).pointee, pool)
        case .doubleSum, .doubleMoments, .minimum, .maximum, .multiset, .multisetWithFrequencies, .sortedValues, .earliest, .latest, .increasing, .decreasing:
            preconditionFailure("no pane keeps it")
        }
    }

    /// The record enters the window. Its filter has been applied, its presence not yet.
    @inline(__always) func add(_ record: Record, ordinal: UInt32, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        if requiredBit != 0 && !record.isPresent(requiredBit) { return }
        switch kind {
        case .count: pointer(states, UInt64.self).pointee &+= 1
        case .exactSum: pointer(states, ExactSumState.self).pointee.add(Int64(bitPattern: cell(record)))
        default: addOther(record, ordinal, states, pool)
        }
    }

    @inline(never) private func addOther(_ record: Record, _ ordinal: UInt32, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        switch kind {
        case .count, .exactSum: preconditionFailure("added in place")
        case .doubleSum: pointer(states, DoubleSumState.self).pointee.add(Double(bitPattern: cell(record)))
        case .exactMoments: pointer(states, ExactMomentsState.self).pointee.add(Int64(bitPattern: cell(record)))
        case .doubleMoments: pointer(states, DoubleMomentsState.self).pointee.add(Double(bitPattern: cell(record)))
        case .minimum: pointer(states, MonotonicDeque.self).pointee.add(orderKey(record), ordinal, pool)
        case .maximum: pointer(states, MonotonicDeque.self).pointee.add(~orderKey(record), ordinal, pool)
        case .lifetimeMinimum: pointer(states, LifetimeExtremum.self).pointee.add(orderKey(record))
        case .lifetimeMaximum: pointer(states, LifetimeExtremum.self).pointee.add(~orderKey(record))
        case .lifetimeDoubleSum: pointer(states, LifetimeSumState.self).pointee.add(Double(bitPattern: cell(record)), pool)
        case .lifetimeDoubleMoments: pointer(states, LifetimeMomentsState.self).pointee.add(Double(bitPattern: cell(record)), pool)
        case .multiset, .multisetWithFrequencies: pointer(states, Multiset.self).pointee.add(cell(record), pool)
        case .sortedValues: pointer(states, SortedValues.self).pointee.add(orderKey(record), pool)
        case .earliest: pointer(states, EarliestState.self).pointee.add(time: record.time, cell: requiredBit == 0 ? 0 : cell(record), ordinal)
        case .latest: pointer(states, LatestState.self).pointee.add(time: record.time, cell: requiredBit == 0 ? 0 : cell(record), ordinal)
        case .increasing: pointer(states, RunState.self).pointee.add(orderKey(record), ordinal)
        case .decreasing: pointer(states, RunState.self).pointee.add(~orderKey(record), ordinal)
        }
    }

    /// Records one after another in a journal.
    struct Run {
        var first: UnsafeMutableRawPointer
        var ordinal: UInt32
        var count: UInt32
    }

    /// Takes the oldest records of a window out and new ones in. No filter, and `earliest` is the caller's.
    ///
    /// What kind it is is asked once, and the usual kinds are moved where they stand.
    @inline(never) func move(_ states: UnsafeMutableRawPointer, _ leaving: Run, _ coming: Run, _ stride: Int, _ pool: MemoryPool) {
        @inline(__always) func each(_ run: Run, _ body: (_ record: Record, _ ordinal: UInt32) -> Void) {
            var at = run.first
            var ordinal = run.ordinal
            for _ in 0..<run.count {
                if requiredBit == 0 || Record(at).isPresent(requiredBit) { body(Record(at), ordinal) }
                ordinal &+= 1
                at += stride
            }
        }
        switch kind {
        case .exactSum:
            let state = pointer(states, ExactSumState.self)
            var sum = state.pointee
            each(leaving) { record, _ in sum.remove(Int64(bitPattern: cell(record))) }
            each(coming) { record, _ in sum.add(Int64(bitPattern: cell(record))) }
            state.pointee = sum
        case .exactMoments:
            let state = pointer(states, ExactMomentsState.self)
            var moments = state.pointee
            each(leaving) { record, _ in moments.remove(Int64(bitPattern: cell(record))) }
            each(coming) { record, _ in moments.add(Int64(bitPattern: cell(record))) }
            state.pointee = moments
        case .minimum, .maximum:
            let deque = pointer(states, MonotonicDeque.self)
            let complement: Int64 = kind == .maximum ? -1 : 0
            each(leaving) { _, ordinal in deque.pointee.remove(ordinal) }
            each(coming) { record, ordinal in deque.pointee.add(orderKey(record) ^ complement, ordinal, pool) }
        case .multiset:
            let multiset = pointer(states, Multiset.self)
            each(leaving) { record, _ in multiset.pointee.remove(cell(record), pool) }
            each(coming) { record, _ in multiset.pointee.add(cell(record), pool) }
        case .latest:
            let latest = pointer(states, LatestState.self)
            each(leaving) { _, ordinal in latest.pointee.remove(ordinal) }
            each(coming) { record, ordinal in latest.pointee.add(time: record.time, cell: requiredBit == 0 ? 0 : cell(record), ordinal) }
        default:
            each(leaving) { record, ordinal in remove(record, ordinal: ordinal, states, pool) }
            each(coming) { record, ordinal in add(record, ordinal: ordinal, states, pool) }
        }
    }

    /// The record leaves the window, as the oldest in it. `earliest` is the caller's to mend.
    @inline(__always) func remove(_ record: Record, ordinal: UInt32, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        if requiredBit != 0 && !record.isPresent(requiredBit) { return }
        switch kind {
        case .count: pointer(states, UInt64.self).pointee &-= 1
        case .exactSum: pointer(states, ExactSumState.self).pointee.remove(Int64(bitPattern: cell(record)))
        default: removeOther(record, ordinal, states, pool)
        }
    }

    @inline(never) private func removeOther(_ record: Record, _ ordinal: UInt32, _ states: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        switch kind {
        case .count, .exactSum: preconditionFailure("removed in place")
        case .doubleSum: pointer(states, DoubleSumState.self).pointee.remove(Double(bitPattern: cell(record)))
        case .exactMoments: pointer(states, ExactMomentsState.self).pointee.remove(Int64(bitPattern: cell(record)))
        case .doubleMoments: pointer(states, DoubleMomentsState.self).pointee.remove(Double(bitPattern: cell(record)))
        case .minimum, .maximum: pointer(states, MonotonicDeque.self).pointee.remove(ordinal)
        case .multiset, .multisetWithFrequencies: pointer(states, Multiset.self).pointee.remove(cell(record), pool)
        case .sortedValues: pointer(states, SortedValues.self).pointee.remove(orderKey(record))
        case .earliest: break
        case .latest: pointer(states, LatestState.self).pointee.remove(ordinal)
        case .increasing, .decreasing: pointer(states, RunState.self).pointee.remove(ordinal)
        case .lifetimeMinimum, .lifetimeMaximum, .lifetimeDoubleSum, .lifetimeDoubleMoments: preconditionFailure("nothing leaves a lifetime")
        }
    }
}

/// Doubles as integers of the same order, and back. The mapping is its own inverse.
enum OrderKey {
    @inline(__always) static func of(_ bits: Int64) -> Int64 { bits ^ ((bits >> 63) & .max) }
}

struct ExactSumState {
    var count: Int64 = 0
    private var low: UInt64 = 0
    private var high: Int64 = 0

    /// Cannot overflow: 2⁶³ values of 63 bits.
    var sum: Int128 { Int128(high) << 64 | Int128(low) }

    /// The sum, rounded once. 64 bits hold nearly every sum, and convert a hundred times faster.
    @inline(__always) var rounded: Double {
        let narrow = Int64(bitPattern: low)
        return narrow >> 63 == high ? Double(narrow) : roundedWide
    }

    @inline(never) private var roundedWide: Double { Double(sum) }

    /// - Parameter count: 1, or 0 with the value 0.
    @inline(__always) mutating func add(_ value: Int64, count: UInt64 = 1) {
        let (sum, carried) = low.addingReportingOverflow(UInt64(bitPattern: value))
        low = sum
        high &+= (value >> 63) &+ (carried ? 1 : 0)
        self.count &+= Int64(bitPattern: count)
    }

    mutating func add(_ other: ExactSumState) {
        let (sum, carried) = low.addingReportingOverflow(other.low)
        low = sum
        high &+= other.high &+ (carried ? 1 : 0)
        count &+= other.count
    }

    /// - Parameter count: 1, or 0 with the value 0.
    @inline(__always) mutating func remove(_ value: Int64, count: UInt64 = 1) {
        let (difference, borrowed) = low.subtractingReportingOverflow(UInt64(bitPattern: value))
        low = difference
        high &-= (value >> 63) &+ (borrowed ? 1 : 0)
        self.count &-= Int64(bitPattern: count)
    }
}

struct DoubleSumState {
    var count: Int64 = 0
    var sum = ExactSum()

    @inline(__always) mutating func add(_ value: Double) {
        count &+= 1
        sum.add(value)
    }

    @inline(__always) mutating func remove(_ value: Double) {
        count &-= 1
        // An empty window starts afresh, whatever happened before.
        if count == 0 { sum = ExactSum() } else { sum.add(-value) }
    }
}

struct DoubleMomentsState {
    var count: Int64 = 0
    var sum = ExactSum()
    var squares = ExactSum()

    mutating func add(_ value: Double) {
        count &+= 1
        sum.add(value)
        squares.addSquare(value, isRemoved: false)
    }

    mutating func remove(_ value: Double) {
        count &-= 1
        if count == 0 {
            sum = ExactSum()
            squares = ExactSum()
            return
        }
        sum.add(-value)
        squares.addSquare(value, isRemoved: true)
    }
}

struct LifetimeSumState {
    var count: Int64 = 0
    var sum = LifetimeSum()

    mutating func add(_ value: Double, _ pool: MemoryPool) {
        count &+= 1
        sum.add(value, pool)
    }

    mutating func removeAll(_ pool: MemoryPool) {
        count = 0
        sum.removeAll(pool)
    }

    mutating func add(_ other: LifetimeSumState, _ pool: MemoryPool) {
        count &+= other.count
        sum.add(other.sum, pool)
    }

    func copy(_ pool: MemoryPool) -> LifetimeSumState { LifetimeSumState(count: count, sum: sum.copy(pool)) }
}

struct LifetimeMomentsState {
    var count: Int64 = 0
    var sum = LifetimeSum()
    var squares = LifetimeSum()

    mutating func add(_ value: Double, _ pool: MemoryPool) {
        count &+= 1
        sum.add(value, pool)
        squares.addSquare(value, pool)
    }

    mutating func removeAll(_ pool: MemoryPool) {
        count = 0
        sum.removeAll(pool)
        squares.removeAll(pool)
    }

    mutating func add(_ other: LifetimeMomentsState, _ pool: MemoryPool) {
        count &+= other.count
        sum.add(other.sum, pool)
        squares.add(other.squares, pool)
    }

    func copy(_ pool: MemoryPool) -> LifetimeMomentsState { LifetimeMomentsState(count: count, sum: sum.copy(pool), squares: squares.copy(pool)) }
}

struct LifetimeExtremum {
    var isEmpty = true
    var key: Int64 = 0

    mutating func add(_ key: Int64) {
        if isEmpty || key < self.key { self.key = key }
        isEmpty = false
    }
}

/// The first of the records in a window.
struct EarliestState {
    var count: UInt32 = 0
    var ordinal: UInt32 = 0
    var time: Int64 = 0
    var cell: UInt64 = 0

    mutating func add(time: Int64, cell: UInt64, _ ordinal: UInt32) {
        if count == 0 {
            self.ordinal = ordinal
            self.time = time
            self.cell = cell
        }
        count &+= 1
    }
}

/// Last and last-but-one of the records in a window.
struct LatestState {
    var hasLast = false
    var hasPrevious = false
    var lastOrdinal: UInt32 = 0
    var previousOrdinal: UInt32 = 0
    var lastTime: Int64 = 0
    var lastCell: UInt64 = 0
    var previousTime: Int64 = 0
    var previousCell: UInt64 = 0

    mutating func add(time: Int64, cell: UInt64, _ ordinal: UInt32) {
        if hasLast {
            hasPrevious = true
            previousOrdinal = lastOrdinal
            previousTime = lastTime
            previousCell = lastCell
        }
        hasLast = true
        lastOrdinal = ordinal
        lastTime = time
        lastCell = cell
    }

    /// The records are another process's: none of ours has their ordinals.
    mutating func forgetOrdinals(_ ordinal: UInt32) {
        lastOrdinal = ordinal
        previousOrdinal = ordinal
    }

    /// Records leave oldest first: the last one leaves when no other is left.
    mutating func remove(_ ordinal: UInt32) {
        if hasPrevious && previousOrdinal == ordinal {
            hasPrevious = false
        } else if hasLast && lastOrdinal == ordinal {
            hasLast = false
        }
    }
}

/// The run of increasing values at the end of a window; decreasing ones come as complements.
struct RunState {
    var length: UInt32 = 0
    private var startOrdinal: UInt32 = 0
    private var lastKey: Int64 = 0

    mutating func add(_ key: Int64, _ ordinal: UInt32) {
        if length > 0 && key > lastKey {
            length &+= 1
        } else {
            length = 1
            startOrdinal = ordinal
        }
        lastKey = key
    }

    mutating func remove(_ ordinal: UInt32) {
        // Ordinals wrap; those of one journal are less than half the circle apart.
        if length > 0 && Int32(bitPattern: ordinal &- startOrdinal) >= 0 { length &-= 1 }
    }
}
