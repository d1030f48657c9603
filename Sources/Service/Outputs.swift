internal import Documents
internal import Engine
internal import Events
internal import KafkaIO
internal import Telemetry

/// Sends what was decided to Kafka, as CloudEvents in binary mode, and keeps count of what is acknowledged.
final class Outputs {
    private(set) var producer: Producer
    private var waker: Waker?
    /// How many outputs were made, ever.
    private(set) var sentCount: UInt64 = 0
    private var wasCongested = false
    private let alerts: Topic
    private let controlActions: Topic
    private let decisions: Topic
    private let listEntries: Topic
    private let deadLetters: Topic
    private let source: String
    private let acknowledgements: Acknowledgements
    private var headers = MessageHeaders()
    private var body = JSONWriter(capacity: 4096)
    private let log: Logger
    private let isTransactional: Bool

    /// Shared with the delivery callback, which runs on the polling thread as everything here does.
    private final class Acknowledgements {
        var tracker = DeliveryTracker(outputCountMax: Outputs.outstandingMax, batchCountMax: Outputs.batchesMax)
        /// Set when an output can never be delivered.
        var failure: KafkaError?
        /// Set when an output was not delivered within its transaction; it may be within the next.
        var undelivered: KafkaError?

        func take(_ report: DeliveryReport, isTransactional: Bool, _ log: Logger) {
            guard let error = report.failure else { return tracker.acknowledge(report.sequence) }
            if isTransactional && !Outputs.lastingFailures.contains(error.code) {
                tracker.acknowledge(report.sequence)
                undelivered = undelivered ?? error
                return
            }
            tracker.fail(report.sequence)
            if failure == nil { log.error("output-refused", "\(error); \(Outputs.remedy(error.code))") }
            failure = failure ?? error
        }
    }

    /// Trying again does not help against these.
    private static let lastingFailures: Set<KafkaErrorCode> = [
        .messageTooLarge, .unknownTopicOrPartition, .unknownTopicLocally, .unknownPartition, .topicAuthorizationFailed, .invalidTopic,
    ]

    private static func remedy(_ code: KafkaErrorCode) -> String {
        switch code {
        case .messageTooLarge:
            "raise the topic's max.message.bytes, or lower message.max.bytes under 'kafka.producer' to it: then only what is too large is left out"
        case .unknownTopicOrPartition, .unknownTopicLocally, .unknownPartition: "create the topic, or name another under 'kafka.topics'"
        case .topicAuthorizationFailed: "allow this user to write to the topic"
        default: "see to the topic, then start again: nothing is lost"
        }
    }

    /// Outputs that wait for their acknowledgement; more are not made until some came.
    static let outstandingMax = 65_536
    /// From the first on no more events are taken, until it is the second: what waits for a slow broker stays small, and so does what is decided again.
    private static let congested = 16_384
    private static let relieved = 4_096
    /// Batches whose offsets wait for their outputs.
    static let batchesMax = 4_096
    /// How long partitions are held back from others while outputs are being acknowledged.
    static let handOverMilliseconds: Int32 = 10_000
    /// Outputs of one event at most: an alert, a decision, a dead letter, actions and list entries.
    static let perEventMax = 1_024

    /// The session of a member of the group, where the configuration does not say otherwise; a transaction that a dead process leaves open ends with it.
    static let sessionMilliseconds = "10000"

    /// - Parameter identity: nil for delivery at least once.
    init(_ kafka: Configuration.Kafka, instance: String, identity: TransactionalIdentity?, log: Logger) throws(ConfigurationError) {
        let topics = kafka.topics
        alerts = Topic(topics.alerts)
        controlActions = Topic(topics.controlActions)
        decisions = Topic(topics.decisions)
        listEntries = Topic(topics.listEntries)
        deadLetters = Topic(topics.deadLetters)
        source = "vane/" + instance
        self.log = log
        isTransactional = identity != nil
        let isTransactional = isTransactional
        let acknowledgements = Acknowledgements()
        self.acknowledgements = acknowledgements
        producer = try Producer(
            properties: Self.properties(kafka, instance: instance, transactionalID: identity?.id),
            onDelivery: { report in acknowledgements.take(report, isTransactional: isTransactional, log) },
            onConnectionEvent: { event in log.warning("kafka-producer", event.description) },
            log: { line in log.debug("librdkafka", line.description) })
    }

    /// - Parameter transactionalID: nil for a producer without transactions.
    static func properties(_ kafka: Configuration.Kafka, instance: String, transactionalID: String?) -> [(name: String, value: String)] {
        [("bootstrap.servers", kafka.bootstrap), ("client.id", "vane-" + instance)] + transactional(kafka, transactionalID)
            + kafka.properties.map { ($0.name, $0.value) } + kafka.producer.map { ($0.name, $0.value) }
    }

    private static func transactional(_ kafka: Configuration.Kafka, _ identifier: String?) -> [(String, String)] {
        guard let identifier else { return [] }
        let session = (kafka.properties + kafka.consumer).last { $0.name == "session.timeout.ms" }?.value ?? sessionMilliseconds
        return [
            ("transactional.id", identifier), ("transaction.timeout.ms", session),
            // The broker may still be ending the last transaction when the next one begins.
            ("retry.backoff.ms", "10"),
        ]
    }

    func wakeOnDelivery(_ waker: Waker) {
        self.waker = waker
        producer.wakeOnDelivery(waker)
    }

    /// After a fatal error; everything outstanding is forgotten.
    func replaceProducer() throws(KafkaError) {
        producer = try producer.replacement(waker: waker)
        forget()
    }

    /// Forgets everything outstanding: its transaction has ended.
    func forget() {
        acknowledgements.tracker.reset()
        acknowledgements.undelivered = nil
    }

    /// Why an output of the present transaction was not delivered, if one was not.
    var undelivered: KafkaError? { acknowledgements.undelivered }

    /// Whether so much waits for acknowledgement that no more should be decided.
    var isCongested: Bool {
        wasCongested = outstandingCount >= (wasCongested ? Self.relieved : Self.congested)
        return wasCongested
    }

    /// Hands out acknowledgements.
    /// - Throws: where an output cannot be delivered at all, so that going on would lose it.
    func poll(timeoutMilliseconds: Int32 = 0) throws(KafkaError) {
        producer.poll(timeoutMilliseconds: timeoutMilliseconds)
        if let failure = acknowledgements.failure { throw failure }
        if !isTransactional, let fatal = producer.fatalError { throw fatal }
    }

    var hasRoom: Bool { acknowledgements.tracker.outstandingCount + Self.perEventMax <= Self.outstandingMax }
    var outstandingCount: Int { acknowledgements.tracker.outstandingCount }

    func register(_ offsets: [PartitionOffset]) { acknowledgements.tracker.register(offsets) }
    func takeCommittable() -> [PartitionOffset] { acknowledgements.tracker.takeCommittable() }
    func drop(_ partitions: [TopicPartition]) { acknowledgements.tracker.drop(partitions) }

    /// Waits until everything is acknowledged.
    func flush(timeoutMilliseconds: Int32) -> Bool { producer.flush(timeoutMilliseconds: timeoutMilliseconds) && acknowledgements.failure == nil }

    // MARK: Messages

    struct Envelope {
        var id: String
        var type: String
        var timeMilliseconds: Int64
        var subject: String?
        var traceparent: UnsafeRawBufferPointer?
    }

    func alert(_ envelope: Envelope, key: String, _ write: (inout JSONWriter) -> Void) throws(KafkaError) {
        try send(alerts, envelope, key: key, write)
    }

    func controlAction(_ envelope: Envelope, key: String, _ write: (inout JSONWriter) -> Void) throws(KafkaError) {
        try send(controlActions, envelope, key: key, write)
    }

    func decision(_ envelope: Envelope, key: String, _ write: (inout JSONWriter) -> Void) throws(KafkaError) {
        try send(decisions, envelope, key: key, write)
    }

    func listEntry(_ envelope: Envelope, key: String, _ write: (inout JSONWriter) -> Void) throws(KafkaError) {
        try send(listEntries, envelope, key: key, write)
    }

    private func send(_ topic: Topic, _ envelope: Envelope, key: String, _ write: (inout JSONWriter) -> Void) throws(KafkaError) {
        body.reset()
        write(&body)
        headers.removeAll()
        headers.append("ce_specversion", "1.0")
        headers.append("ce_id", envelope.id)
        headers.append("ce_source", source)
        headers.append("ce_type", envelope.type)
        headers.append("ce_time", RFC3339.text(envelope.timeMilliseconds))
        if let subject = envelope.subject { headers.append("ce_subject", subject) }
        headers.append("content-type", "application/json")
        if let traceparent = envelope.traceparent { headers.append("traceparent", traceparent) }
        var key = key
        let result = key.withUTF8 { key in
            body.bytes.withUnsafeBytes { body in produce(topic, UnsafeRawBufferPointer(key), body) }
        }
        if let failure = result { throw failure }
    }

    /// The record as it came, with the reason and its place in headers.
    func deadLetter(_ message: Message, _ rejection: Rejection) throws(KafkaError) {
        headers.removeAll()
        headers.append("vane_reason", rejection.reason.rawValue)
        if let field = rejection.field { headers.append("vane_field", field) }
        headers.append("vane_message", rejection.message)
        headers.append("vane_topic", message.topic.name)
        headers.append("vane_partition", String(message.partition))
        headers.append("vane_offset", String(message.offset))
        message.forEachHeader { name, value in headers.append(name, value) }
        if let failure = produce(deadLetters, message.key, message.payload) { throw failure }
    }

    private func produce(_ topic: Topic, _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?) -> KafkaError? {
        let sequence = acknowledgements.tracker.nextSequence()
        sentCount += 1
        while true {
            switch producer.produce(to: topic, key: key, value: value, headers: headers, sequence: sequence) {
            case .queued: return nil
            case .queueFull:
                // Back-pressure: nothing is decided until the broker has taken some.
                producer.poll(timeoutMilliseconds: 10)
            case .rejected(let error) where error.code == .messageTooLarge:
                // It would be too large for ever; the event itself stays in its topic.
                log.error("output-too-large", "\(error); raise message.max.bytes of the producer and of the topic \(topic)")
                acknowledgements.tracker.acknowledge(sequence)
                return nil
            case .rejected(let error) where isTransactional && !Self.lastingFailures.contains(error.code):
                // The transaction is broken: what follows from it comes at the next turn.
                acknowledgements.tracker.acknowledge(sequence)
                acknowledgements.undelivered = acknowledgements.undelivered ?? error
                return nil
            case .rejected(let error):
                log.error("output-refused", "\(error); \(Self.remedy(error.code))")
                acknowledgements.tracker.fail(sequence)
                return error
            }
        }
    }
}
