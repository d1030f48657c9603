public import Events
public import Expressions
public import Journals

/// The packages that run, compiled for a schema. Immutable; replaced as a whole between two batches.
///
/// A frame holds, in order: the fields of the event's row, one cell that is always absent, the indicators of all packages, temporaries.
public final class RuleSet: Sendable {
    public struct CompiledRule: Sendable {
        public let package: Int
        public let rule: Int
        public let program: ConditionProgram
        /// Numbers of the indicators that the condition reads.
        public let indicators: [Int]
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
    public let rules: [[CompiledRule]]
    public let frameWidth: Int
    public let timeZones: (any TimeZoneProvider)?
    public let firstIndicatorSlot: Int

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
        for (packageIndex, package) in packages.enumerated() {
            for event in package.on {
                let bindings: [ConditionProgram.Binding] = package.variables.map { variable in
                    switch variable {
                    case .field(let name):
                        if let slot = schema.events[event].slot(named: name) {
                            return .init(slot: slot, type: schema.events[event].fields[slot].type.cellType)
                        }
                        let type = package.on.lazy.compactMap { schema.events[$0].slot(named: name).map { [fields = schema.events[$0].fields] slot in fields[slot].type } }.first
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
                    let used: [Int] = variables.compactMap { variable in
                        guard case .indicator(let index) = package.variables[variable] else { return nil }
                        return base[packageIndex] + index
                    }
                    byEvent[event].append(
                        CompiledRule(package: packageIndex, rule: ruleIndex, program: program, indicators: used, bindings: bindings, variables: variables))
                }
            }
        }
        rules = byEvent
        frameWidth = width
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
