internal import CRdKafka

/// Creates, deletes and lists topics. Every call waits for the broker, at most for its timeout: not for the decision thread
/// once that is running. A change that is acknowledged may reach the broker that is asked next a moment later.
@safe public final class Administrator {
    private let client: ClientHandle
    private let queue: QueueHandle

    public init(properties: [(name: String, value: String)], log: LogHandler? = nil) throws(ConfigurationError) {
        client = try ClientHandle(
            .producer, defaults: [("reconnect.backoff.max.ms", "1000")], properties: properties, context: ClientContext(log: log))
        // SAFETY: the new queue is ours.
        queue = unsafe QueueHandle(rd_kafka_queue_new(client.pointer), of: client)
    }

    /// Every topic that these credentials may see, with its number of partitions. Creates none, unlike asking for a topic
    /// by name where the broker creates topics on first use.
    public func topics(timeoutMilliseconds: Int32) throws(KafkaError) -> [String: Int] {
        var result: [String: Int] = [:]
        for topic in try unsafe client.metadata(of: nil, timeoutMilliseconds: timeoutMilliseconds)
        where topic.code == RD_KAFKA_RESP_ERR_NO_ERROR {
            result[topic.name] = topic.partitionCount
        }
        return result
    }

    /// Creates those of the topics that do not exist; an existing one is left as it is.
    public func createTopics(_ definitions: [TopicDefinition], timeoutMilliseconds: Int32) throws(KafkaError) {
        if definitions.isEmpty { return }
        var topics: [OpaquePointer?] = unsafe []
        defer { unsafe rd_kafka_NewTopic_destroy_array(&topics, topics.count) }
        for definition in definitions { unsafe topics.append(try newTopic(definition)) }
        let options = unsafe options(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeoutMilliseconds)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        // SAFETY: librdkafka copies the definitions; the answer comes through the queue.
        unsafe rd_kafka_CreateTopics(client.pointer, &topics, topics.count, options, queue.pointer)
        try unsafe awaitAnswer("create topics", timeoutMilliseconds, ignoring: .topicAlreadyExists) { event, count in
            unsafe rd_kafka_event_CreateTopics_result(event).flatMap { unsafe rd_kafka_CreateTopics_result_topics($0, &count) }
        }
    }

    /// Deletes topics; one that does not exist is not an error.
    public func deleteTopics(_ names: [String], timeoutMilliseconds: Int32) throws(KafkaError) {
        if names.isEmpty { return }
        var topics: [OpaquePointer?] = unsafe names.map { unsafe rd_kafka_DeleteTopic_new($0) }
        defer { unsafe rd_kafka_DeleteTopic_destroy_array(&topics, topics.count) }
        let options = unsafe options(RD_KAFKA_ADMIN_OP_DELETETOPICS, timeoutMilliseconds)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        // SAFETY: as in `createTopics`.
        unsafe rd_kafka_DeleteTopics(client.pointer, &topics, topics.count, options, queue.pointer)
        try unsafe awaitAnswer("delete topics", timeoutMilliseconds, ignoring: .unknownTopicOrPartition) { event, count in
            unsafe rd_kafka_event_DeleteTopics_result(event).flatMap { unsafe rd_kafka_DeleteTopics_result_topics($0, &count) }
        }
    }

    private func newTopic(_ definition: TopicDefinition) throws(KafkaError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        guard
            let topic = unsafe rd_kafka_NewTopic_new(
                definition.name, Int32(definition.partitionCount ?? -1), Int32(definition.replicationFactor ?? -1), &reason,
                reason.count)
        else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw KafkaError("create topic \(definition.name)", code: RD_KAFKA_RESP_ERR__INVALID_ARG, reason: text)
        }
        for (name, value) in definition.configuration.sorted(by: { $0.key < $1.key }) {
            unsafe _ = rd_kafka_NewTopic_set_config(topic, name, value)
        }
        return unsafe topic
    }

    private func options(_ operation: rd_kafka_admin_op_t, _ timeoutMilliseconds: Int32) -> OpaquePointer {
        let options = unsafe rd_kafka_AdminOptions_new(client.pointer, operation)!
        var reason = [CChar](repeating: 0, count: 512)
        unsafe _ = rd_kafka_AdminOptions_set_request_timeout(options, timeoutMilliseconds, &reason, reason.count)
        // Until the change is made. Under KRaft that is the controller's word: brokers see it within milliseconds, not at once.
        unsafe _ = rd_kafka_AdminOptions_set_operation_timeout(options, timeoutMilliseconds, &reason, reason.count)
        return unsafe options
    }

    private typealias Results = UnsafeMutablePointer<OpaquePointer?>

    /// Waits for the one request under way. `results` takes the topics' results out of the event.
    private func awaitAnswer(
        _ operation: String, _ timeoutMilliseconds: Int32, ignoring ignored: KafkaErrorCode,
        results: (OpaquePointer, inout Int) -> Results?
    ) throws(KafkaError) {
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
        guard let topics = unsafe results(event, &count) else { return }
        for index in 0..<count {
            let code = unsafe rd_kafka_topic_result_error(topics[index])
            if code == RD_KAFKA_RESP_ERR_NO_ERROR || KafkaErrorCode(code) == ignored { continue }
            let name = unsafe String(cString: rd_kafka_topic_result_name(topics[index]))
            let reason = unsafe rd_kafka_topic_result_error_string(topics[index]).map { unsafe String(cString: $0) }
            throw KafkaError("\(operation): \(name)", code: code, reason: reason)
        }
    }
}
