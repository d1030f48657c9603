/// A place in a partition. Where it is committed, ``offset`` is the next one to read, not the last one read.
public struct PartitionOffset: Hashable, Sendable, CustomStringConvertible {
    public let partition: TopicPartition
    public let offset: Int64

    public init(partition: TopicPartition, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    /// `transactions/3@1200`
    public var description: String { "\(partition)@\(offset)" }
}
