internal import CRdKafka
internal import Synchronization

/// Whether a consumer's request to join its group is under way, seen on the wire.
///
/// librdkafka does not tell. It matters because under cooperative assignment a member goes on while its request to join waits at the broker, which answers
/// nothing else on that connection meanwhile: a commit sent then is judged by the next generation, refused, and librdkafka 2.0.2 drops the whole
/// assignment. A commit sent before the request, or after the group has been synchronised, is in order.
final class GroupActivity: Sendable {
    private let joining = Atomic(false)

    /// Kafka's numbers of the requests that begin and end joining.
    private static let joinGroup: Int16 = 11
    private static let syncGroup: Int16 = 14

    /// Read by the polling thread.
    var isJoining: Bool { joining.load(ordering: .acquiring) }

    private func sent(_ request: Int16) {
        if request == Self.joinGroup { joining.store(true, ordering: .releasing) }
    }

    private func answered(_ request: Int16) {
        if request == Self.syncGroup { joining.store(false, ordering: .releasing) }
    }

    /// Has the client that is made from this configuration tell of its requests.
    ///
    /// SAFETY: this object must outlive the client; librdkafka calls it on its threads.
    @unsafe func install(in configuration: OpaquePointer) {
        let opaque = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = rd_kafka_conf_interceptor_add_on_new(
            configuration, "vane",
            { client, _, opaque, _, _ in
                unsafe _ = rd_kafka_interceptor_add_on_request_sent(
                    client, "vane",
                    { _, _, _, _, request, _, _, _, opaque in
                        unsafe Unmanaged<GroupActivity>.fromOpaque(opaque!).takeUnretainedValue().sent(request)
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, opaque)
                unsafe _ = rd_kafka_interceptor_add_on_response_received(
                    client, "vane",
                    { _, _, _, _, request, _, _, _, _, _, opaque in
                        unsafe Unmanaged<GroupActivity>.fromOpaque(opaque!).takeUnretainedValue().answered(request)
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, opaque)
                return RD_KAFKA_RESP_ERR_NO_ERROR
            }, opaque)
    }
}
