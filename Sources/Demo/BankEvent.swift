/// One event of the synthetic bank's feed.
public struct BankEvent: Sendable {
    public var topic: String
    /// The Kafka key, which keeps the events of one account, customer, device or bank in one partition and so in order.
    public var key: String
    /// Event time. Never less than that of the event before.
    public var timeMilliseconds: Int64
    /// The event as the feed carries it.
    public var json: [UInt8]
    public var eventID: String
    /// The event's type in the schema.
    public var eventType: String
    /// The fraud that the event belongs to, nil for honest ones. It stands nowhere in the JSON.
    public var truth: Truth?
    /// The name of the honest scene that the event belongs to and that rules could take for fraud; nil for plain daily life and for fraud.
    public var lookAlike: String?
}

/// What the generator knows about a fraudulent event and a rule has to find out.
public struct Truth: Sendable, Hashable {
    /// The monitoring point, such as `C7`.
    public var point: String
    /// A short sentence about the story.
    public var text: String
    /// Ids of the rules of rules/ that the story as a whole should hit.
    public var rules: [String]
    /// Number of the story's performance, from 1: all events of one gang on one day share it.
    public var performance: Int

    public init(point: String, text: String, rules: [String], performance: Int) {
        self.point = point
        self.text = text
        self.rules = rules
        self.performance = performance
    }
}
