internal import Documents
internal import Engine
internal import Events
internal import Expressions
internal import KafkaIO
internal import Rules
internal import Telemetry

/// Kafka in, decisions, Kafka out: the one thread on which everything about events happens.
///
/// It polls a batch, decides about each event in order, hands the outputs to the producer and registers the batch's offsets. Offsets are committed when
/// all outputs of their batch are acknowledged: at an interval, before partitions are given up, and at the end.
final class Pipeline {
    /// Messages taken at a time: enough to share the cost of a poll, few enough to decide in a millisecond or two.
    private static let batchMax = 512
    private static let waitNoticeNanoseconds: Int64 = 10_000_000_000
    private static let commitIntervalNanoseconds: Int64 = 500_000_000
    /// Also bounds how late a commit is at low rates.
    private static let pollMilliseconds: Int32 = 100
    /// How long partitions are held back from others while outputs are being acknowledged.
    private static let handOverMilliseconds: Int32 = 10_000

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
    private let engine: Engine
    private let decoder: Decoder
    private let instance: String
    private let build: String
    private let log: Logger
    private let metrics: PipelineMetrics
    private let consumer: Consumer
    private let lists: TableReader
    /// Nil where nothing comes by URL.
    private let intake: PackageIntake?
    private let control: TableReader?
    private var waitsForPackages: Bool
    private let outputs: Outputs
    private let messages = MessageBatch(capacity: Pipeline.batchMax)
    private let rows: EventBatch
    /// By the topic's index: the event type, or -1.
    private var eventTypes: [Int] = []
    private var decision = Decision()
    private let alertWriter: AlertWriter
    private let decisionWriter: DecisionWriter
    private var nextOffsets: [PartitionOffset] = []
    private var lastCommit: Int64 = 0
    /// Events stand still until the lists have been read: what `in_list` says must not depend on how quickly that goes.
    private var waitsForLists = true
    private var nextWaitNotice: Int64 = 0
    private let shouldStop: StopFlag
    private let partitions: Partitions

    /// What the rebalance handlers, which outlive nothing, need of the pipeline.
    private final class Partitions {
        weak var pipeline: Pipeline?
    }

    init(
        _ configuration: Configuration.Kafka, engine: Engine, decoder: Decoder, instance: String, build: String, log: Logger, metrics: PipelineMetrics,
        stop: StopFlag, isAlone: Bool, intake: PackageIntake? = nil
    ) throws(ConfigurationError) {
        self.intake = intake
        waitsForPackages = intake != nil
        self.configuration = configuration
        self.isAlone = isAlone
        self.engine = engine
        self.decoder = decoder
        self.instance = instance
        self.build = build
        self.log = log
        self.metrics = metrics
        shouldStop = stop
        rows = EventBatch(capacity: 1, schema: engine.schema)
        alertWriter = AlertWriter(engine)
        decisionWriter = DecisionWriter(engine)
        let partitions = Partitions()
        self.partitions = partitions
        let properties =
            [("bootstrap.servers", configuration.bootstrap), ("client.id", "vane-" + instance)] + Self.membership
            + configuration.properties.map { ($0.name, $0.value) } + configuration.consumer.map { ($0.name, $0.value) }
        consumer = try Consumer(
            group: configuration.group, properties: properties,
            handlers: ConsumerHandlers(
                onAssigned: { assigned in log.info("partitions-assigned", "partitions assigned: \(assigned.map(\.description).joined(separator: ", "))") },
                onRevoked: { revoked in partitions.pipeline?.giveUp(revoked) },
                onLost: { lost in
                    log.warning("partitions-lost", "partitions lost to another member: \(lost.map(\.description).joined(separator: ", "))")
                    partitions.pipeline?.outputs.drop(lost)
                },
                onEvent: { event in
                    Self.report(event, log)
                    partitions.pipeline?.listsMayBeMissing(event)
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
        outputs = try Outputs(configuration, instance: instance, log: log)
        outputs.wakeOnDelivery(consumer.waker)
        stop.attach(consumer.waker)
        partitions.pipeline = self
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
        if let intake {
            let waker = consumer.waker
            intake.start { waker.wake() }
        }
        defer { intake?.stop() }
        log.info("started", "consuming \(topics.joined(separator: ", ")) as group \(configuration.group)")
        while !shouldStop.isSet {
            let count = consumer.poll(into: messages, timeoutMilliseconds: Self.pollMilliseconds)
            try outputs.poll()
            try takePackages()
            if count > 0 { try decideBatch() }
            if waitsForLists { try goOnOnceListsAreRead() }
            if let fatal = consumer.fatalError { throw fatal }
            try commitIfDue()
        }
        try finish()
    }

    /// Between two batches: new packages and lists, and whether events may flow.
    private func takePackages() throws(KafkaError) {
        guard let intake else { return }
        intake.turn(engine)
        guard waitsForPackages, !intake.holdsBack else { return }
        waitsForPackages = false
        if !waitsForLists { try consumer.resume() }
    }

    private func decideBatch() throws(KafkaError) {
        nextOffsets.removeAll(keepingCapacity: true)
        for index in messages.indices {
            let message = messages[index]
            if case .table = message.source {
                if message.topic == lists.topic { takeListEntry(message) } else { intake?.take(command: message.payload) }
                continue
            }
            while !outputs.hasRoom { try outputs.poll(timeoutMilliseconds: 10) }
            try decide(message)
            note(PartitionOffset(partition: message.topicPartition, offset: message.offset + 1))
        }
        if !nextOffsets.isEmpty { outputs.register(nextOffsets) }
    }

    /// Of each partition the latest offset counts; batches hold few partitions.
    private func note(_ offset: PartitionOffset) {
        for index in nextOffsets.indices where nextOffsets[index].partition == offset.partition {
            nextOffsets[index] = offset
            return
        }
        nextOffsets.append(offset)
    }

    // MARK: One event

    private func decide(_ message: Message) throws(KafkaError) {
        metrics.events.increment()
        let received = message.timestamp.kind == .unavailable ? nil : message.timestamp.milliseconds
        let topic = Int(message.topic.index)
        guard topic < eventTypes.count, eventTypes[topic] >= 0 else { return }
        if let rejection = record(message, eventType: eventTypes[topic], received) { return try reject(message, rejection) }
        if decision.isDuplicate { metrics.duplicates.increment() }
        if !decision.errors.isEmpty { metrics.ruleErrors.increment(by: UInt64(decision.errors.count)) }
        try emit(received)
    }

    /// Decodes an event and decides about it; returns why it is refused, if it is.
    private func record(_ message: Message, eventType: Int, _ received: Int64?) -> Rejection? {
        rows.removeAll()
        guard let payload = message.payload else { return Rejection(.empty, "the record is a tombstone") }
        let envelope = Decoder.Envelope(
            id: message.header("ce_id"), time: message.header("ce_time"), traceparent: message.header("traceparent"), receivedMilliseconds: received)
        do {
            let row = try decoder.decode(payload, eventType: eventType, envelope: envelope, into: rows)
            try engine.process(rows, row: row, into: &decision)
            return nil
        } catch {
            return error
        }
    }

    private func reject(_ message: Message, _ rejection: Rejection) throws(KafkaError) {
        metrics.rejected(rejection.reason)
        log.warning(
            "rejected-" + rejection.reason.rawValue, "event refused: \(rejection)",
            ["topic": .string(message.topic.name), "partition": .number(message.partition), "offset": .number(message.offset)])
        try outputs.deadLetter(message, rejection)
    }

    private func emit(_ received: Int64?) throws(KafkaError) {
        let now = Clock.nowMilliseconds()
        let latency = received.map { max(0, now - $0) }
        metrics.decided(latencyMilliseconds: latency)
        let wantsDecision = sampled()
        guard decision.isAlert || wantsDecision || !decision.hits.isEmpty else { return }

        let context = OutputContext(instance: instance, build: build, decidedMilliseconds: now, latencyMilliseconds: latency, degraded: intake?.degradation)
        let row = decision.row
        let time = rows.headers[row].timeMilliseconds
        let traceparent = rows.headers[row].traceparent
        let trace = traceparent.count == 0 ? nil : rows.text(traceparent)
        let subject = Subject.ofEvent(engine.schema, rows, row: row)
        let key = subject ?? ""
        if decision.isAlert {
            let actions = alertWriter.actions(decision, rows)
            let id = alertWriter.alertID(decision, rows)
            try outputs.alert(
                .init(id: id, type: "vane.alert", timeMilliseconds: time, subject: subject, traceparent: trace), key: key
            ) { writer in alertWriter.alert(decision, rows, actions, context, &writer) }
            metrics.alerts.increment()
            for action in actions {
                try outputs.controlAction(
                    .init(id: action.id, type: "vane.control-action", timeMilliseconds: time, subject: action.subject, traceparent: trace), key: action.subject
                ) { writer in alertWriter.controlAction(action, decision, rows, context, &writer) }
                metrics.controlActions.increment()
            }
        }
        for entry in engine.listEntries(decision, rows) {
            let entryKey = ListEntryReader.key(list: entry.list, subject: entry.subject)
            try outputs.listEntry(
                .init(
                    id: AlertWriter.identifier("list", entry.list, entry.subject, String(entry.entry.timeMilliseconds)), type: "vane.list-entry",
                    timeMilliseconds: time, subject: entryKey, traceparent: trace), key: entryKey
            ) { writer in alertWriter.listEntry(entry, decision, rows, &writer) }
            metrics.listEntries.increment()
        }
        if wantsDecision {
            try outputs.decision(
                .init(
                    id: AlertWriter.identifier(
                        "decision", engine.schema.events[decision.eventType].name, String(rows.headers[row].idFingerprint), String(time)),
                    type: "vane.decision", timeMilliseconds: time, subject: subject, traceparent: trace), key: key
            ) { writer in
                writer.beginObject()
                writer.key("event_id")
                writer.string(String(decoding: rows.text(row: row, slot: EventType.idSlot), as: UTF8.self))
                writer.key("subject")
                if let subject { writer.string(subject) } else { writer.null() }
                writer.key("decision")
                decisionWriter.decision(decision, &writer)
                writer.key("evidence")
                decisionWriter.evidence(decision, decision.hits + decision.shadowHits, &writer)
                writer.endObject()
            }
        }
    }

    /// Whether this event's decision goes to the decisions topic: by the hash of its id, so that a replay samples the same ones.
    private func sampled() -> Bool {
        switch configuration.decisions {
        case .none: false
        case .all: true
        case .share(let share): Double(rows.headers[decision.row].idFingerprint >> 11) < share * 0x1p53
        }
    }

    // MARK: Lists

    private func goOnOnceListsAreRead() throws(KafkaError) {
        if lists.hasReachedEnd {
            waitsForLists = false
            if !waitsForPackages { try consumer.resume() }
        } else if case let now = Clock.steadyNanoseconds(), now >= nextWaitNotice {
            nextWaitNotice = now + Self.waitNoticeNanoseconds
            log.warning("waiting-for-lists", "events wait until the topic \(lists.topic) has been read; see that it can be")
        }
    }

    /// A topic that does not exist holds no list: nothing to wait for.
    private func listsMayBeMissing(_ event: ConsumerEvent) {
        guard waitsForLists, case .topicMissing(lists.topic) = event else { return }
        waitsForLists = false
        do {
            if !waitsForPackages { try consumer.resume() }
        } catch {
            log.error("kafka", "\(error)")
        }
    }

    private func takeListEntry(_ message: Message) {
        guard let payload = message.payload else {
            // A tombstone removes the subject.
            guard let key = message.key, let (list, subject) = ListEntryReader.parts(ofKey: key) else { return }
            engine.lists.put(
                list: engine.lists.declare(list), subject: subject,
                Lists.Entry(timeMilliseconds: max(0, message.timestamp.milliseconds), isRemoved: true))
            return
        }
        do {
            let parsed = try ListEntryReader.read(Array(payload), timeMilliseconds: max(0, message.timestamp.milliseconds))
            engine.lists.put(list: engine.lists.declare(parsed.list), subject: parsed.subject, parsed.entry)
        } catch {
            log.warning(
                "bad-list-entry", "list entry ignored: \(error.message)",
                ["topic": .string(message.topic.name), "partition": .number(message.partition), "offset": .number(message.offset)])
        }
    }

    // MARK: Offsets

    private func commitIfDue() throws(KafkaError) {
        let now = Clock.steadyNanoseconds()
        guard now - lastCommit >= Self.commitIntervalNanoseconds else { return }
        lastCommit = now
        let offsets = outputs.takeCommittable()
        if !offsets.isEmpty { try consumer.commit(offsets, .asynchronous) }
    }

    /// Partitions go to another member: what was decided of them must be acknowledged and committed first.
    private func giveUp(_ revoked: [TopicPartition]) {
        if revoked.isEmpty { return }
        log.info("partitions-revoked", "partitions given up: \(revoked.map(\.description).joined(separator: ", "))")
        if !outputs.flush(timeoutMilliseconds: Self.handOverMilliseconds) {
            log.error("hand-over", "outputs were not acknowledged in time; the next owner decides the rest again")
        }
        let offsets = outputs.takeCommittable()
        do {
            if !offsets.isEmpty { try consumer.commit(offsets, .synchronous) }
        } catch {
            log.warning("hand-over", "\(error); the next owner decides the rest again")
        }
        outputs.drop(revoked)
    }

    private func finish() throws(KafkaError) {
        log.info("stopping", "waiting for \(outputs.outstandingCount) outputs")
        if !outputs.flush(timeoutMilliseconds: Self.handOverMilliseconds) {
            log.error("stopping", "outputs were not acknowledged in time; the next start decides the rest again")
        }
        let offsets = outputs.takeCommittable()
        if !offsets.isEmpty { try consumer.commit(offsets, .synchronous) }
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
