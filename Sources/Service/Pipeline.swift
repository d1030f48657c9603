internal import Engine
internal import Events
internal import JournalSharing
internal import KafkaIO
internal import Telemetry

/// Kafka in, decisions, Kafka out: the one thread on which everything about events happens.
///
/// It polls a batch, decodes it, decides about each event in order, hands the outputs to the producer and registers the batch's offsets. When those are
/// committed is the delivery's matter.
final class Pipeline {
    /// Messages taken at a time: enough to share the cost of a poll, few enough to decide in a millisecond or two.
    private static let batchMax = 512
    /// One is decided and one is on its way to Redis while a third is filled; the fourth takes lists while nothing else goes on.
    private static let batchCount = 4
    /// Also bounds how late a commit is at low rates.
    private static let pollMilliseconds: Int32 = 100
    /// How long one look for Redis' replies may take; what else there is to do waits meanwhile.
    static let redisMilliseconds: Int32 = 20
    /// How long an embedded Kafka may take to name its partitions.
    private static let partitionsMilliseconds: Int32 = 10_000

    /// How partitions are shared out, where the configuration does not say otherwise.
    ///
    /// Journals within the process need `range`, which gives one process the partitions of one number of all topics: an account's openings and its
    /// transactions meet in one journal. Journals that all processes share do not, and cooperative-sticky moves only what must move. Frequent heartbeats keep
    /// the pause of a rebalance below half a second. Partitions of a process that vanished are taken over after the session's ten seconds, counted from its
    /// last heartbeat, once the others have heard of it with their next ones.
    private static func membership(sharesJournals: Bool) -> [(String, String)] {
        [
            ("partition.assignment.strategy", sharesJournals ? "cooperative-sticky" : "range"), ("heartbeat.interval.ms", "250"),
            ("session.timeout.ms", Outputs.sessionMilliseconds),
        ]
    }

    private let configuration: Configuration.Kafka
    /// Whether it is the only reader, of a Kafka of its own: then it takes all partitions and joins no group.
    let isAlone: Bool
    var engine: Engine
    var decoder: Decoder
    let log: Logger
    let metrics: PipelineMetrics
    let watch: PackageWatch
    private let consumer: Consumer
    let lists: TableReader
    let outputs: Outputs
    let emission: Emission
    let delivery: Delivery
    /// Nil where nothing comes by URL.
    let intake: PackageIntake?
    private let control: TableReader?
    private let shouldStop: StopFlag
    private let handlers: Handlers

    /// Nil where journals are the process's own.
    let sharing: Sharing?
    let embedded: EmbeddedMemory
    let coverage: CoverageKeeper
    /// Batches to fill, and those that have been decoded and wait to be decided, oldest first.
    var spare: [Batch] = []
    var underWay: [Batch] = []
    /// Offsets of events that were decided while Redis was away.
    var heldOffsets: [PartitionOffset] = []
    var shedding: LoadShedding
    /// Latest time of an event so far.
    var latestMilliseconds: Int64 = 0
    var decision = Decision()

    /// By the topic's index: the event type, or -1.
    private(set) var eventTypes: [Int] = []
    /// Events stand still until the lists have been read: what `in_list` says must not depend on how quickly that goes.
    var waitsForLists = true
    /// Until the packages that must run have run: what they are there to stop must not pass meanwhile.
    var waitsForPackages: Bool
    /// Until nothing is under way any more, so that the schema can change.
    var waitsForRest = false
    /// Where other threads read how it stands; nil where nobody does.
    let board: StatusBoard?
    var nextStatus: Int64 = 0
    /// The partitions of the group that are this process's; nil before it was given any.
    private(set) var partitions: [String]?
    var nextWaitNotice: Int64 = 0
    private var isHeldBack = true

    /// What the consumer's handlers, which outlive nothing, need of the pipeline.
    private final class Handlers {
        weak var pipeline: Pipeline?
    }

    init(
        _ configuration: Configuration.Kafka, engine: Engine, decoder: Decoder, instance: String, build: String, log: Logger, metrics: PipelineMetrics,
        watch: PackageWatch, stop: StopFlag, isAlone: Bool, budgetMilliseconds: Int64, embedded: EmbeddedMemory, sharing: Sharing? = nil,
        intake: PackageIntake? = nil, board: StatusBoard? = nil
    ) throws(ConfigurationError) {
        self.intake = intake
        self.board = board
        self.sharing = sharing
        self.embedded = embedded
        coverage = CoverageKeeper(engine.store, sharing?.journals, isComplete: isAlone)
        shedding = LoadShedding(budgetMilliseconds: budgetMilliseconds)
        waitsForPackages = intake != nil
        self.configuration = configuration
        self.isAlone = isAlone
        self.engine = engine
        self.decoder = decoder
        self.log = log
        self.metrics = metrics
        self.watch = watch
        shouldStop = stop
        for _ in 0..<Self.batchCount { spare.append(Batch(capacity: Self.batchMax, rows: EventBatch(capacity: Self.batchMax, schema: engine.schema))) }
        let handlers = Handlers()
        self.handlers = handlers
        let identity = TransactionalIdentity(configuration, instance: instance, isAlone: isAlone)
        let properties =
            [("bootstrap.servers", configuration.bootstrap), ("client.id", "vane-" + instance)] + Self.membership(sharesJournals: sharing != nil)
            + configuration.properties.map { ($0.name, $0.value) } + configuration.consumer.map { ($0.name, $0.value) }
        consumer = try Consumer(
            group: configuration.group, properties: properties + (identity?.membership ?? []),
            handlers: ConsumerHandlers(
                onAssigned: { assigned in
                    log.info("partitions-assigned", "partitions assigned: \(assigned.map(\.description).joined(separator: ", "))")
                    if !assigned.isEmpty { handlers.pipeline?.shedding.takeOver(nowMilliseconds: Clock.nowMilliseconds()) }
                    handlers.pipeline?.take(assigned)
                },
                onRevoked: { revoked in handlers.pipeline?.giveUp(revoked) },
                onLost: { lost in
                    log.warning("partitions-lost", "partitions lost to another member: \(lost.map(\.description).joined(separator: ", "))")
                    handlers.pipeline?.lose(lost)
                },
                onEvent: { event in
                    Self.report(event, log)
                    handlers.pipeline?.listsMayBeMissing(event)
                }), log: { line in log.debug("librdkafka", line.description) })
        lists = try TableReader(
            topic: configuration.topics.listEntries, properties: properties, onConnectionEvent: { _ in },
            log: { line in log.debug("librdkafka", line.description) })
        _ = consumer.attach(lists)
        if intake != nil {
            // Every process reads every command; those of before its start do no harm, since a start asks everyone anyway.
            let control = try TableReader(
                topic: configuration.topics.control, properties: properties, onConnectionEvent: { _ in },
                log: { line in log.debug("librdkafka", line.description) })
            _ = consumer.attach(control)
            self.control = control
        } else {
            control = nil
        }
        outputs = try Outputs(configuration, instance: instance, identity: identity, log: log)
        outputs.wakeOnDelivery(consumer.waker)
        emission = Emission(engine, outputs: outputs, metrics: metrics, decisions: configuration.decisions, instance: instance, build: build)
        let interval = configuration.commitIntervalMilliseconds
        if let identity {
            let waker = consumer.waker
            let fencing =
                identity.note == nil
                ? nil
                : try MemberFencing(
                    identity,
                    observer: GroupObserver(
                        group: configuration.group, properties: properties, log: { line in log.debug("librdkafka", line.description) }),
                    producerProperties: { Outputs.properties(configuration, instance: instance, transactionalID: $0) }, wake: { waker.wake() }, log: log)
            delivery = .exactlyOnce(
                TransactionalDelivery(consumer, outputs, identity, fencing, commitIntervalMilliseconds: interval, log: log))
        } else {
            delivery = .atLeastOnce(AtLeastOnceDelivery(consumer, outputs, commitIntervalMilliseconds: interval, log: log))
        }
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
        defer { intake?.stop() }
        do throws(KafkaError) {
            try start()
            while !shouldStop.isSet { try turn() }
            try finish()
        } catch {
            delivery.abandon()
            throw error
        }
    }

    private func turn() throws(KafkaError) {
        let isDrained = try poll()
        try outputs.poll()
        try delivery.advance()
        try takePackages()
        // While a second batch can be filled, the first is not waited for.
        try decideWhatIsReady(timeoutMilliseconds: isDrained || underWay.count > 1 ? Self.redisMilliseconds : 0)
        try betweenBatches()
        if waitsForLists { goOnOnceListsAreRead() }
        publishStatus()
        if let fatal = consumer.fatalError { throw fatal }
        try delivery.commitIfDue(isDrained: isDrained && underWay.isEmpty)
        try holdBackOrGoOn()
    }

    /// Fills a batch, decodes it and sends its records on their way.
    /// - Returns: whether no more input waits.
    private func poll() throws(KafkaError) -> Bool {
        guard !waitsForRest, let batch = spare.popLast() else { return true }
        // Before the poll, in which partitions may go and their transaction with them.
        batch.rewinds = delivery.rewinds
        let count = consumer.poll(into: batch.messages, timeoutMilliseconds: pollTimeout)
        if count > 0 { decode(batch) } else { batch.removeAll() }
        if batch.arrivals.isEmpty {
            spare.append(batch)
        } else {
            sharing?.journals.begin(batch.rows)
            underWay.append(batch)
        }
        return count < batch.messages.capacity
    }

    /// Replies are not waited for here; a Redis that refuses is not asked again at once.
    private var pollTimeout: Int32 {
        if underWay.isEmpty { return Self.pollMilliseconds }
        if delivery.mustWait { return Self.redisMilliseconds }
        return sharing?.obstacle == nil ? 0 : Self.redisMilliseconds
    }

    private func start() throws(KafkaError) {
        numberEventTypes()
        let topics = engine.schema.events.map(\.topic)
        try consumer.pause()
        nextWaitNotice = Clock.steadyNanoseconds() + Self.waitNoticeNanoseconds
        if isAlone {
            try consumer.readAlone(topics, timeoutMilliseconds: Self.partitionsMilliseconds)
        } else {
            try consumer.subscribe(to: topics)
        }
        if let intake {
            let waker = consumer.waker
            intake.start { waker.wake() }
        }
        log.info("started", "consuming \(topics.joined(separator: ", ")) as group \(configuration.group)")
    }

    /// Stops the flow of events while something stands in its way, and lets it go on afterwards. Polling goes on meanwhile, so the group keeps this member.
    private func holdBackOrGoOn() throws(KafkaError) {
        let mustHold = waitsForLists || waitsForPackages || delivery.holdsBack || outputs.isCongested || sharing?.holdsBack == true
        if mustHold == isHeldBack { return }
        isHeldBack = mustHold
        if mustHold { try consumer.pause() } else { try consumer.resume() }
    }

    private func numberEventTypes() {
        for (index, event) in engine.schema.events.enumerated() {
            let topic = Int(Topic(event.topic).index)
            while eventTypes.count <= topic { eventTypes.append(-1) }
            eventTypes[topic] = index
        }
    }

    /// Events of more types are read from now on.
    func subscribeAnew() throws(KafkaError) {
        numberEventTypes()
        try consumer.subscribe(to: engine.schema.events.map(\.topic))
    }

    private func take(_ assigned: [TopicPartition]) {
        coverage.assigned(assigned)
        delivery.take(assigned)
        partitions = (partitions ?? []) + assigned.map(\.description)
    }

    private func forget(_ gone: [TopicPartition]) {
        let names = Set(gone.map(\.description))
        partitions?.removeAll { names.contains($0) }
    }

    private func giveUp(_ revoked: [TopicPartition]) {
        forget(revoked)
        if revoked.isEmpty { return }
        log.info("partitions-revoked", "partitions given up: \(revoked.map(\.description).joined(separator: ", "))")
        decideBeforeHandOver(revoked)
        delivery.giveUp(revoked)
    }

    private func lose(_ lost: [TopicPartition]) {
        coverage.lost()
        forget(lost)
        for batch in underWay { batch.lose(lost) }
        heldOffsets.removeAll { lost.contains($0.partition) }
        delivery.lose(lost)
    }

    private func finish() throws(KafkaError) {
        decideBeforeHandOver([])
        watch.report()
        log.info("stopping", "waiting for \(outputs.outstandingCount) outputs")
        // Others that come or go at this moment: the last commit would be refused until the group has come to rest.
        let deadline = Clock.steadyNanoseconds() + Int64(Outputs.handOverMilliseconds) * 1_000_000
        while consumer.isJoining && !consumer.assignment.isEmpty && Clock.steadyNanoseconds() < deadline { try outputs.poll(timeoutMilliseconds: 10) }
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
