internal import CRdKafka

/// Reads a whole (compacted) topic, every partition from its beginning, without a group, and stays with it: what keeps an
/// in-memory table equal to the topic. Attached to a ``Consumer``, whose polls then bring its messages too.
///
/// It commits nothing: each process, and each start, reads it all. Partitions are looked for at the first poll, every second
/// until the topic exists, and every minute from then on, because topics grow. The same thread as the consumer.
@safe public final class TableReader {
    public let topic: Topic
    /// Whether every partition has been read to the end that it had when reading began. Never becomes false again.
    public private(set) var hasReachedEnd = false
    /// How many partitions are read; 0 until the topic was found.
    public var partitionCount: Int { partitions.count }
    /// Whether the latest poll left messages behind.
    private(set) var hasMore = false

    private struct Partition {
        var hasReachedEnd = false
        /// The end when its first message came; from then on, reaching this offset is reaching the end.
        var target: Int64?
    }

    private let client: ClientHandle
    private let queue: QueueHandle
    private let handle: OpaquePointer
    private var waker: Waker?
    private var partitions: [Partition] = []
    private var nextDiscovery: ContinuousClock.Instant?
    private let discoveryMilliseconds: Int32
    private var scratch: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>

    /// Messages taken in one call from librdkafka; a poll makes several.
    private static let scratchCapacity = 256
    private static let retryEvery = Duration.seconds(1)
    private static let refreshEvery = Duration.seconds(60)

    /// Does not wait for a broker.
    ///
    /// - Parameters:
    ///   - properties: as for ``Consumer``.
    ///   - discoveryMilliseconds: how long a poll may wait for the topic's partitions, when it looks for them. A broker that is
    ///     reachable answers within a few; this bounds the wait for one that is not.
    public init(
        topic: String, properties: [(name: String, value: String)], discoveryMilliseconds: Int32 = 100,
        onConnectionEvent: @escaping (ConnectionEvent) -> Void = { _ in }, log: LogHandler? = nil
    ) throws(ConfigurationError) {
        client = try ClientHandle(
            .consumer, defaults: ConsumerDefaults.table, properties: properties,
            context: ClientContext(log: log, onConnectionEvent: onConnectionEvent))
        // SAFETY: the new queue and the main queue's reference are ours.
        queue = unsafe QueueHandle(rd_kafka_queue_new(client.pointer), of: client)
        let main = unsafe QueueHandle(rd_kafka_queue_get_main(client.pointer), of: client)
        // The client's own events come through the table's queue as well.
        unsafe rd_kafka_queue_forward(main.pointer, queue.pointer)
        self.topic = Topic(topic)
        self.discoveryMilliseconds = discoveryMilliseconds
        unsafe handle = rd_kafka_topic_new(client.pointer, topic, nil)
        unsafe scratch = .allocate(capacity: TableReader.scratchCapacity)
    }

    deinit {
        waker?.ignore(queue)
        for partition in partitions.indices {
            // SAFETY: each was started once; stopping waits until nothing of it arrives any more.
            unsafe _ = rd_kafka_consume_stop(handle, Int32(partition))
        }
        unsafe rd_kafka_topic_destroy(handle)
        unsafe scratch.deallocate()
    }

    /// Wakes the consumer when something arrives here.
    func wake(_ waker: Waker) {
        precondition(self.waker == nil, "a table is attached once")
        self.waker = waker
        waker.wake(whenArriving: queue)
    }

    /// Puts what has arrived into the batch, without waiting, but leaves room for `leaving` messages of others.
    func drain(into batch: MessageBatch, leaving: Int, source: MessageSource, onEvent: (ConsumerEvent) -> Void) {
        discoverIfDue(onEvent)
        batch.retain(client)
        hasMore = false
        while batch.room > leaving {
            let wanted = min(batch.room - leaving, TableReader.scratchCapacity)
            // SAFETY: the scratch has room; each message in it is ours.
            let count = unsafe rd_kafka_consume_batch_queue(queue.pointer, 0, scratch, wanted)
            for index in 0..<max(0, count) {
                unsafe admit(scratch[index]!, to: batch, source, onEvent)
            }
            if count < wanted { return }
        }
        hasMore = true
    }

    /// SAFETY: takes over the message.
    @unsafe private func admit(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>, to batch: MessageBatch, _ source: MessageSource,
        _ onEvent: (ConsumerEvent) -> Void
    ) {
        let partition = unsafe Int(message.pointee.partition)
        switch unsafe message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            unsafe noteProgress(partition, nextOffset: message.pointee.offset + 1)
            unsafe batch.append(Message(message, topic: topic, source: source))
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            unsafe rd_kafka_message_destroy(message)
            finish(partition)
        default:
            let event = unsafe ConsumerEvent(errorMessage: message, topic: topic)
            unsafe rd_kafka_message_destroy(message)
            onEvent(event)
        }
    }

    private func noteProgress(_ partition: Int, nextOffset: Int64) {
        if hasReachedEnd || partitions[partition].hasReachedEnd { return }
        if partitions[partition].target == nil {
            var low: Int64 = 0
            var high: Int64 = -1
            // Local: the ends came with the fetch that brought this message.
            unsafe _ = rd_kafka_get_watermark_offsets(client.pointer, topic.name, Int32(partition), &low, &high)
            if high >= 0 { partitions[partition].target = high }
        }
        if let target = partitions[partition].target, nextOffset >= target { finish(partition) }
    }

    private func finish(_ partition: Int) {
        if hasReachedEnd { return }
        partitions[partition].hasReachedEnd = true
        hasReachedEnd = partitions.allSatisfy(\.hasReachedEnd)
    }

    /// Looks for the topic's partitions when it is time, and starts reading those not known yet.
    private func discoverIfDue(_ onEvent: (ConsumerEvent) -> Void) {
        let now = ContinuousClock.now
        if let nextDiscovery, now < nextDiscovery { return }
        nextDiscovery = now + TableReader.retryEvery
        do throws(KafkaError) {
            let found = try countPartitions()
            nextDiscovery = now + TableReader.refreshEvery
            while partitions.count < found { try start(Int32(partitions.count)) }
        } catch {
            // An unreachable broker is reported by the connection's own events.
            if error.code == .unknownTopicOrPartition || error.code == .unknownTopicLocally { onEvent(.topicMissing(topic)) }
        }
    }

    private func start(_ partition: Int32) throws(KafkaError) {
        // SAFETY: handle and queue are ours; each partition is started once.
        if unsafe rd_kafka_consume_start_queue(handle, partition, Int64(RD_KAFKA_OFFSET_BEGINNING), queue.pointer) != 0 {
            throw KafkaError("read \(topic)/\(partition)", code: rd_kafka_last_error())
        }
        partitions.append(Partition())
    }

    private func countPartitions() throws(KafkaError) -> Int {
        let found = try unsafe client.metadata(of: handle, timeoutMilliseconds: discoveryMilliseconds)
        guard let found = found.first else {
            throw KafkaError("read \(topic)", code: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        }
        try KafkaError.check(found.code, "read \(topic)")
        return found.partitionCount
    }
}
