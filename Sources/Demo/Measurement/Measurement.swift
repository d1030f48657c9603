/// How well the packages of a folder find the frauds of the synthetic bank, and how often they take honest customers for frauds.
public struct Measurement: Sendable {
    /// Of one rule, or of all rules of one monitoring point.
    public struct Row: Sendable {
        /// A rule's id, or a point such as `C7`.
        public var name: String
        /// Performances of stories that should hit it: for a rule those that name it, for a point those that belong to it.
        public var stories = 0
        /// Of these, the ones in which it did; for a point, in which each rule did that the story names.
        public var found = 0
        /// Events of at least the lowest level with this rule, or one of the point, among their hits.
        public var alerts = 0
        /// Of these, the ones that belong to a story, whichever it is.
        public var rightAlerts = 0

        /// Share of the stories that were found; nil without a story.
        public var recall: Double? { stories == 0 ? nil : Double(found) / Double(stories) }
        /// Share of the alerts that were right; nil without an alert.
        public var precision: Double? { alerts == 0 ? nil : Double(rightAlerts) / Double(alerts) }
    }

    public var events = 0
    /// Events that belong to no story. Look-alikes are honest.
    public var honestEvents = 0
    public var honestAlerts = 0
    /// Of these, the ones of the highest level.
    public var honestAlertsOfHighestLevel = 0
    /// Verifications at a bank while a story about that very traffic goes on, or its traces are still in the windows. They are honest, and the alert is about
    /// the bank: they count neither as right nor as wrong.
    public var verificationsAmidStories = 0
    public var stories = 0
    /// Stories that reached a level.
    public var storiesAlerted = 0
    /// Stories that hit each rule that they should.
    public var storiesFound = 0
    public var rules: [Row] = []
    public var points: [Row] = []
    /// Names of honest scenes, and of stories that reached no level, with how many alerts or misses each has.
    public var honestAlertsByScene: [(scene: String, count: Int)] = []
    public var missed: [(story: String, count: Int)] = []
}
