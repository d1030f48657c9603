public import Events
public import Expressions
public import Journals

/// The packages that run, compiled for a schema. Immutable, and so free to be read by any thread; replaced as a whole between two batches.
///
/// A frame holds, in order: the fields of the event's row, one cell that is always absent, the indicators of all packages, temporaries.
public final class RuleSet: @unchecked Sendable {
    /// A rule as the engine runs it: plain values only, so that running it counts no references.
    public struct CompiledRule {
        public let package: Int32
        public let rule: Int32
        public let program: Unmanaged<ConditionProgram>
        /// Of the indicators that the condition reads: where their numbers are in `usedIndicators`.
        public let firstUsed: Int32
        public let usedCount: Int32
        public let isLive: Bool
        public let priorityRank: UInt8
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
    /// The indicators of all packages, one after another.
    public let indicators: [Indicator]
    /// Number of each package's first indicator.
    public let indicatorBase: [Int]
    /// By event type, in the order of packages and rules: the order of hits.
    public let rules: FixedArray<FixedArray<CompiledRule>>
    /// In the order of `rules`.
    public let details: [[Detail]]
    /// Numbers of the indicators that rules read, rule by rule.
    public let usedIndicators: FixedArray<Int32>
    /// The entity type of each indicator.
    public let entityOfIndicator: FixedArray<Int32>
    /// Owns what the compiled rules point to.
    private let programs: [ConditionProgram]
    public let frameWidth: Int
    public let timeZones: (any TimeZoneProvider)?
    public let firstIndicatorSlot: Int
    /// Names of the lists in the order of the numbers that the conditions know them by.
    public let listNames: [String]

    public init(schema: Schema, packages: [Package], lists: Lists, timeZones: (any TimeZoneProvider)?) {
        self.schema = schema
        self.timeZones = timeZones
        self.packages = packages
        var indicators: [Indicator] = []
        var base: [Int] = []
        for package in packages {
            base.append(indicators.count)
            indicators += package.indicators
            for rule in package.rules {
                if let listing = rule.listing { _ = lists.declare(listing.list) }
                // A list that nobody has filled yet is an empty one.
                for (name, _) in rule.condition.namedLists { _ = lists.declare(name) }
            }
        }
        self.indicators = indicators
        indicatorBase = base
        let absentSlot = schema.events.map(\.fields.count).max() ?? 0
        firstIndicatorSlot = absentSlot + 1
        let firstTemporary = firstIndicatorSlot + indicators.count
        var width = firstTemporary
        var byEvent: [[CompiledRule]] = Array(repeating: [], count: schema.events.count)
        var programs: [ConditionProgram] = []
        var details: [[Detail]] = Array(repeating: [], count: schema.events.count)
        var allUsed: [Int32] = []
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
                        return .init(slot: firstTemporary - indicators.count + base[packageIndex] + index, type: package.indicators[index].resultType(schema))
                    }
                }
                for (ruleIndex, rule) in package.rules.enumerated() {
                    let program = ConditionProgram(
                        rule.condition, bindings, firstTemporary: firstTemporary, fingerprint: { Fingerprint.of($0) }, lists: lists, timeZones: timeZones)
                    width = max(width, program.frameWidth)
                    let variables = rule.condition.variables
                    let used: [Int32] = variables.compactMap { variable in
                        guard case .indicator(let index) = package.variables[variable] else { return nil }
                        return Int32(base[packageIndex] + index)
                    }
                    programs.append(program)
                    byEvent[event].append(
                        CompiledRule(
                            package: Int32(packageIndex), rule: Int32(ruleIndex), program: .passUnretained(program), firstUsed: Int32(allUsed.count),
                            usedCount: Int32(used.count), isLive: package.mode == .live, priorityRank: UInt8(package.priority.rank)))
                    details[event].append(Detail(bindings: bindings, variables: variables))
                    allUsed += used
                }
            }
        }
        self.programs = programs
        self.details = details
        rules = FixedArray(byEvent.map { FixedArray($0) })
        usedIndicators = FixedArray(allUsed)
        entityOfIndicator = FixedArray(indicators.map { Int32($0.entity) })
        frameWidth = width
        listNames = lists.names
    }

    deinit {
        for event in rules.indices { rules[event].deallocate() }
        rules.deallocate()
        usedIndicators.deallocate()
        entityOfIndicator.deallocate()
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
