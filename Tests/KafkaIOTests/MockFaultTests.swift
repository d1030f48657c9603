import Glibc
import KafkaIO
import Synchronization
import Testing

extension KafkaTests {
    /// What is seen best on the mock cluster, because it can be told to fail. No group is joined: the mock's coordinator now and then does not answer a
    /// member that joins again.
    @Suite struct MockFaultTests {
        let mock: MockCluster
        let cluster: Cluster

        init() throws {
            mock = try MockCluster()
            cluster = .mock(mock)
        }

        @Test func fullQueuePushesBack() throws {
            let topic = try cluster.topic("full")
            try mock.takeDown()
            let producer = try TestProducer(mock.bootstrapServers, properties: [("queue.buffering.max.messages", "100")])
            for number in 0..<100 { #expect(producer.produce(topic, value: "\(number)") == .queued) }
            #expect(producer.produce(topic, value: "one too many") == .queueFull)
            #expect(producer.producer.outstandingCount == 100)
            #expect(!producer.producer.flush(timeoutMilliseconds: 10), "a flush does not wait for ever")
            try mock.bringUp()
            reach("room again", until: { producer.produce(topic, value: "again") == .queued }) {
                producer.producer.poll(timeoutMilliseconds: 50)
            }
            producer.flush()
            #expect(producer.seen.reports.count == 101)
            #expect(producer.producer.outstandingCount == 0)
        }

        @Test func tooLargeIsRejectedWithItsReason() throws {
            let topic = try cluster.topic("large")
            let producer = try TestProducer(mock.bootstrapServers, properties: [("message.max.bytes", "2000")])
            let result = producer.produce(topic, value: String(repeating: "x", count: 3_000))
            guard case .rejected(let error) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(error.code == .messageTooLarge && error.description.contains(topic), "\(error)")
            #expect(producer.producer.outstandingCount == 0)
        }

        @Test func purgeReportsEachMessage() throws {
            let topic = try cluster.topic("purge")
            try mock.takeDown()
            let producer = try TestProducer(mock.bootstrapServers)
            for number in 0..<10 { producer.produce(topic, value: "\(number)") }
            producer.producer.purge()
            reach("ten reports", until: { producer.seen.reports.count == 10 }) { producer.producer.poll(timeoutMilliseconds: 20) }
            #expect(producer.seen.reports.allSatisfy { $0.failure?.code == .purgedFromQueue })
        }

        /// The input keeps flowing while the output's broker is away: nothing may be committed meanwhile.
        @Test func offsetsOnlyAfterAcknowledgement() throws {
            let outputs = try MockCluster()
            let input = try cluster.topic("input")
            let output = try Cluster.mock(outputs).topic("output")
            let source = try TestProducer(mock.bootstrapServers)
            for number in 0..<20 { source.produce(input, value: "\(number)") }
            source.flush()

            var tracker = DeliveryTracker(outputCountMax: 1_000, batchCountMax: 100)
            let producer = try Producer(
                properties: [("bootstrap.servers", outputs.bootstrapServers)],
                onDelivery: { report in
                    if report.failure == nil { tracker.acknowledge(report.sequence) } else { tracker.fail(report.sequence) }
                })
            let reader = try TestConsumer(mock.bootstrapServers, topics: [], capacity: 5)
            try reader.consumer.readAlone([input], timeoutMilliseconds: 10_000)
            producer.wakeOnDelivery(reader.consumer.waker)
            try outputs.takeDown()
            reach("20 decided", until: { reader.records.count == 20 }) {
                reader.poll()
                for message in reader.batch {
                    let result = producer.produce(
                        to: Topic(output), key: nil, value: message.payload, sequence: tracker.nextSequence())
                    #expect(result == .queued)
                }
                if reader.batch.count > 0 { tracker.register(reader.nextOffsets) }
            }
            producer.poll()
            #expect(tracker.takeCommittable() == [])
            #expect(try reader.consumer.committed(reader.consumer.assignment, timeoutMilliseconds: 10_000) == [])
            try outputs.bringUp()
            var committable: [PartitionOffset] = []
            reach("acknowledgements", until: { committable.last?.offset == 20 }) {
                reader.poll(1_000)
                producer.poll()
                committable += tracker.takeCommittable()
            }
            try reader.consumer.commit(committable.suffix(1), .synchronous)
            let committed = try reader.consumer.committed(reader.consumer.assignment, timeoutMilliseconds: 10_000)
            #expect(committed.map(\.offset) == [20])
            #expect(tracker.isSettled && tracker.failedCount == 0)
            try reader.close()
        }

        /// librdkafka 2.0.2 itself waits until the broker is back, whatever limit it is given.
        @Test func aTransactionsStepsKeepTheirTimeWhileTheBrokerIsAway() throws {
            let input = try cluster.topic("input")
            let producer = try TestProducer(mock.bootstrapServers, properties: [("transactional.id", unique("id"))])
            reach("transactions", until: { producer.producer.initTransactions(timeoutMilliseconds: 1_000) == .done }) {}
            producer.produce(input, value: "before")
            let reader = try TestConsumer(mock.bootstrapServers, topics: [])
            try reader.consumer.readAlone([input], timeoutMilliseconds: 10_000)
            let offsets = [PartitionOffset(partition: TopicPartition(topic: Topic(input), partition: 0), offset: 1)]
            func sendOffsets(_ limit: Int32) throws -> TransactionResult {
                try producer.producer.sendOffsets(offsets, of: reader.consumer.groupMetadata(), timeoutMilliseconds: limit)
            }
            #expect(producer.producer.beginTransaction() == .done)
            reach("offsets", until: { (try? sendOffsets(1_000)) == .done }) {}
            #expect(producer.producer.commitTransaction(timeoutMilliseconds: 10_000) == .done)

            #expect(producer.producer.beginTransaction() == .done)
            try mock.takeDown()
            for step in 0..<4 {
                let before = ContinuousClock.now
                let result = try step < 2 ? sendOffsets(200) : producer.producer.abortTransaction(timeoutMilliseconds: 200)
                #expect(ContinuousClock.now - before < .seconds(20))
                guard case .retriable = result else {
                    Issue.record("step \(step): \(result)")
                    return
                }
            }
            try mock.bringUp()
            reach("the abort", until: { producer.producer.abortTransaction(timeoutMilliseconds: 1_000) == .done }) { producer.producer.poll() }
            #expect(producer.producer.beginTransaction() == .done)
            reach("offsets", until: { (try? sendOffsets(1_000)) == .done }) { producer.producer.poll() }
            #expect(producer.producer.commitTransaction(timeoutMilliseconds: 10_000) == .done)
            try reader.close()
        }

        @Test func wakesFromAnotherThread() throws {
            let reader = try TestConsumer(mock.bootstrapServers, topics: [])
            reader.consumer.waker.wake()
            let before = ContinuousClock.now
            reader.poll(20_000)
            #expect(ContinuousClock.now - before < .seconds(10), "a wake before the poll is remembered")
            let waker = reader.consumer.waker
            let thread = Thread { waker.wake() }
            reader.poll(20_000)
            #expect(ContinuousClock.now - before < .seconds(10))
            thread.join()
            try reader.close()
        }

        @Test func failedAsynchronousCommitIsReported() throws {
            let topic = try cluster.topic("commit")
            let producer = try TestProducer(mock.bootstrapServers)
            producer.produce(topic, value: "one")
            producer.flush()
            let reader = try TestConsumer(mock.bootstrapServers, topics: [])
            try reader.consumer.readAlone([topic], timeoutMilliseconds: 10_000)
            reader.collect(1)
            mock.failNext(.offsetCommit, with: [.illegalGeneration])
            try reader.consumer.commit(reader.nextOffsets, .asynchronous)
            reach(
                "the failure",
                until: {
                    reader.seen.events.contains {
                        if case .commitFailed(_, let error) = $0 { error.code == .illegalGeneration } else { false }
                    }
                }
            ) { reader.poll() }
            try reader.close()
        }

        @Test func logGoesToItsHandler() throws {
            let lines = Mutex<[LogLine]>([])
            try mock.takeDown()
            let producer = try Producer(
                properties: [("bootstrap.servers", mock.bootstrapServers), ("debug", "broker")], onDelivery: { _ in },
                log: { line in lines.withLock { $0.append(line) } })
            reach("lines", until: { lines.withLock { $0.contains { $0.level == .debug && !$0.facility.isEmpty } } }) {
                producer.poll(timeoutMilliseconds: 20)
            }
        }

        @Test(arguments: [
            ("no.such.property", "1", "No such configuration property"),
            ("linger.ms", "soon", "Invalid value"),
            ("enable.idempotence", "perhaps", "Expected bool"),
        ])
        func wrongPropertiesAreNamed(name: String, value: String, reason: String) {
            let error = #expect(throws: ConfigurationError.self) {
                try Producer(properties: [(name, value)], onDelivery: { _ in })
            }
            guard case .property(name, value, let text) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.contains(reason), "\(text)")
        }

        @Test func contradictingPropertiesAreRejected() {
            let error = #expect(throws: ConfigurationError.self) {
                try Producer(properties: [("acks", "1")], onDelivery: { _ in })
            }
            guard case .rejected(let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("acks"), "\(reason)")
        }

        @Test func secretsAreNotShown() {
            let error = ConfigurationError.property(name: "ssl.key.password", value: "hunter2", reason: "hunter2 is bad")
            #expect(!error.description.contains("hunter2"))
        }
    }
}

/// One owned thread, joined by its test.
private struct Thread: ~Copyable {
    private var identifier = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        pthread_create(
            &identifier, nil,
            { opaque in
                Unmanaged<Box>.fromOpaque(opaque!).takeRetainedValue().body()
                return nil
            }, box)
    }

    func join() { pthread_join(identifier, nil) }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
