internal import CRdKafka

/// A topic as the cluster describes it.
struct TopicMetadata {
    let name: String
    let partitionCount: Int
    let code: rd_kafka_resp_err_t
}

extension ClientHandle {
    /// Asks a broker about one topic, or about all that these credentials may see (nil).
    func metadata(of topic: OpaquePointer?, timeoutMilliseconds: Int32) throws(KafkaError) -> [TopicMetadata] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(pointer, topic == nil ? 1 : 0, topic, &metadata, timeoutMilliseconds)
        try KafkaError.check(code, "ask for topics")
        // SAFETY: on success the metadata is ours, with as many topics as it says.
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        let topics = unsafe UnsafeBufferPointer(start: metadata!.pointee.topics, count: Int(metadata!.pointee.topic_cnt))
        return unsafe topics.map { unsafe TopicMetadata($0) }
    }
}

extension TopicMetadata {
    /// SAFETY: the topic's name must be alive; it is copied.
    @unsafe init(_ topic: rd_kafka_metadata_topic) {
        unsafe name = String(cString: topic.topic)
        unsafe partitionCount = Int(topic.partition_cnt)
        unsafe code = topic.err
    }
}
