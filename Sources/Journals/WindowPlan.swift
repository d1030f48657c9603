internal import Events
internal import Expressions

/// What is computed over the journals of one entity type: indicators, the windows they share, the accumulators these share.
final class WindowPlan {
    /// Accumulators over the same stretch of records.
    struct Group {
        enum Kind: UInt8 { case sliding, lastEvents, today, thisMonth, lifetime, sequence }

        var kind: Kind
        /// Milliseconds, or the number of events.
        var length: Int64 = 0
        var offset: Int64 = 0
        /// What the last events must match, as a bit; 0 for nothing.
        var filterBit: UInt64 = 0
        var accumulators: Range<Int> = 0..<0
        /// The first accumulator counts all records, which the ends of a window tell without a look at each.
        var countsAll = false
        /// Where it is counted.
        var countOffset = 0
        /// All there is besides is one exact sum of a wide field, or one count, or both under the same filter. Most windows are like that.
        var isSimple = false
        /// The sum's state or -1, the field, and the field's presence bit: 0 where there is no sum.
        var sumOffset = -1
        var sumField = 0
        var sumBit: UInt32 = 0
        /// Otherwise, the only accumulator there is besides; -1 where there are more, or a filter.
        var lone = -1
        /// Where the records that pass the filter are counted, or -1.
        var passedOffset = -1
        var stateOffset = 0
        /// Of windows of fixed length: from the event back to the window's exclusive start.
        var reach: Int64 = 0
        /// The number of the last cursor that the group was moved to.
        var advancedAt: UInt64 = 0
        /// Bytes of the group's state, header included.
        var stateBytes = 0
        /// Filters of the accumulators, as bits.
        var filterMask: UInt64 = 0
        var isOrderIndependent = true
        /// For a sequence: the filter of each record asked for, in order.
        var steps = FixedArray<UInt64>([])
    }

    /// At the start of each group's state.
    struct GroupState {
        /// Ordinals of the oldest record in the window, and of the first that has not been looked at.
        var tail: UInt32
        var head: UInt32
        /// Records in the window that match the group's filter; kept for the last events only.
        var matched: UInt32
        var isInitialised: Bool
        /// Records were inserted before `head`: compute again.
        var isDirty: Bool
        /// Of a lifetime, by accumulator: records had gone before anyone asked for it. The last bit stands for all accumulators beyond.
        var partial: UInt16

        static let partialAll = UInt16.max

        /// - Parameter number: of an accumulator within its group.
        static func partialBit(_ number: Int) -> UInt16 { 1 << UInt16(min(number, UInt16.bitWidth - 1)) }
    }

    /// How an indicator is read.
    struct Reading {
        enum Kind: UInt8 {
            case count, sum, average, variance, sampleVariance, deviation, sampleDeviation
            case minimum, maximum, distinct, topShare, entropy, quantile
            case first, last, previous, sinceLast, sinceFirst, run, ratio, sequence
        }

        var kind: Kind
        var group: Int
        /// The accumulator that is read, one that counts what matches the condition, and for a ratio the one of `of`; -1 for none.
        var accumulator: Int
        var counter: Int
        var divisor: Int
        /// The kind of the accumulator that is read, and where the three have their states.
        var source = Accumulator.Kind.count
        var stateOffset = 0
        var counterOffset = 0
        var divisorOffset = 0
        /// Of a decimal: 10^scale; otherwise 1.
        var unit: Double
        var quantile: Double
        /// The field's cell is a double's bit pattern, or a decimal that expressions see as a double.
        var isDouble: Bool
        var isDecimal: Bool
    }

    let entity: EntityType
    let layout: RecordLayout
    let filters: RecordFilters
    let groups: FixedArray<Group>
    let accumulators: FixedArray<Accumulator>
    /// Those of sliding groups that have tables.
    let tables: FixedArray<(group: Int, accumulator: Int)>
    let readings: FixedArray<Reading>
    let stateBytes: Int
    let stride: Int
    /// The accumulators of a pane, behind those of the groups.
    let paneColumns: Range<Int>
    /// How each indicator is read from a pane; those that panes keep nothing for have no accumulator.
    let paneReadings: FixedArray<Reading>
    let paneBytes: Int
    /// Laid out like a pane: where a window's panes are gathered.
    let paneScratch: UnsafeMutableRawPointer
    let hasLifetime: Bool

    /// Filters are remembered as bits of one word while a record is looked at.
    static let filtersMax = 64

    init(_ entity: EntityType, _ indicators: [Indicator], _ timeZones: (any TimeZoneProvider)?) throws(PlanFailure) {
        self.entity = entity
        layout = RecordLayout(entity)
        stride = layout.stride
        let filters = RecordFilters(entity, layout, timeZones)
        self.filters = filters
        var builder = Builder(layout: layout, filters: filters, history: entity.historyMilliseconds)
        var readings: [Reading] = []
        for indicator in indicators { readings.append(try builder.add(indicator)) }
        builder.finish()
        for index in readings.indices {
            builder.place(&readings[index])
        }
        groups = FixedArray(builder.groups)
        let panes = PaneLayout(readings, builder.groups, builder.accumulators)
        accumulators = FixedArray(builder.accumulators + panes.columns)
        tables = FixedArray(
            groups.indices.filter { [groups] in groups[$0].kind == .sliding }.flatMap { [groups, accumulators] group in
                groups[group].accumulators.filter { accumulators[$0].hasTable }.map { (group, $0) }
            })
        paneColumns = builder.accumulators.count..<(builder.accumulators.count + panes.columns.count)
        paneReadings = FixedArray(panes.readings)
        paneBytes = panes.byteCount
        paneScratch = .allocate(byteCount: panes.byteCount, alignment: 16)
        self.readings = FixedArray(readings)
        stateBytes = builder.stateBytes
        hasLifetime = builder.groups.contains { $0.kind == .lifetime }
    }

    deinit {
        for index in groups.indices { groups[index].steps.deallocate() }
        groups.deallocate()
        accumulators.deallocate()
        tables.deallocate()
        readings.deallocate()
        paneReadings.deallocate()
        paneScratch.deallocate()
    }
}

/// Why indicators cannot be computed together.
public struct PlanFailure: Error, Sendable {
    public var indicator: String
    public var message: String
}

extension WindowPlan {
    /// Collects groups and accumulators, sharing what is equal.
    struct Builder {
        let layout: RecordLayout
        let filters: RecordFilters
        let history: Int64
        private(set) var groups: [Group] = []
        private(set) var accumulators: [Accumulator] = []
        private(set) var stateBytes = 0
        /// The group of each accumulator while collecting, and where it ended up.
        private var groupOf: [Int] = []
        private var placement: [Int] = []

        init(layout: RecordLayout, filters: RecordFilters, history: Int64) {
            self.layout = layout
            self.filters = filters
            self.history = history
        }

        /// Tells a reading where its accumulators ended up.
        func place(_ reading: inout Reading) {
            if reading.accumulator >= 0 {
                reading.accumulator = placement[reading.accumulator]
                reading.source = accumulators[reading.accumulator].kind
                reading.stateOffset = accumulators[reading.accumulator].stateOffset
            }
            if reading.counter >= 0 {
                reading.counter = placement[reading.counter]
                reading.counterOffset = accumulators[reading.counter].stateOffset
            }
            if reading.divisor >= 0 {
                reading.divisor = placement[reading.divisor]
                reading.divisorOffset = accumulators[reading.divisor].stateOffset
            }
        }

        mutating func add(_ indicator: Indicator) throws(PlanFailure) -> Reading {
            switch indicator.computation {
            case .sequence(let steps, let within):
                var filters: [UInt64] = []
                for step in steps {
                    let filter = try self.filter(step.condition, indicator)
                    filters += Array(repeating: filter, count: step.atLeast)
                }
                let group = Group(kind: .sequence, length: within, reach: within, isOrderIndependent: false, steps: FixedArray(filters))
                groups.append(group)
                return Reading(
                    kind: .sequence, group: groups.count - 1, accumulator: -1, counter: -1, divisor: -1, unit: 1, quantile: 0, isDouble: false,
                    isDecimal: false)
            case .aggregate(let aggregate, let condition, let of, let window):
                return try add(aggregate, condition, of, window, indicator)
            }
        }

        private mutating func add(
            _ aggregate: Aggregate, _ condition: RecordCondition?, _ of: RecordCondition?, _ window: Window, _ indicator: Indicator
        ) throws(PlanFailure) -> Reading {
            let filter = try condition.map { (condition) throws(PlanFailure) in try self.filter(condition, indicator) } ?? 0
            // A share has no one condition that its last events could match: they are the last ones of any kind.
            let group = group(window, aggregate == .ratio ? 0 : filter)
            let type = aggregate.field.map { layout.fields[$0].type }
            var reading = Reading(
                kind: .count, group: group, accumulator: -1, counter: accumulator(.count, group, filter, nil), divisor: -1, unit: 1, quantile: 0,
                isDouble: type == .double, isDecimal: false)
            if let unit = type?.decimalUnit {
                reading.isDecimal = true
                reading.unit = unit
            }
            let lifetime = groups[group].kind == .lifetime
            func sum(_ moments: Bool) -> Accumulator.Kind {
                switch type {
                case .double: lifetime ? moments ? .lifetimeDoubleMoments : .lifetimeDoubleSum : moments ? .doubleMoments : .doubleSum
                default: moments ? .exactMoments : .exactSum
                }
            }
            func use(_ readingKind: Reading.Kind, _ kind: Accumulator.Kind, _ field: Int?) {
                reading.kind = readingKind
                reading.accumulator = accumulator(kind, group, filter, field)
            }
            switch aggregate {
            case .count: reading.accumulator = reading.counter
            case .sum(let field): use(.sum, sum(false), field)
            case .average(let field): use(.average, sum(false), field)
            case .variance(let field, let sample): use(sample ? .sampleVariance : .variance, sum(true), field)
            case .standardDeviation(let field, let sample): use(sample ? .sampleDeviation : .deviation, sum(true), field)
            case .minimum(let field): use(.minimum, lifetime ? .lifetimeMinimum : .minimum, field)
            case .maximum(let field): use(.maximum, lifetime ? .lifetimeMaximum : .maximum, field)
            case .distinct(let field): use(.distinct, .multiset, field)
            case .topShare(let field): use(.topShare, .multisetWithFrequencies, field)
            case .entropy(let field): use(.entropy, .multisetWithFrequencies, field)
            case .quantile(let field, let q):
                use(.quantile, .sortedValues, field)
                reading.quantile = q
            case .first(let field): use(.first, .earliest, field)
            case .last(let field): use(.last, .latest, field)
            case .previous(let field): use(.previous, .latest, field)
            case .sinceLast: use(.sinceLast, .latest, nil)
            case .sinceFirst: use(.sinceFirst, .earliest, nil)
            case .increasing(let field): use(.run, .increasing, field)
            case .decreasing(let field): use(.run, .decreasing, field)
            case .ratio:
                reading.kind = .ratio
                reading.accumulator = reading.counter
                let divisor = try of.map { (condition) throws(PlanFailure) in try self.filter(condition, indicator) } ?? 0
                reading.divisor = accumulator(.count, group, divisor, nil)
            }
            return reading
        }

        private mutating func filter(_ condition: RecordCondition, _ indicator: Indicator) throws(PlanFailure) -> UInt64 {
            guard let index = filters.add(condition) else {
                throw PlanFailure(
                    indicator: indicator.id, message: "the indicators of one entity use more than \(WindowPlan.filtersMax) different conditions")
            }
            return 1 << UInt64(index)
        }

        private mutating func group(_ window: Window, _ filter: UInt64) -> Int {
            var group = Group(kind: .sliding, offset: window.offsetMilliseconds)
            switch window.span {
            case .sliding(let length):
                group.length = length
                group.reach = window.offsetMilliseconds + length
            case .lastEvents(let count):
                group.kind = .lastEvents
                group.length = Int64(count)
                group.reach = history
                group.filterBit = filter
                group.isOrderIndependent = false
            case .today: group.kind = .today
            case .thisMonth: group.kind = .thisMonth
            case .all: group.kind = .lifetime
            }
            if let index = groups.firstIndex(where: {
                $0.kind == group.kind && $0.length == group.length && $0.offset == group.offset && $0.filterBit == group.filterBit
            }) {
                return index
            }
            groups.append(group)
            return groups.count - 1
        }

        private mutating func accumulator(_ kind: Accumulator.Kind, _ group: Int, _ filter: UInt64, _ field: Int?) -> Int {
            let layout = field.map { self.layout.fields[$0] }
            let candidate = Accumulator(
                kind: kind, filterBit: filter, requiredBit: layout?.presenceBit ?? 0, offset: layout?.offset ?? 0, isWide: layout?.isWide ?? true,
                isDouble: layout?.type == .double, stateOffset: 0)
            if let index = accumulators.indices.first(where: {
                groupOf[$0] == group && accumulators[$0].kind == kind && accumulators[$0].filterBit == filter
                    && accumulators[$0].requiredBit == candidate.requiredBit
            }) {
                return index
            }
            accumulators.append(candidate)
            groupOf.append(group)
            return accumulators.count - 1
        }

        /// Sorts the accumulators by group and gives each its place in the journal's states.
        mutating func finish() {
            placement = Array(repeating: 0, count: accumulators.count)
            var sorted: [Accumulator] = []
            var next = 0
            for group in groups.indices {
                let start = sorted.count
                let stateStart = next
                next += 16
                if groups[group].kind == .sequence { next += 16 + groups[group].steps.count * MemoryLayout<Int64>.size }
                let own = accumulators.indices.filter { groupOf[$0] == group }
                let counters = own.filter { accumulators[$0].countsAll }
                groups[group].countsAll = !counters.isEmpty
                for index in counters + own.filter({ !accumulators[$0].countsAll }) {
                    var accumulator = accumulators[index]
                    accumulator.stateOffset = next
                    if accumulator.countsAll { groups[group].countOffset = next }
                    next += Accumulator.stateBytes(accumulator.kind)
                    placement[index] = sorted.count
                    sorted.append(accumulator)
                    groups[group].filterMask |= accumulator.filterBit
                    if !accumulator.isOrderIndependent { groups[group].isOrderIndependent = false }
                }
                let others = sorted[start...].filter { !$0.countsAll }
                let sums = others.filter { $0.kind == .exactSum && $0.isWide }
                let counts = others.filter { $0.kind == .count }
                if !others.isEmpty, sums.count <= 1, counts.count <= 1, sums.count + counts.count == others.count, Set(others.map(\.filterBit)).count == 1 {
                    groups[group].isSimple = true
                    if let sum = sums.first {
                        groups[group].sumOffset = sum.stateOffset
                        groups[group].sumField = sum.offset
                        groups[group].sumBit = sum.requiredBit
                    }
                    if let count = counts.first { groups[group].passedOffset = count.stateOffset }
                }
                for step in groups[group].steps.indices { groups[group].filterMask |= groups[group].steps[step] }
                groups[group].filterMask |= groups[group].filterBit
                if !groups[group].isSimple, others.count == 1, groups[group].filterMask == 0, others[0].kind != .earliest {
                    groups[group].lone = sorted.count - 1
                }
                groups[group].accumulators = start..<sorted.count
                groups[group].stateOffset = stateStart
                groups[group].stateBytes = next - stateStart
                // What left a lifetime's records stays in a second state, which late events start from.
                if groups[group].kind == .lifetime { next += groups[group].stateBytes }
            }
            accumulators = sorted
            stateBytes = next
        }
    }
}
