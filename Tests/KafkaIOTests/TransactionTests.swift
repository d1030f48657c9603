import KafkaIO
import Testing

extension KafkaTests {
    // The mock cluster does not know isolation: only a real broker shows what readers see.
    @Suite(.enabled(if: TestBroker.isAvailable, Comment(rawValue: TestBroker.skipReason)))
    struct TransactionTests {
        let broker: TestBroker
        let limit: Int32 = 30_000

        init() throws { broker = try TestBroker.shared.get() }

        @Test func readersSeeCommittedTransactionsOnly() throws {
            let topic = try Cluster.real(broker).topic("transactions")
            let producer = try transactional(unique("id"))
            #expect(producer.producer.beginTransaction() == .done)
            producer.produce(topic, value: "aborted")
            #expect(producer.producer.abortTransaction(timeoutMilliseconds: limit) == .done)
            #expect(producer.seen.reports.count == 1, "an aborted message has its report too")
            #expect(producer.producer.beginTransaction() == .done)
            producer.produce(topic, value: "committed")
            #expect(producer.producer.commitTransaction(timeoutMilliseconds: limit) == .done)
            #expect(producer.seen.reports.last?.failure == nil)

            let committed = try TestConsumer(broker.bootstrapServers, topics: [topic])
            committed.collect(1)
            #expect(committed.records.map(\.value) == ["committed"])
            try committed.close()
        }

        /// Consume, produce, commit both; abort in the middle, go back, and do the work again.
        @Test func offsetsAreInTheTransaction() throws {
            let input = try Cluster.real(broker).topic("input")
            let output = try Cluster.real(broker).topic("output")
            let source = try TestProducer(broker.bootstrapServers)
            for number in 0..<40 { source.produce(input, value: "\(number)") }
            source.flush()
            let reader = try TestConsumer(broker.bootstrapServers, topics: [input], capacity: 10)
            let producer = try transactional(unique("id"))
            var committedCount = 0
            var aborted = false
            try reach("40 committed", until: { committedCount == 40 }) {
                reader.records = []
                reader.poll()
                if reader.records.isEmpty { return }
                #expect(producer.producer.beginTransaction() == .done)
                for record in reader.records { producer.produce(output, value: record.value) }
                let metadata = try reader.consumer.groupMetadata()
                #expect(
                    producer.producer.sendOffsets(reader.nextOffsets, of: metadata, timeoutMilliseconds: limit) == .done)
                if committedCount >= 10 && !aborted {
                    aborted = true
                    #expect(producer.producer.abortTransaction(timeoutMilliseconds: limit) == .done)
                    try reader.consumer.rewindToCommitted(timeoutMilliseconds: limit)
                    return
                }
                #expect(producer.producer.commitTransaction(timeoutMilliseconds: limit) == .done)
                committedCount += reader.records.count
            }
            let committed = try reader.consumer.committed(reader.consumer.assignment, timeoutMilliseconds: limit)
            #expect(committed.map(\.offset) == [40])
            try reader.close()
            let sink = try TestConsumer(broker.bootstrapServers, topics: [output])
            sink.collect(40)
            #expect(sink.records.map(\.value) == (0..<40).map { "\($0)" }, "each once, in order")
            try sink.close()
        }

        @Test func aSecondProducerFencesTheFirst() throws {
            let topic = try Cluster.real(broker).topic("fenced")
            let identifier = unique("id")
            let first = try transactional(identifier)
            #expect(first.producer.beginTransaction() == .done)
            first.produce(topic, value: "zombie")
            _ = first.producer.flush(timeoutMilliseconds: limit)
            let second = try transactional(identifier)
            let result = first.producer.commitTransaction(timeoutMilliseconds: limit)
            guard case .fatal(let error) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(error.code == .producerFenced, "\(error)")
            #expect(first.producer.fatalError != nil)
            #expect(second.producer.beginTransaction() == .done)
            second.produce(topic, value: "heir")
            #expect(second.producer.commitTransaction(timeoutMilliseconds: limit) == .done)
            let reader = try TestConsumer(broker.bootstrapServers, topics: [topic])
            reader.collect(1)
            #expect(reader.records.map(\.value) == ["heir"])
            try reader.close()
        }

        /// A member that has left must not commit: its metadata is of an old generation.
        @Test func aReplacedMemberMustAbort() throws {
            let topic = try Cluster.real(broker).topic("replaced")
            let source = try TestProducer(broker.bootstrapServers)
            source.produce(topic, value: "one")
            source.flush()
            let group = unique("group")
            let old = try TestConsumer(broker.bootstrapServers, group: group, topics: [topic])
            old.collect(1)
            let metadata = try old.consumer.groupMetadata()
            let offsets = old.nextOffsets
            try old.close()
            let new = try TestConsumer(broker.bootstrapServers, group: group, topics: [topic])
            new.collect(1)
            let producer = try transactional(unique("id"))
            #expect(producer.producer.beginTransaction() == .done)
            let result = producer.producer.sendOffsets(offsets, of: metadata, timeoutMilliseconds: limit)
            guard case .abortable = result else {
                Issue.record("\(result)")
                return
            }
            #expect(producer.producer.abortTransaction(timeoutMilliseconds: limit) == .done)
            try new.close()
        }

        @Test func misuseIsFatal() throws {
            let producer = try transactional(unique("id"))
            guard case .fatal(let error) = producer.producer.commitTransaction(timeoutMilliseconds: limit) else {
                Issue.record("committed without a transaction")
                return
            }
            #expect(error.code == .wrongState)
        }

        private func transactional(_ identifier: String) throws -> TestProducer {
            let producer = try TestProducer(broker.bootstrapServers, properties: [("transactional.id", identifier)])
            #expect(producer.producer.initTransactions(timeoutMilliseconds: limit) == .done)
            return producer
        }
    }
}
