internal import CRdKafka

/// A consumed record, borrowed from its batch: valid, with every buffer it gives out, until the batch is filled again,
/// emptied or released. It must not be kept longer.
@safe public struct Message {
    let pointer: UnsafeMutablePointer<rd_kafka_message_t>
    public let topic: Topic
    public let source: MessageSource

    /// SAFETY: `pointer` must stay alive as long as this value is used; the batch sees to it.
    @unsafe init(_ pointer: UnsafeMutablePointer<rd_kafka_message_t>, topic: Topic, source: MessageSource) {
        unsafe self.pointer = pointer
        self.topic = topic
        self.source = source
    }

    public var partition: Int32 { unsafe pointer.pointee.partition }
    public var offset: Int64 { unsafe pointer.pointee.offset }
    public var topicPartition: TopicPartition { TopicPartition(topic: topic, partition: partition) }

    public var timestamp: MessageTimestamp {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = unsafe rd_kafka_message_timestamp(pointer, &type)
        switch type {
        case RD_KAFKA_TIMESTAMP_CREATE_TIME: return MessageTimestamp(milliseconds: milliseconds, kind: .created)
        case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: return MessageTimestamp(milliseconds: milliseconds, kind: .appended)
        default: return MessageTimestamp(milliseconds: -1, kind: .unavailable)
        }
    }

    /// The record's key; nil where it has none, empty where it has an empty one.
    public var key: UnsafeRawBufferPointer? {
        // SAFETY: key and length belong together; both live as long as the message.
        unsafe pointer.pointee.key.map { unsafe UnsafeRawBufferPointer(start: $0, count: pointer.pointee.key_len) }
    }

    /// The record's value; nil for a tombstone, empty where it has an empty one.
    public var payload: UnsafeRawBufferPointer? {
        // SAFETY: as for the key.
        unsafe pointer.pointee.payload.map { unsafe UnsafeRawBufferPointer(start: $0, count: pointer.pointee.len) }
    }

    /// The value of the last header of this name; nil where there is no such header or its value is null.
    /// The record's headers are parsed at the first question only. O(headers).
    public func header(_ name: String) -> UnsafeRawBufferPointer? {
        guard let headers = unsafe parsedHeaders else { return nil }
        var value: UnsafeRawPointer?
        var count = 0
        // SAFETY: the value lives as long as the message's headers, which live as long as the message.
        let code = unsafe rd_kafka_header_get_last(headers, name, &value, &count)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let start = unsafe value else { return nil }
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Every header in order, repeated names included; a null value comes as nil.
    public func forEachHeader(_ body: (_ name: String, _ value: UnsafeRawBufferPointer?) -> Void) {
        guard let headers = unsafe parsedHeaders else { return }
        var index = 0
        while true {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var count = 0
            // SAFETY: as in `header(_:)`; the name is NUL-terminated.
            let code = unsafe rd_kafka_header_get_all(headers, index, &name, &value, &count)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let name = unsafe name else { return }
            unsafe body(String(cString: name), value.map { unsafe UnsafeRawBufferPointer(start: $0, count: count) })
            index += 1
        }
    }

    private var parsedHeaders: OpaquePointer? {
        var headers: OpaquePointer?
        let code = unsafe rd_kafka_message_headers(pointer, &headers)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? unsafe headers : nil
    }
}
