internal import CRdKafka

/// The owner of one reference to a librdkafka queue; keeps its client alive.
///
/// `@unchecked Sendable`: librdkafka's queues are thread-safe; this object is immutable.
@safe final class QueueHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let client: ClientHandle

    /// SAFETY: `pointer` must be a queue of `client` whose reference the caller gives up.
    @unsafe init(_ pointer: OpaquePointer, of client: ClientHandle) {
        unsafe self.pointer = pointer
        self.client = client
    }

    deinit {
        // SAFETY: gives back the reference taken over in `init`; the client is still alive.
        unsafe rd_kafka_queue_destroy(pointer)
    }
}
