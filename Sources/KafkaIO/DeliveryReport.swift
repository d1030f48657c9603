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

    /// Sequences have 48 bits: the rest of what librdkafka carries for us is the topic's index, of 16 bits (``Topic/countMax``).
    static let sequenceMax: UInt64 = (1 << 48) - 1

    static func opaque(_ sequence: UInt64, _ topic: Topic) -> UnsafeMutableRawPointer? {
        precondition(sequence <= sequenceMax, "a sequence has 48 bits")
        return unsafe UnsafeMutableRawPointer(bitPattern: UInt(UInt64(topic.index) << 48 | sequence))
    }

    /// SAFETY: `message` must be alive; everything is copied out of it.
    @unsafe init(_ message: UnsafePointer<rd_kafka_message_t>) {
        let opaque = unsafe UInt64(UInt(bitPattern: message.pointee._private))
        sequence = opaque & DeliveryReport.sequenceMax
        partition = unsafe message.pointee.partition
        offset = unsafe message.pointee.offset
        let code = unsafe message.pointee.err
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            failure = nil
        } else {
            // Nothing but the code is taken from the message: it has no topic where there is none of that name, and librdkafka's text for a
            // consumer's message crashes on that.
            failure = KafkaError("deliver to \(Topic(index: Int32(opaque >> 48)))", code: code)
        }
    }
}
