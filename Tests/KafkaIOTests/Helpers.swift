import Glibc
import KafkaIO
import Synchronization
import Testing

typealias Properties = [(name: String, value: String)]

/// Tests share the machine with builds: a condition that holds gets there within this time.
let patience = Duration.seconds(40)

/// Runs `step` until the condition holds; each step waits by itself (a poll with a timeout).
@discardableResult
func reach(
    _ what: String, within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation,
    until condition: () -> Bool, step: () throws -> Void
) rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        if ContinuousClock.now > deadline {
            Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
            return false
        }
        try step()
    }
    return true
}

private let counter = Atomic<Int>(0)

/// A name that no other test and no other run uses on the same broker.
func unique(_ name: String) -> String {
    "\(name)-\(getpid())-\(time(nil))-\(counter.add(1, ordering: .relaxed).newValue)"
}

/// What a test wants to remember of a message, copied.
struct Record: Equatable, CustomStringConvertible {
    var topic: String
    var partition: Int32
    var offset: Int64
    var key: String?
    var value: String?

    init(_ message: Message) {
        topic = message.topic.name
        partition = message.partition
        offset = message.offset
        key = message.key.map { String(decoding: $0, as: UTF8.self) }
        value = message.payload.map { String(decoding: $0, as: UTF8.self) }
    }

    var description: String { "\(topic)/\(partition)@\(offset) \(key ?? "-"): \(value ?? "-")" }
}

/// A consumer, its events, and the records it brought, for tests.
final class TestConsumer {
    final class Seen {
        var events: [ConsumerEvent] = []
        var assigned: [[TopicPartition]] = []
        var revoked: [[TopicPartition]] = []
        var lost: [[TopicPartition]] = []
        var onRevoked: ([TopicPartition]) -> Void = { _ in }
    }

    let consumer: Consumer
    let batch: MessageBatch
    let seen = Seen()
    var records: [Record] = []

    init(
        _ bootstrapServers: String, group: String = unique("group"), topics: [String], capacity: Int = 1_000,
        properties: Properties = []
    ) throws {
        let seen = seen
        consumer = try Consumer(
            group: group,
            properties: [
                ("bootstrap.servers", bootstrapServers), ("topic.metadata.refresh.interval.ms", "1000"),
            ] + properties,
            handlers: ConsumerHandlers(
                onAssigned: { seen.assigned.append($0) },
                onRevoked: {
                    seen.revoked.append($0)
                    seen.onRevoked($0)
                },
                onLost: { seen.lost.append($0) }, onEvent: { seen.events.append($0) }))
        batch = MessageBatch(capacity: capacity)
        if !topics.isEmpty { try consumer.subscribe(to: topics) }
    }

    func poll(_ timeoutMilliseconds: Int32 = 50) {
        consumer.poll(into: batch, timeoutMilliseconds: timeoutMilliseconds)
        for message in batch { records.append(Record(message)) }
    }

    /// Until this many records came in all.
    func collect(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        reach(
            "\(count) records, have \(records.count)", sourceLocation: sourceLocation, until: { records.count >= count },
            step: { poll() })
    }

    /// The next offsets after what was brought.
    var nextOffsets: [PartitionOffset] {
        var next: [TopicPartition: Int64] = [:]
        for record in records {
            next[TopicPartition(topic: Topic(record.topic), partition: record.partition), default: 0] = record.offset + 1
        }
        return next.map { PartitionOffset(partition: $0.key, offset: $0.value) }
    }

    func close() throws {
        batch.removeAll()
        try consumer.close()
    }
}

/// A producer and its reports, for tests.
final class TestProducer {
    final class Seen {
        var reports: [DeliveryReport] = []
        var events: [ConnectionEvent] = []
    }

    let producer: Producer
    let seen = Seen()
    private var sequence: UInt64 = 0

    init(_ bootstrapServers: String, properties: Properties = []) throws {
        let seen = seen
        producer = try Producer(
            properties: [("bootstrap.servers", bootstrapServers)] + properties, onDelivery: { seen.reports.append($0) },
            onConnectionEvent: { seen.events.append($0) })
    }

    @discardableResult
    func produce(
        _ topic: String, key: String? = nil, value: String?, partition: Int32? = nil, headers: MessageHeaders? = nil,
        timestampMilliseconds: Int64? = nil
    ) -> ProduceResult {
        sequence += 1
        return withBytes(key) { key in
            withBytes(value) { value in
                producer.produce(
                    to: Topic(topic), partition: partition, key: key, value: value, headers: headers,
                    timestampMilliseconds: timestampMilliseconds, sequence: sequence)
            }
        }
    }

    func flush(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(producer.flush(timeoutMilliseconds: 40_000), "everything is delivered", sourceLocation: sourceLocation)
    }

    private func withBytes<Result>(_ text: String?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let text else { return body(nil) }
        return Array(text.utf8).withUnsafeBytes { body($0) }
    }
}
