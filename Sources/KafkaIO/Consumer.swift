internal import CRdKafka

/// A member of a consumer group, driven by one thread: it polls, and everything else it does happens within its calls.
///
/// Offsets are committed only when the owner says so. Partitions move cooperatively (incremental assignment) unless the
/// properties name another strategy, which works too. ``ConsumerHandlers`` are called from within ``poll(into:timeoutMilliseconds:)``
/// and ``close()``. Not `Sendable`: only ``waker`` may be used from other threads.
@safe public final class Consumer {
    /// The group's id.
    public let group: String
    /// Ends the wait of a poll from any thread.
    public let waker: Waker

    let client: ClientHandle
    let queue: QueueHandle
    let handlers: ConsumerHandlers
    var assignments = AssignmentTable()
    var topics = TopicCache()
    var tables: [TableReader] = []
    /// Whether the group has ever answered with an assignment, even an empty one.
    var wasAssigned = false
    var isPolling = false
    /// Whether everything is paused, so that newly assigned partitions must be too.
    var isPaused = false
    /// Partitions that librdkafka has paused; it keeps that of those that left and come back.
    var paused: Set<TopicPartition> = []
    private(set) var isClosed = false
    private(set) var scratch: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private(set) var scratchCapacity = 0

    /// Creates the member without joining the group yet: see ``subscribe(to:)``. Does not wait for a broker.
    ///
    /// - Parameters:
    ///   - properties: any of librdkafka's, later ones winning over earlier ones and over Vane's defaults.
    ///   - log: takes librdkafka's own log lines, on its threads.
    /// - Throws: which property is wrong, and why.
    public init(
        group: String, properties: [(name: String, value: String)], handlers: ConsumerHandlers = ConsumerHandlers(),
        log: LogHandler? = nil
    ) throws(ConfigurationError) {
        let context = ClientContext(log: log, onConnectionEvent: { handlers.onEvent(.connection($0)) })
        client = try ClientHandle(
            .consumer, defaults: ConsumerDefaults.member, properties: properties + [("group.id", group)], context: context)
        // Errors, commit results and rebalances come through the same queue as messages: one wait for all.
        unsafe rd_kafka_poll_set_consumer(client.pointer)
        // SAFETY: a client with a group has a consumer queue; its new reference is ours.
        queue = unsafe QueueHandle(rd_kafka_queue_get_consumer(client.pointer), of: client)
        waker = Waker(queue)
        self.group = group
        self.handlers = handlers
        unsafe scratch = .allocate(capacity: 0)
        context.rebalancer = self
    }

    deinit { unsafe scratch.deallocate() }

    /// Joins the group for these topics, replacing an earlier subscription. A name that starts with `^` is a regular
    /// expression. A topic that does not exist is reported as ``ConsumerEvent/topicMissing(_:)`` and joins when it appears.
    public func subscribe(to topics: [String]) throws(KafkaError) {
        let list = PartitionList(topics: topics)
        let code = unsafe rd_kafka_subscribe(client.pointer, list.pointer)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR && !wasAssigned { client.mustNotBeDestroyed = true }
        try KafkaError.check(code, "subscribe to \(topics.joined(separator: ", "))")
    }

    /// Reads every partition of these topics from its beginning, as the only reader: no group is joined, so nothing is waited for and nothing is ever
    /// given up. Instead of ``subscribe(to:)``, for a cluster of one's own. Offsets can be committed all the same.
    ///
    /// - Parameter timeoutMilliseconds: how long to wait for the broker to name the partitions.
    public func readAlone(_ topics: [String], timeoutMilliseconds: Int32) throws(KafkaError) {
        var partitions: [TopicPartition] = []
        for name in topics {
            let topic = Topic(name)
            // SAFETY: the handle is ours for the length of the question.
            guard let handle = unsafe rd_kafka_topic_new(client.pointer, name, nil) else {
                throw KafkaError("read \(name)", code: rd_kafka_last_error())
            }
            defer { unsafe rd_kafka_topic_destroy(handle) }
            guard let found = try unsafe client.metadata(of: handle, timeoutMilliseconds: timeoutMilliseconds).first else {
                throw KafkaError("read \(name)", code: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            }
            try KafkaError.check(found.code, "read \(name)")
            for partition in 0..<Int32(found.partitionCount) { partitions.append(TopicPartition(topic: topic, partition: partition)) }
        }
        let list = PartitionList(partitions.map { PartitionOffset(partition: $0, offset: Int64(RD_KAFKA_OFFSET_BEGINNING)) })
        try KafkaError.check(unsafe rd_kafka_assign(client.pointer, list.pointer), "read \(topics.joined(separator: ", "))")
        wasAssigned = true
        assignments.assign(partitions)
        if isPaused { try pause(partitions) }
        handlers.onAssigned(partitions)
    }

    /// The names subscribed to.
    public func subscription() throws(KafkaError) -> [String] {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        let code = unsafe rd_kafka_subscription(client.pointer, &list)
        try KafkaError.check(code, "read the subscription")
        // SAFETY: on success the list is ours.
        return unsafe PartitionList(adopting: list!).view.partitions.map(\.topic.name)
    }

    /// The partitions that are ours now.
    public var assignment: [TopicPartition] { assignments.assigned }

    /// Shares this consumer's wait with a table: its messages come in the same batches, marked as
    /// ``MessageSource/table(_:)`` with the returned number.
    public func attach(_ table: TableReader) -> UInt8 {
        precondition(tables.count < Int(UInt8.max), "at most \(UInt8.max) tables")
        tables.append(table)
        table.wake(waker)
        return UInt8(tables.count - 1)
    }

    /// The error that made this consumer unusable, if any.
    public var fatalError: KafkaError? { client.fatalError }

    /// Gives up the partitions (``ConsumerHandlers/onRevoked`` is called) and leaves the group at once, so that others take
    /// over without waiting for a timeout. A consumer that is dropped without it looks like a crashed one to the group.
    /// Batches must be empty or released before the consumer's memory can go.
    public func close() throws(KafkaError) {
        precondition(!isPolling, "close is not for handlers")
        if isClosed { return }
        isClosed = true
        // SAFETY: blocks until the group was left; callbacks are served on this thread.
        let code = unsafe rd_kafka_consumer_close(client.pointer)
        try KafkaError.check(code, "leave the group \(group)")
    }

    /// Room for one C call's messages, reused; grows to the largest batch ever filled.
    func reserveScratch(_ capacity: Int) {
        if capacity <= scratchCapacity { return }
        // SAFETY: between polls the scratch holds nothing.
        unsafe scratch.deallocate()
        unsafe scratch = .allocate(capacity: capacity)
        scratchCapacity = capacity
    }
}
