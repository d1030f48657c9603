import Glibc
import Testing

extension IntegrationTests {
    /// What can happen to Kafka while the service runs.
    @Suite(.enabled(if: Cluster.canBeKilled, "needs a broker of its own, from shared/kafka/bin/kafka-local")) struct KafkaFaultTests {
        static let deliveries = ["at-least-once", "exactly-once"]

        @Test(arguments: deliveries) func aBrokerThatComesAndGoesLosesNothing(_ delivery: String) throws {
            let cluster = try Cluster.start("comes-and-goes-\(delivery)")
            defer { try? cluster.kill() }
            let vane = try Deployment(cluster, kafka: "  delivery: \(delivery)")
            let load = try SteadyLoad(vane)
            let process = try vane.start()
            try load.goOn(1_000)
            // Short of a transaction's time limit, and beyond it.
            for outage in [0, 12] {
                load.send(3_000)
                try cluster.kill()
                load.send(500)
                try process.says("all Kafka brokers are down", times: outage == 0 ? 1 : 2)
                if outage > 0 { try load.pause(seconds: outage) }
                try cluster.revive()
                try load.goOn(2_000)
            }
            let repeated = try load.expectEverything(within: .seconds(120))
            if delivery == "exactly-once" { #expect(repeated == 0, "each alert once to a reader of committed records: \(process.errors.text)") }
            process.signal(SIGTERM)
            #expect(try process.wait() == 0, "\(process.errors.text)")
            #expect(process.errors.lines.count < 300, "an outage does not flood the log")
        }

        /// What is under way is given up after a while, and decided again by the next process.
        @Test func stopsWhileTheBrokerIsAway() throws {
            let cluster = try Cluster.start("stops")
            defer { try? cluster.kill() }
            let vane = try Deployment(cluster, kafka: "  delivery: exactly-once")
            let load = try SteadyLoad(vane)
            let process = try vane.start()
            try load.goOn(1_000)
            load.send(3_000)
            try cluster.kill()
            process.signal(SIGTERM)
            _ = try process.wait()
            #expect(process.errors.text.contains("stopping"), "\(process.errors.text)")
            try cluster.revive()
            let again = try vane.start()
            let repeated = try load.expectEverything(within: .seconds(120))
            #expect(repeated == 0, "each alert once to a reader of committed records: \(again.errors.text)")
            again.signal(SIGTERM)
            #expect(try again.wait() == 0, "\(again.errors.text)")
        }

        @Test(arguments: deliveries) func partitionsAddedAreConsumed(_ delivery: String) throws {
            let vane = try Deployment(
                Cluster.of(.real), partitions: 2, kafka: "  delivery: \(delivery)\n  consumer: {topic.metadata.refresh.interval.ms: 1000}")
            let load = try SteadyLoad(vane)
            let process = try vane.start()
            try load.goOn(500)
            try vane.cluster.addPartitions(vane.transactions, upTo: 5)
            try process.says("\(vane.transactions)/4")
            // From here on the feed knows of them, too.
            let feed = try Feed(vane.cluster)
            for partition in Int32(2)..<5 {
                feed.send(vane.transactions, key: "new", Deployment.event("new-\(partition)", account: "N\(partition)"), partition: partition)
            }
            feed.flush()
            try load.tap.read("the new partitions' alerts") { load.tap.records.count { $0.eventID.hasPrefix("new-") } == 3 }
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }

        @Test(arguments: deliveries) func aDeletedOutputTopicEndsTheProcess(_ delivery: String) throws {
            let cluster = try Cluster.start("deleted-\(delivery)", settings: ["auto.create.topics.enable=false"])
            defer { try? cluster.kill() }
            let vane = try Deployment(
                cluster, kafka: "  delivery: \(delivery)\n  producer: {topic.metadata.refresh.interval.ms: 1000, topic.metadata.propagation.max.ms: 1000}")
            let load = try SteadyLoad(vane)
            let process = try vane.start()
            try load.goOn(500)
            try cluster.deleteTopic(vane.alerts)
            let feed = try Feed(cluster)
            vane.send(feed, "after")
            feed.flush()
            // Outputs under way are given up with their transaction, after half a minute.
            #expect(try process.wait(within: .seconds(120)) == 69, "\(process.errors.text)")
            #expect(process.errors.text.contains("create the topic"), "\(process.errors.text)")
            #expect(process.errors.text.contains(vane.alerts))
            // With the topic back, nothing was lost.
            try cluster.createTopic(vane.alerts, partitions: 1)
            let again = try vane.start()
            let tap = try Tap(cluster, [vane.alerts])
            try tap.read("the alert") { tap.records.contains { $0.eventID == "after" } }
            again.signal(SIGTERM)
            #expect(try again.wait() == 0)
        }

        @Test(arguments: deliveries) func anAlertTooLargeForItsTopicEndsTheProcessWithTheRemedy(_ delivery: String) throws {
            let vane = try Deployment(Cluster.of(.real), partitions: 1, kafka: "  delivery: \(delivery)")
            let small = vane.alerts + "-small"
            try vane.cluster.createTopic(small, partitions: 1, configuration: ["max.message.bytes": "3000"])
            let feed = try Feed(vane.cluster)
            vane.send(feed, "long", account: String(repeating: "x", count: 2_000))
            vane.send(feed, "short", seconds: 1)
            feed.flush()
            let process = try vane.start(["kafka.topics.alerts=\(small)"])
            #expect(try process.wait() == 69, "\(process.errors.text)")
            #expect(process.errors.text.contains("message.max.bytes under 'kafka.producer'"), "\(process.errors.text)")
            // As the message says: only what is too large is left out.
            let again = try vane.start(["kafka.topics.alerts=\(small)", "kafka.producer.message.max.bytes=3000"])
            let tap = try Tap(vane.cluster, [small])
            try tap.read([small: 1])
            #expect(tap.records.map(\.eventID) == ["short"])
            try again.says("output-too-large")
            again.signal(SIGTERM)
            #expect(try again.wait() == 0)
        }

        /// A transaction shows its outputs soon at low rates, whatever the interval.
        @Test func aLoneAlertIsCommittedAtOnce() throws {
            let vane = try Deployment(Cluster.of(.real), kafka: "  delivery: exactly-once\n  commit_interval: 60s")
            let load = try SteadyLoad(vane)
            let process = try vane.start()
            load.send(1)
            try load.tap.read([vane.alerts: 1])
            for _ in 0..<20 {
                load.send(1)
                try load.expectEverything(within: .seconds(20))
            }
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }
    }
}
