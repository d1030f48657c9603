internal import CRdKafka

/// Ends a consumer's wait from another thread: ``Consumer/poll(into:timeoutMilliseconds:)`` returns at once, with what there is.
///
/// A wake that comes while nobody waits is remembered until the next poll. Any thread, not signal handlers.
public final class Waker: Sendable {
    private let queue: QueueHandle

    init(_ queue: QueueHandle) { self.queue = queue }

    public func wake() {
        // SAFETY: the queue is owned; yielding is thread-safe.
        unsafe rd_kafka_queue_yield(queue.pointer)
    }

    /// Wakes whenever something arrives in an empty `source`, which must belong to another client: librdkafka forbids
    /// calling the same client from this callback. The caller keeps this waker alive until it has called ``ignore(_:)``.
    func wake(whenArriving source: QueueHandle) {
        let opaque = unsafe Unmanaged.passUnretained(self).toOpaque()
        // SAFETY: see above for the lifetime of the opaque pointer.
        unsafe rd_kafka_queue_cb_event_enable(
            source.pointer, { _, opaque in unsafe Unmanaged<Waker>.fromOpaque(opaque!).takeUnretainedValue().wake() }, opaque)
    }

    /// Ends ``wake(whenArriving:)``; on return no callback runs any more.
    func ignore(_ source: QueueHandle) {
        unsafe rd_kafka_queue_cb_event_enable(source.pointer, nil, nil)
    }
}
