/// A partition that an operation over several partitions could not serve, and why.
struct PartitionFailure {
    let partition: TopicPartition
    let error: KafkaError
}
