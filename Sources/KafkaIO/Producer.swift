internal import CRdKafka

/// An idempotent producer, optionally transactional (property `transactional.id`), driven by the one thread that polls it.
///
/// Producing is asynchronous: librdkafka's threads send, and reports of what became of each message are handed out by
/// ``poll(timeoutMilliseconds:)`` and ``flush(timeoutMilliseconds:)``. Dropped without a flush, it loses what is queued.
@safe public final class Producer {
    let client: ClientHandle
    private let main: QueueHandle
    private var waker: Waker?
    private let outstanding: Outstanding
    private let making: Making
    /// Made with the first transaction.
    var offsetSender: OffsetSender?
    /// By the topic's index.
    private var handles: [OpaquePointer?]
    private let arguments: UnsafeMutablePointer<rd_kafka_vu_t>

    /// What it was made from.
    private struct Making {
        let properties: [(name: String, value: String)]
        let onDelivery: (DeliveryReport) -> Void
        let onConnectionEvent: (ConnectionEvent) -> Void
        let log: LogHandler?
    }

    /// Shared with the delivery callback; both run on the one thread that polls.
    private final class Outstanding { var count = 0 }

    /// Topic, flags, key, value, timestamp, opaque, partition, headers.
    private static let argumentsMax = 8

    /// Does not wait for a broker.
    ///
    /// - Parameters:
    ///   - properties: any of librdkafka's, later ones winning over earlier ones and over Vane's defaults.
    ///   - onDelivery: takes the report of each queued message, in any order, on the polling thread. Must not poll.
    ///   - onConnectionEvent: takes what there is to say about brokers, on the polling thread.
    ///   - log: takes librdkafka's own log lines, on its threads.
    /// - Throws: which property is wrong, and why.
    public init(
        properties: [(name: String, value: String)], onDelivery: @escaping (DeliveryReport) -> Void,
        onConnectionEvent: @escaping (ConnectionEvent) -> Void = { _ in }, log: LogHandler? = nil
    ) throws(ConfigurationError) {
        making = Making(properties: properties, onDelivery: onDelivery, onConnectionEvent: onConnectionEvent, log: log)
        let outstanding = Outstanding()
        let context = ClientContext(
            log: log, onConnectionEvent: onConnectionEvent,
            onDelivery: {
                outstanding.count -= 1
                onDelivery($0)
            })
        client = try ClientHandle(
            .producer, defaults: ProducerDefaults.properties(over: properties), properties: properties, context: context)
        self.outstanding = outstanding
        // SAFETY: the reference to the main queue is ours.
        main = unsafe QueueHandle(rd_kafka_queue_get_main(client.pointer), of: client)
        unsafe handles = []
        unsafe arguments = .allocate(capacity: Producer.argumentsMax)
    }

    deinit {
        waker?.ignore(main)
        // By index: swift-format 6.3 breaks `for unsafe`.
        for index in unsafe handles.indices {
            if let handle = unsafe handles[index] { unsafe rd_kafka_topic_destroy(handle) }
        }
        unsafe arguments.deallocate()
    }

    /// Another producer made the same way, to take the place of this one after a fatal error. What is outstanding here gets no report.
    /// - Parameter waker: as for ``wakeOnDelivery(_:)``.
    public func replacement(waker: Waker?) throws(KafkaError) -> Producer {
        do throws(ConfigurationError) {
            let producer = try Producer(
                properties: making.properties, onDelivery: making.onDelivery, onConnectionEvent: making.onConnectionEvent, log: making.log)
            if let waker { producer.wakeOnDelivery(waker) }
            return producer
        } catch {
            // The properties were right before: it is the machine that has no room.
            throw KafkaError("make another producer", code: RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, reason: error.description)
        }
    }

    /// Queues a message; everything is copied. The buffers need to live during the call only.
    ///
    /// - Parameters:
    ///   - partition: nil lets librdkafka choose: by the key's hash, or one at a time for messages without a key.
    ///   - key: nil for none.
    ///   - value: nil for a tombstone.
    ///   - timestampMilliseconds: since the epoch; nil for now.
    ///   - sequence: comes back in the ``DeliveryReport``; at most 48 bits.
    public func produce(
        to topic: Topic, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: MessageHeaders? = nil, timestampMilliseconds: Int64? = nil, sequence: UInt64
    ) -> ProduceResult {
        guard let handle = unsafe handle(for: topic) else {
            return .rejected(KafkaError("produce to \(topic)", code: rd_kafka_last_error()))
        }
        var count = 0
        unsafe append(RD_KAFKA_VTYPE_RKT, &count) { unsafe $0.rkt = handle }
        unsafe append(RD_KAFKA_VTYPE_MSGFLAGS, &count) { unsafe $0.i = RD_KAFKA_MSG_F_COPY }
        unsafe append(RD_KAFKA_VTYPE_OPAQUE, &count) { unsafe $0.ptr = DeliveryReport.opaque(sequence, topic) }
        if let partition { unsafe append(RD_KAFKA_VTYPE_PARTITION, &count) { unsafe $0.i32 = partition } }
        if let timestampMilliseconds {
            unsafe append(RD_KAFKA_VTYPE_TIMESTAMP, &count) { unsafe $0.i64 = timestampMilliseconds }
        }
        if let key = unsafe key {
            unsafe append(RD_KAFKA_VTYPE_KEY, &count) { unsafe Producer.set(&$0, to: key) }
        }
        if let value = unsafe value {
            unsafe append(RD_KAFKA_VTYPE_VALUE, &count) { unsafe Producer.set(&$0, to: value) }
        }
        guard let headers, headers.count > 0 else { return send(count, to: topic) }
        // Not as separate arguments: librdkafka 2.0.2 frees those twice where the topic does not exist.
        let object = unsafe rd_kafka_headers_new(headers.count)!
        unsafe headers.bytes.withUnsafeBytes { bytes in
            let start = bytes.baseAddress!
            for entry in headers.entries {
                // SAFETY: name and value lie within the header's bytes, the name with a zero byte behind it; both are copied.
                let name = unsafe (start + entry.nameStart).assumingMemoryBound(to: CChar.self)
                let value = unsafe entry.valueCount < 0 ? nil : start + entry.valueStart
                unsafe _ = rd_kafka_header_add(object, name, -1, value, max(0, entry.valueCount))
            }
        }
        unsafe append(RD_KAFKA_VTYPE_HEADERS, &count) { unsafe $0.headers = object }
        let result = send(count, to: topic)
        // SAFETY: a message that was queued has taken the headers over; otherwise they are still ours.
        if case .queued = result {} else { unsafe rd_kafka_headers_destroy(object) }
        return result
    }

    /// Hands out delivery reports and events.
    ///
    /// - Parameter timeoutMilliseconds: how long to wait for the first; 0 does not wait.
    /// - Returns: how many were handed out.
    @discardableResult
    public func poll(timeoutMilliseconds: Int32 = 0) -> Int {
        unsafe Int(rd_kafka_poll(client.pointer, timeoutMilliseconds))
    }

    /// Sends what is queued at once and waits until each message has its report handed out.
    ///
    /// - Returns: whether nothing is outstanding; false when the time is over.
    public func flush(timeoutMilliseconds: Int32) -> Bool {
        unsafe rd_kafka_flush(client.pointer, timeoutMilliseconds) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Gives up everything that is queued or in flight; the reports, with failures, come at the next poll. What was in
    /// flight may have reached the broker.
    public func purge() {
        unsafe _ = rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }

    /// How many messages have no report handed out yet. Counted here, because librdkafka's own count includes events.
    public var outstandingCount: Int { outstanding.count }

    /// The error that made this producer unusable, if any.
    public var fatalError: KafkaError? { client.fatalError }

    /// Ends the wait of a consumer's poll when there are reports to hand out, so that one thread need not alternate waits.
    public func wakeOnDelivery(_ waker: Waker) {
        precondition(self.waker == nil, "a producer wakes one consumer")
        self.waker = waker
        waker.wake(whenArriving: main)
    }

    private func send(_ count: Int, to topic: Topic) -> ProduceResult {
        // SAFETY: the first `count` arguments are set; librdkafka copies what they point to and returns an error that is ours.
        let error = unsafe KafkaError.take(rd_kafka_produceva(client.pointer, arguments, count), "produce to \(topic)")
        guard let error else {
            outstanding.count += 1
            return .queued
        }
        return error.code == .queueFull ? .queueFull : .rejected(error)
    }

    @unsafe private func append(
        _ type: rd_kafka_vtype_t, _ count: inout Int, _ set: (inout rd_kafka_vu_s.__Unnamed_union_u) -> Void
    ) {
        unsafe arguments[count].vtype = type
        unsafe set(&arguments[count].u)
        count += 1
    }

    /// An empty buffer may have no address, but to librdkafka that would be null instead of empty.
    @unsafe private static func set(_ union: inout rd_kafka_vu_s.__Unnamed_union_u, to bytes: UnsafeRawBufferPointer) {
        unsafe union.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? Producer.emptyBytes)
        unsafe union.mem.size = bytes.count
    }

    /// Points at nothing that is ever read.
    private static var emptyBytes: UnsafeRawPointer { unsafe UnsafeRawPointer(bitPattern: 8)! }

    private func handle(for topic: Topic) -> OpaquePointer? {
        let index = Int(topic.index)
        if unsafe index < handles.count, let known = unsafe handles[index] { return unsafe known }
        guard let created = unsafe rd_kafka_topic_new(client.pointer, topic.name, nil) else { return nil }
        while unsafe handles.count <= index { unsafe handles.append(nil) }
        unsafe handles[index] = created
        return unsafe created
    }
}
