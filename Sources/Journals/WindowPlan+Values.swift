internal import Expressions

/// Reading indicators from their groups' states.
extension WindowPlan {
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
