internal import CRdKafka

/// What librdkafka's callbacks reach through their opaque pointer. Owned by the ``ClientHandle``, so it outlives the client.
final class ClientContext {
    /// Called on librdkafka's threads; never changes after the client exists.
    let log: LogHandler?
    /// The others are called on the thread that polls, from within a poll, and are set before the first one.
    let onConnectionEvent: ((ConnectionEvent) -> Void)?
    let onDelivery: ((DeliveryReport) -> Void)?
    weak var rebalancer: (any Rebalancing)?
    let groupActivity = GroupActivity()

    init(
        log: LogHandler?, onConnectionEvent: ((ConnectionEvent) -> Void)? = nil, onDelivery: ((DeliveryReport) -> Void)? = nil
    ) {
        self.log = log
        self.onConnectionEvent = onConnectionEvent
        self.onDelivery = onDelivery
    }

    /// SAFETY: `opaque` must be the pointer that ``ClientHandle`` configured, while that handle lives.
    @unsafe static func from(_ opaque: UnsafeMutableRawPointer?) -> ClientContext {
        unsafe Unmanaged<ClientContext>.fromOpaque(opaque!).takeUnretainedValue()
    }
}

/// The part of a consumer that librdkafka calls back.
protocol Rebalancing: AnyObject {
    func rebalance(_ code: rd_kafka_resp_err_t, _ partitions: borrowing PartitionListView)
    func commitFinished(_ code: rd_kafka_resp_err_t, _ offsets: borrowing PartitionListView)
}
