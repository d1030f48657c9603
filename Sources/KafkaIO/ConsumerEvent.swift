internal import CRdKafka

/// What a consumer has to say besides messages. Delivered on the polling thread, from within a poll.
public enum ConsumerEvent: Equatable, Sendable, CustomStringConvertible {
    case connection(ConnectionEvent)
    /// An input topic does not exist. Consumption starts by itself once it appears.
    case topicMissing(Topic)
    /// The broker's access rules forbid a topic or the group: they need an operator.
    case notAuthorized(String)
    /// The end of a partition was reached (only with `enable.partition.eof=true`).
    case partitionEnd(PartitionOffset)
    /// The wanted offset is gone or unknown and `auto.offset.reset` does not say where to go on.
    case offsetLost(PartitionOffset, String)
    /// Polls were further apart than `max.poll.interval.ms`: the group has given the partitions to others.
    case pollIntervalExceeded(String)
    /// An asynchronous commit failed. The offsets are still uncommitted.
    case commitFailed([PartitionOffset], KafkaError)
    /// The group's assignment could not be taken over.
    case rebalanceFailed(KafkaError)
    /// Anything else; the consumer goes on.
    case other(KafkaError)

    public var description: String {
        switch self {
        case .connection(let event): event.description
        case .topicMissing(let topic): "topic \(topic) does not exist; consumption starts when it appears"
        case .notAuthorized(let text): "Kafka forbids it: \(text)"
        case .partitionEnd(let place): "end of \(place.partition) at offset \(place.offset)"
        case .offsetLost(let place, let reason): "no message at \(place): \(reason)"
        case .pollIntervalExceeded(let text): "partitions were taken away: \(text)"
        case .commitFailed(let offsets, let error):
            "\(error) (\(offsets.map(\.description).joined(separator: ", ")))"
        case .rebalanceFailed(let error): error.description
        case .other(let error): error.description
        }
    }
}

extension ConsumerEvent {
    /// The event in a message that carries an error instead of a record.
    ///
    /// SAFETY: `message` must be alive; everything is copied out of it.
    @unsafe init(errorMessage message: UnsafePointer<rd_kafka_message_t>, topic: Topic?) {
        let code = unsafe message.pointee.err
        // SAFETY: librdkafka's text for an error message, NUL-terminated and owned by it.
        let reason = unsafe String(cString: rd_kafka_message_errstr(message))
        let place = topic.map {
            unsafe PartitionOffset(
                partition: TopicPartition(topic: $0, partition: message.pointee.partition), offset: message.pointee.offset)
        }
        switch (code, topic, place) {
        case (RD_KAFKA_RESP_ERR__PARTITION_EOF, _, .some(let place)):
            self = .partitionEnd(place)
        case (RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, .some(let topic), _),
            (RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, .some(let topic), _):
            self = .topicMissing(topic)
        case (RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, _, .some(let place)),
            (RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, _, .some(let place)):
            self = .offsetLost(place, reason)
        case (RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, _, _), (RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, _, _),
            (RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, _, _):
            self = .notAuthorized(reason)
        case (RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, _, _):
            self = .pollIntervalExceeded(reason)
        case (RD_KAFKA_RESP_ERR__FATAL, _, _), (RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, _, _):
            self = .connection(.fatal(KafkaError("consume", code: code, reason: reason)))
        default:
            self = .other(KafkaError(topic.map { "consume \($0)" } ?? "consume", code: code, reason: reason))
        }
    }
}
