/// A partition that an operation over several partitions could not serve, and why.
public struct PartitionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let partition: TopicPartition
    public let error: KafkaError

    public var description: String { "\(partition): \(error)" }
}
