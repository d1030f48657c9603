internal import CRdKafka

extension KafkaError {
    /// Turns one of librdkafka's error objects into a value and destroys it; nil for none.
    ///
    /// SAFETY: `object` must be nil or ours to destroy.
    @unsafe static func take(_ object: OpaquePointer?, _ operation: @autoclosure () -> String) -> KafkaError? {
        guard let object = unsafe object else { return nil }
        defer { unsafe rd_kafka_error_destroy(object) }
        return unsafe KafkaError(
            operation(), code: rd_kafka_error_code(object), reason: String(cString: rd_kafka_error_string(object)))
    }
}
