internal import Events
internal import Expressions
internal import Journals

/// How the rules of one event type are found.
public struct MatchingCost: Sendable, Equatable {
    /// Rules that a value of one cell leads to: however many there are, an event meets those of its own values only.
    public var byValue: Int
    /// Rules that bounds of cells rule out, 64 of them at once.
    public var byBounds: Int
    /// Rules whose condition is computed for every event.
    public var always: Int

    public init(byValue: Int, byBounds: Int, always: Int) {
        self.byValue = byValue
        self.byBounds = byBounds
        self.always = always
    }
}

extension RuleSet {
    public func matchingCost(eventType: Int) -> MatchingCost { tables.matchers[eventType]._withUnsafeGuaranteedRef { $0.cost } }

    /// Indicators that the rules of an event type read, of those whose entity takes part in it.
    public func indicatorsRead(eventType: Int) -> Int {
        var numbers: Set<Int32> = []
        func add(_ first: Int32, _ count: Int32) {
            for place in first..<first + count { numbers.insert(tables.usedIndicators[Int(place)]) }
        }
        for index in tables.rules[eventType].indices { add(tables.rules[eventType][index].firstUsed, tables.rules[eventType][index].usedCount) }
        // A shared part stands for what it reads.
        for index in tables.shared[eventType].indices where numbers.contains(Int32(indicators.count + index)) {
            add(tables.shared[eventType][index].firstUsed, tables.shared[eventType][index].usedCount)
        }
        return numbers.count { $0 < indicators.count && schema.entities[indicators[Int($0)].entity].participations[eventType] != nil }
    }
}
