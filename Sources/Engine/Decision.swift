/// What the engine concludes about one event. Reused from event to event; everything in it is in a fixed order.
public struct Decision {
    public struct Hit: Sendable {
        public var package: Int
        public var rule: Int
    }

    /// A rule whose condition could not be decided.
    public struct RuleError: Sendable {
        public var package: Int
        public var rule: Int
        /// Stable code, such as `no_such_value`.
        public var code: String
        /// The field or indicator at fault; nil where it is none.
        public var variable: String?
    }

    /// What one package concludes.
    public struct Outcome: Sendable {
        public var package: Int
        public var score: Double
        /// Index of the level in the package's policy, or -1.
        public var level: Int
        /// Whether anything hit.
        public var isHit: Bool
    }

    public internal(set) var row = 0
    public internal(set) var eventType = 0
    /// 64 bits of the key of what the decision is about; nil where the event takes part in no entity.
    public internal(set) var subject: UInt64?
    /// Hits of packages that act for this subject, list rules included.
    public internal(set) var hits: [Hit] = []
    public internal(set) var shadowHits: [Hit] = []
    public internal(set) var errors: [RuleError] = []
    public internal(set) var outcomes: [Outcome] = []
    /// What the packages conclude that do not act for this subject.
    public internal(set) var shadowOutcomes: [Outcome] = []
    /// Greatest score of a live package.
    public internal(set) var score = 0.0
    /// Package and level that set the decision's level; nil where none is reached.
    public internal(set) var level: (package: Int, level: Int)?
    /// Entities for which the event came too late.
    public internal(set) var late: [Int] = []
    public internal(set) var isDuplicate = false
    /// The event was sent twice, and this is not the first: its outputs have been made. An event that is only read again is no repeat.
    public internal(set) var isRepeat = false

    public init() {}

    /// Whether an alert is due: a live hit or score rule hit.
    public internal(set) var isAlert = false

    mutating func reset(_ eventType: Int, row: Int) {
        self.row = row
        self.eventType = eventType
        subject = nil
        hits.removeAll(keepingCapacity: true)
        shadowHits.removeAll(keepingCapacity: true)
        errors.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        shadowOutcomes.removeAll(keepingCapacity: true)
        score = 0
        level = nil
        late.removeAll(keepingCapacity: true)
        isDuplicate = false
        isRepeat = false
        isAlert = false
    }
}
