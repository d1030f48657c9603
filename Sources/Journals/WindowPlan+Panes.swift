internal import Events
internal import Expressions

/// Windows that reach into panes.
extension WindowPlan {
    /// The accumulators of a pane, and how each indicator is read from them.
    struct PaneLayout {
        private(set) var columns: [Accumulator] = []
        private(set) var readings: [Reading] = []
        private(set) var byteCount = MemoryLayout<Panes.Header>.size

        /// Columns are numbered on from the accumulators of the groups.
        init(_ readings: [Reading], _ groups: [Group], _ accumulators: [Accumulator]) {
            for var reading in readings {
                var isKept = false
                switch groups[reading.group].kind {
                case .sliding, .today, .thisMonth: isKept = Self.summary(reading.source) != nil
                // Lifetimes take in what goes themselves; the order of records is lost in a pane.
                case .lifetime, .lastEvents, .sequence: break
                }
                func column(_ index: Int) -> Int {
                    if index < 0 || !isKept { return -1 }
                    return accumulators.count + add(accumulators[index])
                }
                reading.accumulator = column(reading.accumulator)
                reading.counter = column(reading.counter)
                reading.divisor = column(reading.divisor)
                if isKept {
                    reading.source = columns[reading.accumulator - accumulators.count].kind
                    reading.stateOffset = columns[reading.accumulator - accumulators.count].stateOffset
                    reading.counterOffset = columns[reading.counter - accumulators.count].stateOffset
                    if reading.divisor >= 0 { reading.divisorOffset = columns[reading.divisor - accumulators.count].stateOffset }
                }
                self.readings.append(reading)
            }
        }

        private mutating func add(_ accumulator: Accumulator) -> Int {
            var column = accumulator
            column.kind = Self.summary(accumulator.kind)!
            if let index = columns.firstIndex(where: {
                $0.kind == column.kind && $0.filterBit == column.filterBit && $0.requiredBit == column.requiredBit
            }) {
                return index
            }
            column.stateOffset = byteCount
            byteCount += Accumulator.stateBytes(column.kind)
            columns.append(column)
            return columns.count - 1
        }

        /// What a pane keeps of a running value, where it can be added up.
        private static func summary(_ kind: Accumulator.Kind) -> Accumulator.Kind? {
            switch kind {
            case .count, .exactSum, .exactMoments: kind
            case .doubleSum: .lifetimeDoubleSum
            case .doubleMoments: .lifetimeDoubleMoments
            case .minimum: .lifetimeMinimum
            case .maximum: .lifetimeMaximum
            case .multiset, .multisetWithFrequencies, .sortedValues, .earliest, .latest, .increasing, .decreasing, .lifetimeMinimum, .lifetimeMaximum,
                .lifetimeDoubleSum, .lifetimeDoubleMoments:
                nil
            }
        }
    }

    /// Whether there is anything that panes would be kept for.
    var hasPanes: Bool { !paneColumns.isEmpty }

    /// Takes the oldest records of a journal into its panes.
    /// - Parameter horizon: records at or before this time are out of sight.
    func fold(
        _ count: Int, _ header: UnsafeMutablePointer<JournalHeader>, into panes: inout Panes, horizon: Int64, _ pool: MemoryPool,
        _ types: UnsafePointer<UInt64>
    ) {
        let view = JournalView(header: header, stride: stride)
        let length = max(1, entity.historyMilliseconds / Panes.perHistory)
        var mask: UInt64 = 0
        for column in paneColumns { mask |= accumulators[column].filterBit }
        for index in 0..<count {
            let record = view.record(index)
            if record.time <= horizon { continue }
            let number = record.time / length - (record.time % length < 0 ? 1 : 0)
            let place = panes.findOrInsert(number, pool)
            let pane = panes[place.index]
            if place.isNew {
                for column in paneColumns { accumulators[column].initialise(pane) }
            }
            panes.header(place.index).pointee.newest = max(panes.header(place.index).pointee.newest, record.time)
            let passed = mask == 0 ? 0 : filters.matches(record, mask: mask, eventTypeFingerprints: types)
            for column in paneColumns {
                let accumulator = UnsafePointer(accumulators.base + column)
                let filterBit = accumulator.pointee.filterBit
                if filterBit == 0 || passed & filterBit != 0 { accumulator.pointee.add(record, ordinal: 0, pane, pool) }
            }
        }
        var gone = 0
        while gone < panes.count && panes.header(gone).pointee.newest <= horizon {
            empty(panes[gone], pool)
            gone += 1
        }
        panes.removeFirst(gone)
    }

    func release(_ panes: inout Panes, _ pool: MemoryPool) {
        for index in 0..<panes.count { empty(panes[index], pool) }
        panes.deallocate(pool)
    }

    private func empty(_ pane: UnsafeMutableRawPointer, _ pool: MemoryPool) {
        for column in paneColumns { accumulators[column].reset(pane, pool) }
    }

    /// The panes of a window (low, high].
    private func panes(_ panes: Panes, above low: Int64, through high: Int64) -> Range<Int> {
        var first = 0
        while first < panes.count && panes.header(first).pointee.newest <= low { first += 1 }
        var last = first
        while last < panes.count && panes.header(last).pointee.newest <= high { last += 1 }
        return first..<last
    }

    /// Records of a window's panes that match an indicator's condition.
    func events(_ index: Int, _ panes: Panes, above low: Int64, through high: Int64) -> Int {
        let reading = paneReadings[index]
        if reading.counter < 0 { return 0 }
        return self.panes(panes, above: low, through: high).reduce(0) { $0 + Int((panes[$1] + reading.counterOffset).load(as: UInt64.self)) }
    }

    /// Reads an indicator from its group's state and the panes that its window reaches into.
    func value(
        _ index: Int, _ panes: Panes, above low: Int64, _ view: JournalView, _ states: UnsafeMutableRawPointer, ordinal: UInt32, now: Int64,
        _ pool: MemoryPool, _ types: UnsafePointer<UInt64>, excludingAfter: UInt32? = nil, into cell: inout UInt64
    ) -> Bool {
        let running = UnsafePointer(readings.base + index)
        let reading = UnsafePointer(paneReadings.base + index)
        let reached = reading.pointee.accumulator < 0 ? 0..<0 : self.panes(panes, above: low, through: now - groups[running.pointee.group].offset)
        if reached.isEmpty {
            return value(running, view, states, ordinal: ordinal, now: now, pool, types, excludingAfter: excludingAfter, into: &cell)
        }
        func gather(_ column: Int, _ accumulator: Int) {
            accumulators[column].initialise(paneScratch)
            for index in reached { accumulators[column].merge(panes[index] + accumulators[column].stateOffset, into: paneScratch, pool) }
            take(running.pointee, accumulator, into: column, view, states, excludingAfter, pool, types)
        }
        gather(reading.pointee.accumulator, running.pointee.accumulator)
        if reading.pointee.divisor >= 0 && reading.pointee.divisor != reading.pointee.accumulator {
            gather(reading.pointee.divisor, running.pointee.divisor)
        }
        defer { accumulators[reading.pointee.accumulator].reset(paneScratch, pool) }
        return value(reading, view, paneScratch, ordinal: ordinal, now: now, pool, types, into: &cell)
    }

    /// Adds a window's running value to what was gathered from panes.
    private func take(
        _ reading: Reading, _ index: Int, into column: Int, _ view: JournalView, _ states: UnsafeMutableRawPointer, _ excludingAfter: UInt32?,
        _ pool: MemoryPool, _ types: UnsafePointer<UInt64>
    ) {
        let source = states + accumulators[index].stateOffset
        let target = paneScratch + accumulators[column].stateOffset
        switch accumulators[index].kind {
        case .minimum, .maximum:
            let deque = source.assumingMemoryBound(to: MonotonicDeque.self)
            if deque.pointee.count > 0 { target.assumingMemoryBound(to: LifetimeExtremum.self).pointee.add(deque.pointee.minimum) }
        case .doubleSum:
            let sums = source.assumingMemoryBound(to: DoubleSumState.self)
            let total = target.assumingMemoryBound(to: LifetimeSumState.self)
            if sums.pointee.sum.isInexact {
                forEachNumber(reading, view, states, excludingAfter, types) { total.pointee.add($0, pool) }
            } else {
                total.pointee.count &+= sums.pointee.count
                total.pointee.sum.add(sums.pointee.sum, pool)
            }
        case .doubleMoments:
            let moments = source.assumingMemoryBound(to: DoubleMomentsState.self)
            let total = target.assumingMemoryBound(to: LifetimeMomentsState.self)
            if moments.pointee.sum.isInexact || moments.pointee.squares.isInexact {
                forEachNumber(reading, view, states, excludingAfter, types) { total.pointee.add($0, pool) }
            } else {
                total.pointee.count &+= moments.pointee.count
                total.pointee.sum.add(moments.pointee.sum, pool)
                total.pointee.squares.add(moments.pointee.squares, pool)
            }
        default: accumulators[column].merge(source, into: paneScratch, pool)
        }
    }
}
