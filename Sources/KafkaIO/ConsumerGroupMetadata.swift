internal import CRdKafka

/// A consumer's membership at one moment, for ``Producer/sendOffsets(_:of:timeoutMilliseconds:)``.
@safe public struct ConsumerGroupMetadata: ~Copyable {
    let pointer: OpaquePointer

    /// SAFETY: takes over the object.
    @unsafe init(adopting pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe rd_kafka_consumer_group_metadata_destroy(pointer) }
}
