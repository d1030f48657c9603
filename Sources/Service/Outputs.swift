internal import Documents
internal import Engine
internal import Events
internal import KafkaIO
internal import Telemetry

/// Sends what was decided to Kafka, as CloudEvents in binary mode, and keeps count of what is acknowledged.
final class Outputs {
    private let producer: Producer
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

    /// Shared with the delivery callback, which runs on the polling thread as everything here does.
    private final class Acknowledgements {
        var tracker = DeliveryTracker(outputCountMax: Outputs.outstandingMax, batchCountMax: Outputs.batchesMax)
        /// Set when an output can never be delivered.
        var failure: KafkaError?
    }

    /// Outputs that wait for their acknowledgement; more are not made until some came.
    static let outstandingMax = 65_536
    /// Batches whose offsets wait for their outputs.
    static let batchesMax = 4_096
    /// How long partitions are held back from others while outputs are being acknowledged.
    static let handOverMilliseconds: Int32 = 10_000
    /// Outputs of one event at most: an alert, a decision, a dead letter, actions and list entries.
    static let perEventMax = 1_024

    init(_ kafka: Configuration.Kafka, instance: String, log: Logger) throws(ConfigurationError) {
        let topics = kafka.topics
        alerts = Topic(topics.alerts)
        controlActions = Topic(topics.controlActions)
        decisions = Topic(topics.decisions)
        listEntries = Topic(topics.listEntries)
        deadLetters = Topic(topics.deadLetters)
        source = "vane/" + instance
        self.log = log
        let acknowledgements = Acknowledgements()
        self.acknowledgements = acknowledgements
        producer = try Producer(
            properties: [("bootstrap.servers", kafka.bootstrap), ("client.id", "vane-" + instance)] + kafka.properties.map { ($0.name, $0.value) }
                + kafka.producer.map { ($0.name, $0.value) },
            onDelivery: { report in
                if let failure = report.failure {
                    acknowledgements.tracker.fail(report.sequence)
                    acknowledgements.failure = failure
                } else {
                    acknowledgements.tracker.acknowledge(report.sequence)
                }
            },
            onConnectionEvent: { event in log.warning("kafka-producer", event.description) },
            log: { line in log.debug("librdkafka", line.description) })
    }

    func wakeOnDelivery(_ waker: Waker) { producer.wakeOnDelivery(waker) }

    /// Hands out acknowledgements.
    /// - Throws: where an output cannot be delivered at all, so that going on would lose it.
    func poll(timeoutMilliseconds: Int32 = 0) throws(KafkaError) {
        producer.poll(timeoutMilliseconds: timeoutMilliseconds)
        if let failure = acknowledgements.failure { throw failure }
        if let fatal = producer.fatalError { throw fatal }
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
            case .rejected(let error):
                acknowledgements.tracker.fail(sequence)
                return error
            }
        }
    }
}
