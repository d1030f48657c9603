internal import CRdKafka

/// What went wrong in a call to Kafka: what was attempted, the code, and librdkafka's reason.
public struct KafkaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was attempted, as the middle of a sentence: `commit offsets`.
    public let operation: String
    public let code: KafkaErrorCode
    /// librdkafka's reason, in English.
    public let reason: String

    init(_ operation: String, code: rd_kafka_resp_err_t, reason: String? = nil) {
        self.operation = operation
        self.code = KafkaErrorCode(code)
        self.reason = reason ?? self.code.text
    }

    /// `cannot commit offsets: Local: Timed out [_TIMED_OUT]`
    public var description: String { "cannot \(operation): \(reason) [\(code.name)]" }

    /// Nothing for `NO_ERROR`, otherwise throws.
    static func check(_ code: rd_kafka_resp_err_t, _ operation: @autoclosure () -> String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(operation(), code: code) }
    }
}
