/// One partition of one topic. Eight bytes, no reference counting: fit for the hot path.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    public let topic: Topic
    public let partition: Int32

    public init(topic: Topic, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// `transactions/3`
    public var description: String { "\(topic.name)/\(partition)" }
}
