internal import CRdKafka

/// Looks at a consumer group from outside, without being a member. Every call waits for the broker: not for the decision
/// thread. One thread at a time.
@safe public final class GroupObserver {
    /// Who is in the group.
    public struct Membership: Sendable {
        /// Whether no rebalance is under way: then who is not here is no member.
        public let isStable: Bool
        /// Of all members.
        public let clientIDs: Set<String>
    }

    private let group: String
    private let client: ClientHandle
    private let queue: QueueHandle

    /// Does not wait for a broker.
    ///
    /// - Parameter properties: as for ``Consumer``.
    public init(group: String, properties: [(name: String, value: String)], log: LogHandler? = nil) throws(ConfigurationError) {
        self.group = group
        // Else a question for offsets would wait until those of an open transaction are settled, and whose that is, is the question.
        let own = [("group.id", group), ("isolation.level", "read_uncommitted")]
        client = try ClientHandle(
            .consumer, defaults: ConsumerDefaults.reader, properties: properties + own, context: ClientContext(log: log))
        // SAFETY: the new queue is ours.
        queue = unsafe QueueHandle(rd_kafka_queue_new(client.pointer), of: client)
    }

    /// The texts beside the committed offsets of these partitions; those without are left out.
    public func notes(_ partitions: [TopicPartition], timeoutMilliseconds: Int32) throws(KafkaError) -> [TopicPartition: String] {
        let list = PartitionList(partitions)
        let code = unsafe rd_kafka_committed(client.pointer, list.pointer, timeoutMilliseconds)
        try KafkaError.check(code, "read what is kept beside the offsets of group \(group)")
        if let failure = list.view.failures.first { throw failure.error }
        return list.view.notes
    }

    public func membership(timeoutMilliseconds: Int32) throws(KafkaError) -> Membership {
        let operation = "ask for the members of group \(group)"
        let options = unsafe rd_kafka_AdminOptions_new(client.pointer, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS)!
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var reason = [CChar](repeating: 0, count: 512)
        unsafe _ = rd_kafka_AdminOptions_set_request_timeout(options, timeoutMilliseconds, &reason, reason.count)
        unsafe group.withCString { name in
            var names: [UnsafePointer<CChar>?] = unsafe [name]
            // SAFETY: librdkafka copies the name; the answer comes through the queue.
            unsafe rd_kafka_DescribeConsumerGroups(client.pointer, &names, 1, options, queue.pointer)
        }
        // librdkafka answers by itself when the request's time is over; a second on top keeps the queue empty for the next.
        guard let event = unsafe rd_kafka_queue_poll(queue.pointer, timeoutMilliseconds + 1_000) else {
            throw KafkaError(operation, code: RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        // SAFETY: the event is ours, and what it contains lives as long as it does.
        defer { unsafe rd_kafka_event_destroy(event) }
        let code = unsafe rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw unsafe KafkaError(operation, code: code, reason: String(cString: rd_kafka_event_error_string(event)))
        }
        var count = 0
        guard let result = unsafe rd_kafka_event_DescribeConsumerGroups_result(event),
            let groups = unsafe rd_kafka_DescribeConsumerGroups_result_groups(result, &count), count == 1,
            let description = unsafe groups[0]
        else { throw KafkaError(operation, code: RD_KAFKA_RESP_ERR__BAD_MSG) }
        if let error = unsafe rd_kafka_ConsumerGroupDescription_error(description) {
            // SAFETY: the error is the event's.
            throw unsafe KafkaError(operation, code: rd_kafka_error_code(error), reason: String(cString: rd_kafka_error_string(error)))
        }
        return unsafe Membership(description)
    }
}

extension GroupObserver.Membership {
    /// SAFETY: the description must be alive; everything is copied out of it.
    @unsafe fileprivate init(_ description: OpaquePointer) {
        unsafe isStable = rd_kafka_ConsumerGroupDescription_state(description) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE
        var clientIDs: Set<String> = []
        let count = unsafe rd_kafka_ConsumerGroupDescription_member_count(description)
        for index in 0..<count {
            let member = unsafe rd_kafka_ConsumerGroupDescription_member(description, index)
            if let name = unsafe rd_kafka_MemberDescription_client_id(member) { clientIDs.insert(unsafe String(cString: name)) }
        }
        self.clientIDs = clientIDs
    }
}
