internal import Engine
internal import Events
internal import KafkaIO
internal import Telemetry

/// Kafka in, decisions, Kafka out: the one thread on which everything about events happens.
///
/// It polls a batch, decodes it, decides about each event in order, hands the outputs to the producer and registers the batch's offsets. When those are
/// committed is the delivery's matter.
final class Pipeline {
    /// Messages taken at a time: enough to share the cost of a poll, few enough to decide in a millisecond or two.
    private static let batchMax = 512
    /// Also bounds how late a commit is at low rates.
    private static let pollMilliseconds: Int32 = 100
    /// How long an embedded Kafka may take to name its partitions.
    private static let partitionsMilliseconds: Int32 = 10_000

    /// How partitions are shared out, where the configuration does not say otherwise.
    ///
    /// `range` gives one process the partitions of one number of all topics, so that an account's openings and its transactions meet in one
    /// journal. It also gives everything up before joining anew: under cooperative-sticky a member goes on deciding while its request to join waits at the
    /// broker, its commits wait behind that request, are refused as of an old generation, and librdkafka 2.0.2 then drops the whole assignment
    /// (seen: 4,800 of 28,000 events decided twice). Frequent heartbeats keep the pause of a rebalance at about half a second.
    private static let membership = [("partition.assignment.strategy", "range"), ("heartbeat.interval.ms", "500")]

    private let configuration: Configuration.Kafka
    /// Whether it is the only reader, of a Kafka of its own: then it takes all partitions and joins no group.
    private let isAlone: Bool
    let engine: Engine
    let decoder: Decoder
    let log: Logger
    let metrics: PipelineMetrics
    private let consumer: Consumer
    let lists: TableReader
    let outputs: Outputs
    let emission: Emission
    let delivery: AtLeastOnceDelivery
    private let shouldStop: StopFlag
    private let handlers: Handlers

    // The batch in hand: messages, the rows decoded from them, and why others were refused, in order.
    let messages = MessageBatch(capacity: Pipeline.batchMax)
    let rows: EventBatch
    var arrivals: [Arrival] = []
    var rejections: [Rejection] = []
    var nextOffsets: [PartitionOffset] = []
    var decision = Decision()

    /// By the topic's index: the event type, or -1.
    private(set) var eventTypes: [Int] = []
    /// Events stand still until the lists have been read: what `in_list` says must not depend on how quickly that goes.
    var waitsForLists = true
    var nextWaitNotice: Int64 = 0

    /// What the consumer's handlers, which outlive nothing, need of the pipeline.
    private final class Handlers {
        weak var pipeline: Pipeline?
    }

    init(
        _ configuration: Configuration.Kafka, engine: Engine, decoder: Decoder, instance: String, build: String, log: Logger, metrics: PipelineMetrics,
        stop: StopFlag, isAlone: Bool
    ) throws(ConfigurationError) {
        self.configuration = configuration
        self.isAlone = isAlone
        self.engine = engine
        self.decoder = decoder
        self.log = log
        self.metrics = metrics
        shouldStop = stop
        rows = EventBatch(capacity: Pipeline.batchMax, schema: engine.schema)
        let handlers = Handlers()
        self.handlers = handlers
        let properties =
            [("bootstrap.servers", configuration.bootstrap), ("client.id", "vane-" + instance)] + Self.membership
            + configuration.properties.map { ($0.name, $0.value) } + configuration.consumer.map { ($0.name, $0.value) }
        consumer = try Consumer(
            group: configuration.group, properties: properties,
            handlers: ConsumerHandlers(
                onAssigned: { assigned in log.info("partitions-assigned", "partitions assigned: \(assigned.map(\.description).joined(separator: ", "))") },
                onRevoked: { revoked in handlers.pipeline?.giveUp(revoked) },
                onLost: { lost in
                    log.warning("partitions-lost", "partitions lost to another member: \(lost.map(\.description).joined(separator: ", "))")
                    handlers.pipeline?.delivery.lose(lost)
                },
                onEvent: { event in
                    Self.report(event, log)
                    handlers.pipeline?.listsMayBeMissing(event)
                }), log: { line in log.debug("librdkafka", line.description) })
        lists = try TableReader(
            topic: configuration.topics.listEntries, properties: properties, onConnectionEvent: { _ in },
            log: { line in log.debug("librdkafka", line.description) })
        _ = consumer.attach(lists)
        outputs = try Outputs(configuration, instance: instance, log: log)
        outputs.wakeOnDelivery(consumer.waker)
        emission = Emission(engine, outputs: outputs, metrics: metrics, decisions: configuration.decisions, instance: instance, build: build)
        delivery = AtLeastOnceDelivery(consumer, outputs, log: log)
        stop.attach(consumer.waker)
        handlers.pipeline = self
    }

    private static func report(_ event: ConsumerEvent, _ log: Logger) {
        switch event {
        case .connection(.fatal), .notAuthorized, .connection(.authenticationFailed): log.error("kafka", event.description)
        case .partitionEnd: break
        default: log.warning("kafka", event.description)
        }
    }

    /// Runs until asked to stop; then decides nothing more, waits for the outputs, commits and leaves the group.
    /// - Throws: where Kafka refuses for good; what was not committed is decided again by the next process.
    func run() throws(KafkaError) {
        try start()
        while !shouldStop.isSet {
            let count = consumer.poll(into: messages, timeoutMilliseconds: Self.pollMilliseconds)
            try outputs.poll()
            if count > 0 { try decideBatch() }
            if waitsForLists { try goOnOnceListsAreRead() }
            if let fatal = consumer.fatalError { throw fatal }
            try delivery.commitIfDue()
        }
        try finish()
    }

    private func start() throws(KafkaError) {
        for (index, event) in engine.schema.events.enumerated() {
            let topic = Int(Topic(event.topic).index)
            while eventTypes.count <= topic { eventTypes.append(-1) }
            eventTypes[topic] = index
        }
        let topics = engine.schema.events.map(\.topic)
        try consumer.pause()
        nextWaitNotice = Clock.steadyNanoseconds() + Self.waitNoticeNanoseconds
        if isAlone {
            try consumer.readAlone(topics, timeoutMilliseconds: Self.partitionsMilliseconds)
        } else {
            try consumer.subscribe(to: topics)
        }
        log.info("started", "consuming \(topics.joined(separator: ", ")) as group \(configuration.group)")
    }

    /// Lets events flow, unless something still holds them back.
    func resumeIfNothingHoldsBack() throws(KafkaError) {
        if !waitsForLists { try consumer.resume() }
    }

    private func giveUp(_ revoked: [TopicPartition]) {
        if revoked.isEmpty { return }
        log.info("partitions-revoked", "partitions given up: \(revoked.map(\.description).joined(separator: ", "))")
        delivery.giveUp(revoked)
    }

    private func finish() throws(KafkaError) {
        log.info("stopping", "waiting for \(outputs.outstandingCount) outputs")
        try delivery.finish()
        do {
            try consumer.close()
        } catch {
            // Everything is committed: the group finds out by itself that this member is gone.
            log.warning("stopping", "\(error)")
        }
        log.info(
            "stopped", "stopped after \(metrics.events.value) events",
            [
                "events": .number(metrics.events.value), "alerts": .number(metrics.alerts.value), "control_actions": .number(metrics.controlActions.value),
                "list_entries": .number(metrics.listEntries.value), "rejected": .number(metrics.rejectedCount), "duplicates": .number(metrics.duplicates.value),
            ])
    }
}
