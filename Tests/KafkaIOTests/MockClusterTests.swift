import KafkaIO
import Testing

extension KafkaTests {
    /// The mock's group coordinator now and then does not answer a member that joins again, so it stands in only where there is no real broker.
    @Suite(.enabled(if: !TestBroker.isAvailable, "a real broker runs the same scenarios")) struct MockClusterTests {
        let mock: MockCluster
        let cluster: Cluster

        init() throws {
            mock = try MockCluster()
            cluster = .mock(mock)
        }

        @Test func roundTrip() throws { try Scenarios.roundTrip(cluster) }
        @Test func drainsBatches() throws { try Scenarios.drainsBatches(cluster) }

        @Test func pausesAndRewinds() throws { try Scenarios.pausesAndRewinds(cluster) }

        @Test func readsTables() throws { try Scenarios.readsTables(cluster) }

        @Test func survivesOutage() throws {
            try Scenarios.survivesOutage(cluster, sessionMilliseconds: 45_000, vanish: { try mock.takeDown() }, comeBack: { try mock.bringUp() })
        }

        @Test func brokersDownAtStart() throws {
            let topic = try cluster.topic("start")
            try mock.takeDown()
            let producer = try TestProducer(mock.bootstrapServers)
            let reader = try TestConsumer(mock.bootstrapServers, topics: [topic])
            producer.produce(topic, value: "waits")
            reach(
                "the event",
                until: { reader.seen.events.contains { if case .connection(.allBrokersDown) = $0 { true } else { false } } }
            ) {
                reader.poll(20)
            }
            let text = try #require(
                reader.seen.events.first { if case .connection(.brokerUnreachable) = $0 { true } else { false } })
            #expect(text.description.contains(mock.bootstrapServers), "\(text)")
            try mock.bringUp()
            reader.collect(1)
            producer.flush()
            try reader.close()
        }

        /// librdkafka 2.0.2 aborts the process here unless we know better (its issue 4312).
        @Test func closesBeforeTheFirstAssignment() throws {
            let topic = try cluster.topic("early")
            // The answer to the join takes the mock three seconds; the member leaves at moments around it.
            for delayMilliseconds in [0, 2_900, 3_050] {
                let reader = try TestConsumer(mock.bootstrapServers, topics: [topic])
                let deadline = ContinuousClock.now + .milliseconds(delayMilliseconds)
                while ContinuousClock.now < deadline { reader.poll(10) }
                try reader.close()
            }
        }

        @Test func missingTopicIsNamed() throws {
            mock.failTopic("missing", with: .unknownTopicOrPartition)
            let reader = try TestConsumer(mock.bootstrapServers, topics: ["missing"])
            reach("the event", until: { reader.seen.events.contains(.topicMissing(Topic("missing"))) }) { reader.poll() }
            #expect(ConsumerEvent.topicMissing(Topic("missing")).description.contains("topic missing does not exist"))
            try reader.close()
        }
    }
}
