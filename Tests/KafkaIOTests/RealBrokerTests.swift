import KafkaIO
import Testing

extension KafkaTests {
    // Without a broker these are reported as skipped, with the reason.
    @Suite(.enabled(if: TestBroker.isAvailable, Comment(rawValue: TestBroker.skipReason)))
    struct RealBrokerTests {
        let broker: TestBroker
        let cluster: Cluster

        init() throws {
            broker = try TestBroker.shared.get()
            cluster = .real(broker)
        }

        @Test func roundTrip() throws { try Scenarios.roundTrip(cluster) }
        @Test func drainsBatches() throws { try Scenarios.drainsBatches(cluster) }
        @Test func pausesAndRewinds() throws { try Scenarios.pausesAndRewinds(cluster) }
        @Test func rebalances() throws { try Scenarios.rebalances(cluster) }
        @Test func growsItsSubscription() throws { try Scenarios.growsItsSubscription(cluster) }
        @Test func readsTables() throws { try Scenarios.readsTables(cluster) }

        // Kills the broker: never one that somebody else named.
        @Test(.enabled(if: TestBroker.canBeKilled, "needs a broker of its own, from shared/kafka/bin/kafka-local"))
        func survivesCrash() throws {
            let own = try TestBroker.start("crash")
            defer { try? own.kill() }
            try Scenarios.survivesOutage(.real(own), sessionMilliseconds: 120_000, vanish: { try own.kill() }, comeBack: { try own.revive() })
        }

        @Test func missingTopicIsNamedAndStartsWhenItAppears() throws {
            let name = unique("later")
            let reader = try TestConsumer(broker.bootstrapServers, topics: [name])
            reach("the event", until: { reader.seen.events.contains(.topicMissing(Topic(name))) }) { reader.poll() }
            let table = try TableReader(
                topic: unique("no-table"), properties: [("bootstrap.servers", broker.bootstrapServers)],
                discoveryMilliseconds: 5_000)
            _ = reader.consumer.attach(table)
            reach("the table's event", until: { reader.seen.events.contains(.topicMissing(table.topic)) }) { reader.poll() }
            try cluster.createTopic(name, 1, [:])
            let producer = try TestProducer(broker.bootstrapServers)
            producer.produce(name, value: "now")
            producer.flush()
            reader.collect(1)
            #expect(!table.hasReachedEnd && table.partitionCount == 0)
            try reader.close()
        }

        @Test func tooLargeForTheBrokerFailsItsDelivery() throws {
            let topic = try cluster.topic("large", partitions: 1, ["max.message.bytes": "1000"])
            let producer = try TestProducer(broker.bootstrapServers)
            #expect(producer.produce(topic, value: String(repeating: "x", count: 5_000)) == .queued)
            reach("the report", until: { producer.seen.reports.count == 1 }) { producer.producer.poll(timeoutMilliseconds: 50) }
            let failure = producer.seen.reports.first?.failure
            #expect(failure?.code == .messageTooLarge && failure?.description.contains(topic) == true)
        }

        @Test func administratesTopics() throws {
            let administrator = try Administrator(properties: [("bootstrap.servers", broker.bootstrapServers)])
            let name = unique("admin")
            let definition = TopicDefinition(
                name: name, partitionCount: 3, replicationFactor: 1, configuration: ["retention.ms": "60000"])
            #expect(try administrator.topics(timeoutMilliseconds: 30_000)[name] == nil)
            try administrator.createTopics([definition], timeoutMilliseconds: 30_000)
            try administrator.createTopics([definition], timeoutMilliseconds: 30_000)
            // The controller acknowledges, and the broker that lists learns of it a moment later.
            var listed: [String: Int] = [:]
            try reach("the new topic", until: { listed[name] == 3 }) {
                listed = try administrator.topics(timeoutMilliseconds: 30_000)
            }
            let wrong = #expect(throws: KafkaError.self) {
                try administrator.createTopics(
                    [TopicDefinition(name: "not a name")], timeoutMilliseconds: 30_000)
            }
            #expect(wrong?.description.contains("not a name") == true)
            try administrator.deleteTopics([name], timeoutMilliseconds: 30_000)
            try administrator.deleteTopics([name], timeoutMilliseconds: 30_000)
            try reach("its end", until: { listed[name] == nil }) {
                listed = try administrator.topics(timeoutMilliseconds: 30_000)
            }
        }

        @Test func unreachableBrokerTimesOut() throws {
            let administrator = try Administrator(properties: [("bootstrap.servers", "127.0.0.1:1")])
            #expect(throws: KafkaError.self) { try administrator.topics(timeoutMilliseconds: 200) }
        }
    }
}
