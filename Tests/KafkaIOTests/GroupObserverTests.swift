import KafkaIO
import Testing

extension KafkaTests {
    // The mock cluster knows neither notes nor descriptions of groups.
    @Suite(.enabled(if: TestBroker.isAvailable, Comment(rawValue: TestBroker.skipReason)))
    struct GroupObserverTests {
        let broker: TestBroker
        let limit: Int32 = 30_000

        init() throws { broker = try TestBroker.shared.get() }

        /// A transaction's offsets carry a text each, which others read without waiting for a transaction that is still open.
        @Test func notesAreThoseOfTheLastCommit() throws {
            let topic = try Cluster.real(broker).topic("notes", partitions: 2)
            let source = try TestProducer(broker.bootstrapServers)
            for partition in Int32(0)..<2 { source.produce(topic, value: "one", partition: partition) }
            source.flush()
            let reader = try TestConsumer(broker.bootstrapServers, topics: [topic])
            reader.collect(2)
            let observer = try GroupObserver(group: reader.consumer.group, properties: [("bootstrap.servers", broker.bootstrapServers)])
            let partitions = (Int32(0)..<2).map { TopicPartition(topic: Topic(topic), partition: $0) }
            #expect(try observer.notes(partitions, timeoutMilliseconds: limit).isEmpty)

            let producer = try TestProducer(broker.bootstrapServers, properties: [("transactional.id", unique("id"))]).producer
            #expect(producer.initTransactions(timeoutMilliseconds: limit) == .done)
            /// Sends a transaction's offsets with a note on each of these partitions.
            func send(_ notes: [TopicPartition: String]) throws {
                #expect(producer.beginTransaction() == .done)
                let group = try reader.consumer.groupMetadata()
                let result = producer.sendOffsets(reader.nextOffsets, note: { notes[$0] }, of: group, timeoutMilliseconds: limit)
                #expect(result == .done)
            }
            let first = [partitions[0]: "first", partitions[1]: "also: 第一"]
            try send(first)
            #expect(try observer.notes(partitions, timeoutMilliseconds: limit).isEmpty, "not committed")
            #expect(producer.commitTransaction(timeoutMilliseconds: limit) == .done)
            reach("the notes", until: { (try? observer.notes(partitions, timeoutMilliseconds: limit)) == first }) {}

            try send([partitions[1]: "second"])
            let asked = ContinuousClock.now
            #expect(try observer.notes(partitions, timeoutMilliseconds: limit) == first)
            #expect(ContinuousClock.now - asked < .seconds(20), "it does not wait for the open transaction")
            #expect(producer.commitTransaction(timeoutMilliseconds: limit) == .done)
            reach("a note replaced, and one removed", until: { (try? observer.notes(partitions, timeoutMilliseconds: limit)) == [partitions[1]: "second"] }) {}
            try reader.close()
        }

        @Test func membersAreThoseWhoAreThere() throws {
            let topic = try Cluster.real(broker).topic("members", partitions: 2)
            let group = unique("group")
            func member(_ name: String) throws -> TestConsumer {
                try TestConsumer(broker.bootstrapServers, group: group, topics: [topic], properties: [("client.id", name), ("session.timeout.ms", "6000")])
            }
            let one = try member("one")
            let two = try member("two")
            let observer = try GroupObserver(group: group, properties: [("bootstrap.servers", broker.bootstrapServers)])
            func members() throws -> Set<String>? {
                let membership = try observer.membership(timeoutMilliseconds: 1_000)
                return membership.isStable ? membership.clientIDs : nil
            }
            reach("both", until: { (try? members()) == ["one", "two"] }) {
                one.poll()
                two.poll()
            }
            try two.close()
            reach("one only", until: { (try? members()) == ["one"] }) { one.poll() }
            try one.close()
            #expect(try observer.membership(timeoutMilliseconds: limit).clientIDs.isEmpty)
        }
    }
}
