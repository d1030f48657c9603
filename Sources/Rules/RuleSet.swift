public import Events
public import Expressions
public import Journals

/// The packages that run, compiled for a schema. Immutable, and so free to be read by any thread; replaced as a whole between two batches.
///
/// A frame holds, in order: the fields of the event's row, one cell that is always absent, the indicators of all packages,
/// the parts that conditions share, temporaries.
public final class RuleSet: @unchecked Sendable {
    /// A rule as the engine runs it: plain values only, so that running it counts no references.
    public struct CompiledRule {
        public let package: Int32
        public let rule: Int32
        public let program: Unmanaged<ConditionProgram>
        /// Of the indicators and shared parts that the condition reads: where their numbers are in `usedIndicators`.
        public let firstUsed: Int32
        public let usedCount: Int32
        public let priorityRank: UInt8
        /// Whether it is a list rule, which counts for nothing in the decision.
        public let isList: Bool
        /// The level that it raises the decision to, by its index in the package's policy, or -1.
        public let level: Int8
        public let score: Double
    }

    /// A part of conditions that is computed once for an event.
    public struct SharedPart {
        public let program: Unmanaged<ConditionProgram>
        /// Of the indicators that it reads: where their numbers are in `usedIndicators`.
        public let firstUsed: Int32
        public let usedCount: Int32
        /// Whether it is a condition, and so knows which cell was at fault.
        public let isCondition: Bool
    }

    /// What running rules reads, in plain values that a copy counts no references for. Valid as long as the rule set.
    public struct Tables {
        /// By event type, in the order of packages and rules: the order of hits.
        public let rules: FixedArray<FixedArray<CompiledRule>>
        /// By event type: the parts that rules share. Their numbers follow those of the indicators, and so do their cells.
        public let shared: FixedArray<FixedArray<SharedPart>>
        /// The most shared parts that an event type has.
        public let sharedCount: Int
        /// Numbers of the indicators and shared parts that rules read, rule by rule.
        public let usedIndicators: FixedArray<Int32>
        /// The entity type of each indicator.
        public let entityOfIndicator: FixedArray<Int32>
        /// By event type: which rules an event may meet.
        public let matchers: FixedArray<Unmanaged<RuleMatcher>>
        public let firstIndicatorSlot: Int
    }

    /// What is needed of a rule to say why its condition failed.
    public struct Detail: Sendable {
        /// Slot of each of the package's variables.
        public let bindings: [ConditionProgram.Binding]
        /// Indexes of the package's variables that the condition reads.
        public let variables: [Int]
    }

    public let schema: Schema
    public let packages: [Package]
    /// For whom each package acts.
    public let audiences: [Audience]
    /// What sets the places of each package's subjects apart from those of others.
    public let salts: FixedArray<UInt64>
    /// The indicators of all packages, one after another.
    public let indicators: [Indicator]
    /// Number of each package's first indicator.
    public let indicatorBase: [Int]
    public let tables: Tables
    /// In the order of the tables' rules.
    public let details: [[Detail]]
    /// The lists that rules name, in their order. Conditions number them so.
    public let listNames: [String]
    /// The index in `rules` of each package's first rule, by event type; -1 where it is not triggered by it.
    private let firstRule: [[Int]]
    /// Own what the compiled rules and the matchers point to.
    private let programs: [ConditionProgram]
    private let ownedMatchers: [RuleMatcher]
    public let frameWidth: Int
    public let timeZones: (any TimeZoneProvider)?

    /// Depends on nothing but its arguments, and may run on any thread.
    /// - Parameter isIndexed: false to evaluate every rule for every event, which decides the same and takes longer.
    public init(schema: Schema, packages: [Package], timeZones: (any TimeZoneProvider)?, isIndexed: Bool = true) {
        self.schema = schema
        self.timeZones = timeZones
        self.packages = packages
        audiences = Package.audiences(packages)
        salts = FixedArray(packages.map { Audience.salt($0.name) })
        var indicators: [Indicator] = []
        var base: [Int] = []
        let lists = ListNumbers()
        for package in packages {
            base.append(indicators.count)
            indicators += package.indicators
            for rule in package.rules {
                if let listing = rule.listing { lists.add(listing.list) }
                for (name, _) in rule.condition.namedLists { lists.add(name) }
            }
        }
        self.indicators = indicators
        indicatorBase = base
        let absentSlot = schema.events.map(\.fields.count).max() ?? 0
        let firstIndicatorSlot = absentSlot + 1
        let firstSharedSlot = firstIndicatorSlot + indicators.count

        // The rules of each event type, with the places of what they read.
        var conditions: [[SharedParts.Placed]] = Array(repeating: [], count: schema.events.count)
        var places: [[(package: Int, rule: Int)]] = Array(repeating: [], count: schema.events.count)
        var firstRule = Array(repeating: Array(repeating: -1, count: packages.count), count: schema.events.count)
        for (packageIndex, package) in packages.enumerated() {
            for event in package.on {
                let bindings: [ConditionProgram.Binding] = package.variables.map { variable in
                    switch variable {
                    case .field(let name):
                        if let slot = schema.events[event].slot(named: name) {
                            return .init(slot: slot, type: schema.events[event].fields[slot].type.cellType)
                        }
                        let type = package.on.lazy.compactMap {
                            schema.events[$0].slot(named: name).map { [fields = schema.events[$0].fields] slot in fields[slot].type }
                        }.first
                        return .init(slot: absentSlot, type: type!.cellType)
                    case .indicator(let index):
                        return .init(slot: firstIndicatorSlot + base[packageIndex] + index, type: package.indicators[index].resultType(schema))
                    }
                }
                firstRule[event][packageIndex] = places[event].count
                for (ruleIndex, rule) in package.rules.enumerated() {
                    conditions[event].append((rule.condition, bindings))
                    places[event].append((packageIndex, ruleIndex))
                }
            }
        }
        let sharedCount = isIndexed ? conditions.map(SharedParts.count).max() ?? 0 : 0
        let firstTemporary = firstSharedSlot + sharedCount

        var width = firstTemporary
        var byEvent: [[CompiledRule]] = Array(repeating: [], count: schema.events.count)
        var programs: [ConditionProgram] = []
        var details: [[Detail]] = Array(repeating: [], count: schema.events.count)
        var allUsed: [Int32] = []
        var matched: [[MatchedRule]] = Array(repeating: [], count: schema.events.count)
        var sharedByEvent: [[SharedPart]] = []
        for event in schema.events.indices {
            let parts =
                isIndexed
                ? SharedParts(
                    sharedBy: conditions[event], firstSlot: firstSharedSlot, firstTemporary: firstTemporary, fingerprint: { Fingerprint.of($0) }, lists: lists,
                    timeZones: timeZones) : SharedParts()
            /// Numbers of the indicators among a condition's variables.
            func numbers(_ variables: [Int], _ condition: Int) -> [Int32] {
                let place = places[event][condition]
                return variables.compactMap { variable in
                    guard case .indicator(let index) = packages[place.package].variables[variable] else { return nil }
                    return Int32(base[place.package] + index)
                }
            }
            sharedByEvent.append(
                parts.parts.map { part in
                    let used = numbers(part.variables, part.condition)
                    defer { allUsed += used }
                    programs.append(part.program)
                    width = max(width, part.program.frameWidth)
                    return SharedPart(
                        program: .passUnretained(part.program), firstUsed: Int32(allUsed.count), usedCount: Int32(used.count), isCondition: part.isCondition)
                })
            for (index, condition) in conditions[event].enumerated() {
                let place = places[event][index]
                let package = packages[place.package]
                let rule = package.rules[place.rule]
                let program = ConditionProgram(
                    condition.expression, condition.bindings, firstTemporary: firstTemporary, fingerprint: { Fingerprint.of($0) }, lists: lists,
                    timeZones: timeZones, shared: parts)
                width = max(width, program.frameWidth)
                let variables = rule.condition.variables
                let used = numbers(variables, index) + program.sharedSlots.map { Int32($0 - firstIndicatorSlot) }
                programs.append(program)
                byEvent[event].append(
                    CompiledRule(
                        package: Int32(place.package), rule: Int32(place.rule), program: .passUnretained(program), firstUsed: Int32(allUsed.count),
                        usedCount: Int32(used.count), priorityRank: UInt8(package.priority.rank), isList: rule.kind == .list,
                        level: Int8(package.decide.levels.firstIndex { $0.name == rule.level } ?? -1), score: rule.score))
                let constraints = program.constraints.filter { $0.slot != absentSlot }
                matched[event].append(
                    MatchedRule(
                        constraints: constraints, constraintsDecide: program.constraintsDecide && constraints.count == program.constraints.count,
                        priorityRank: UInt8(package.priority.rank)))
                details[event].append(Detail(bindings: condition.bindings, variables: variables))
                allUsed += used
            }
        }
        let isCoarseIndicator = indicators.map { $0.resultType(schema).isCoarse }
        ownedMatchers = schema.events.enumerated().map { number, event in
            let unused = firstIndicatorSlot - event.fields.count
            let computed = indicators.count + sharedCount
            let traits = FrameTraits(
                firstIndicatorSlot: firstIndicatorSlot,
                isCoarse: event.fields.map(\.type.cellType.isCoarse) + Array(repeating: true, count: unused) + isCoarseIndicator
                    + Array(repeating: true, count: sharedCount),
                mayBeAbsent: event.fields.map { $0.optional || $0.derivation != nil } + Array(repeating: true, count: unused + computed))
            return RuleMatcher(matched[number], traits, isIndexed: isIndexed)
        }
        listNames = lists.names
        self.firstRule = firstRule
        self.programs = programs
        self.details = details
        tables = Tables(
            rules: FixedArray(byEvent.map { FixedArray($0) }), shared: FixedArray(sharedByEvent.map { FixedArray($0) }), sharedCount: sharedCount,
            usedIndicators: FixedArray(allUsed), entityOfIndicator: FixedArray(indicators.map { Int32($0.entity) }),
            matchers: FixedArray(ownedMatchers.map { .passUnretained($0) }), firstIndicatorSlot: firstIndicatorSlot)
        frameWidth = width
    }

    deinit {
        for event in tables.rules.indices {
            tables.rules[event].deallocate()
            tables.shared[event].deallocate()
        }
        tables.shared.deallocate()
        tables.rules.deallocate()
        tables.matchers.deallocate()
        tables.usedIndicators.deallocate()
        tables.entityOfIndicator.deallocate()
        salts.deallocate()
    }

    /// The index of a package's rule among those of an event type that triggers the package.
    public func index(eventType: Int, package: Int, rule: Int) -> Int { firstRule[eventType][package] + rule }

    /// The most rules that an event type has.
    public var rulesOfEventMax: Int { tables.rules.indices.map { tables.rules[$0].count }.max() ?? 0 }
}

extension CellType {
    /// Whether there are so few values that one of them is no rare thing.
    fileprivate var isCoarse: Bool {
        switch self {
        case .bool: true
        case .enumeration(let values): values.count <= 16
        default: false
        }
    }
}

extension CheckedExpression {
    /// Indexes of the variables that the expression reads, each once, in order.
    var variables: [Int] {
        var seen: Set<Int> = []
        for case .variable(let index) in references { seen.insert(index) }
        return seen.sorted()
    }
}
