internal import CRdKafka

/// What became of one produced message.
public struct DeliveryReport: Sendable {
    /// The number that the caller gave the message.
    public let sequence: UInt64
    public let partition: Int32
    /// The record's offset; negative where it is not known (failed, or retried under idempotence).
    public let offset: Int64
    /// Why it was not delivered; nil when the broker has acknowledged it.
    public let failure: KafkaError?

    /// SAFETY: `message` must be alive; everything is copied out of it.
    @unsafe init(_ message: UnsafePointer<rd_kafka_message_t>) {
        sequence = unsafe UInt64(UInt(bitPattern: message.pointee._private))
        partition = unsafe message.pointee.partition
        offset = unsafe message.pointee.offset
        let code = unsafe message.pointee.err
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            failure = nil
        } else {
            let topic = unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt))
            failure = unsafe KafkaError(
                "deliver to \(topic)", code: code, reason: String(cString: rd_kafka_message_errstr(message)))
        }
    }
}
