/// How the decisions of two sets of packages compare over a stream of events.
public struct ComparisonSummary: Sendable {
    /// Of the events that an alert, or a hit of a rule, was about.
    public struct Count: Sendable, Equatable {
        public var events = 0
        /// Of those that say what they are: so many are what the rules look for.
        public var right = 0
        /// So many are not.
        public var wrong = 0

        mutating func add(_ truth: Bool?) {
            events += 1
            if truth == true { right += 1 }
            if truth == false { wrong += 1 }
        }

        /// Share of the right ones among those that say what they are; nil without any.
        public var precision: Double? { right + wrong == 0 ? nil : Double(right) / Double(right + wrong) }
    }

    public struct RuleCount: Sendable {
        public var name: ReplayComparison.RuleName
        public var before = Count()
        public var after = Count()
        public var gained = Count()
        public var lost = Count()
    }

    public internal(set) var events = 0
    public internal(set) var rejected = 0
    /// Events with another level, score or set of hits.
    public private(set) var changed = 0
    /// Events that say whether they are what the rules look for, and those that say they are.
    public private(set) var withTruth = 0
    public private(set) var positives = 0
    /// Events with an alert.
    public private(set) var before = Count()
    public private(set) var after = Count()
    /// Events with a condition that could not be decided.
    public private(set) var errorsBefore = 0
    public private(set) var errorsAfter = 0
    /// All rules of both sides, in their order.
    public private(set) var rules: [RuleCount]
    private let indexes: [ReplayComparison.RuleName: Int]

    init(rules names: [ReplayComparison.RuleName]) {
        rules = names.map { RuleCount(name: $0) }
        indexes = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func count(_ change: ReplayComparison.Change) {
        let truth = change.truth
        if change.before != change.after { changed += 1 }
        if truth != nil { withTruth += 1 }
        if truth == true { positives += 1 }
        if change.before.level != nil { before.add(truth) }
        if change.after.level != nil { after.add(truth) }
        if change.hasErrorBefore { errorsBefore += 1 }
        if change.hasErrorAfter { errorsAfter += 1 }
        for name in change.before.hits { rules[indexes[name]!].before.add(truth) }
        for name in change.after.hits { rules[indexes[name]!].after.add(truth) }
        for name in change.gained { rules[indexes[name]!].gained.add(truth) }
        for name in change.lost { rules[indexes[name]!].lost.add(truth) }
    }

    /// Share of accepted events with an alert.
    public func alertRate(_ count: Count) -> Double { events == rejected ? 0 : Double(count.events) / Double(events - rejected) }

    /// The same of a number of events.
    public func rate(_ count: Int) -> Double { events == rejected ? 0 : Double(count) / Double(events - rejected) }

    /// Share of the events that are what the rules look for that had an alert; nil where no event says that it is.
    public func recall(_ count: Count) -> Double? { positives == 0 ? nil : Double(count.right) / Double(positives) }
}
