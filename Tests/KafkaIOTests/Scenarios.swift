import KafkaIO
import Testing

/// What must hold on the mock cluster and on a real broker alike.
enum Scenarios {
    static func roundTrip(_ cluster: Cluster) throws {
        let topic = try cluster.topic("round-trip")
        let producer = try TestProducer(cluster.bootstrapServers)
        var headers = MessageHeaders()
        headers.append("ce_type", "first")
        headers.append("ce_type", "second")
        headers.append("empty", "")
        headers.append("null", nil)
        let time: Int64 = 1_700_000_000_123
        producer.produce(topic, key: "k", value: "v", headers: headers, timestampMilliseconds: time)
        producer.produce(topic, key: "tombstone", value: nil)
        producer.produce(topic, key: "empty payload", value: "")
        producer.produce(topic, key: "", value: "empty key")
        producer.produce(topic, key: nil, value: "no key")
        producer.flush()
        #expect(producer.seen.reports.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(producer.seen.reports.allSatisfy { $0.failure == nil && $0.offset == Int64($0.sequence) - 1 })

        let reader = try TestConsumer(cluster.bootstrapServers, topics: [topic])
        reach("the first batch", until: { reader.batch.count > 0 }) {
            reader.consumer.poll(into: reader.batch, timeoutMilliseconds: 50)
        }
        let first = reader.batch[0]
        #expect(first.source == .subscription && first.topic.name == topic && first.partition == 0 && first.offset == 0)
        #expect(first.timestamp == MessageTimestamp(milliseconds: time, kind: .created))
        #expect(first.header("ce_type").map { String(decoding: $0, as: UTF8.self) } == "second")
        #expect(first.header("empty")?.count == 0)
        #expect(first.header("null") == nil && first.header("other") == nil)
        var names: [String] = []
        first.forEachHeader { name, value in names.append("\(name)=\(value.map { String($0.count) } ?? "null")") }
        #expect(names == ["ce_type=5", "ce_type=6", "empty=0", "null=null"])
        for message in reader.batch { reader.records.append(Record(message)) }
        reader.collect(5)
        #expect(reader.records.map(\.key) == ["k", "tombstone", "empty payload", "", nil])
        #expect(reader.records.map(\.value) == ["v", nil, "", "empty key", "no key"])
        try reader.close()
    }

    static func drainsBatches(_ cluster: Cluster) throws {
        let topic = try cluster.topic("drain", partitions: 3)
        // The flush alone sends: a partition's messages are one batch, of which the mock cluster hands out one at a time.
        let producer = try TestProducer(cluster.bootstrapServers, properties: [("linger.ms", "5000")])
        for number in 0..<5_000 { producer.produce(topic, key: "\(number % 17)", value: "\(number)") }
        producer.flush()
        let reader = try TestConsumer(cluster.bootstrapServers, topics: [topic], capacity: 500)
        var largest = 0
        reach("5,000 records", until: { reader.records.count >= 5_000 }) {
            reader.poll()
            largest = max(largest, reader.batch.count)
        }
        #expect(largest == 500, "a batch is filled from what is there")
        #expect(Set(reader.records.compactMap(\.value)).count == 5_000)
        for partition in Int32(0)..<3 {
            let offsets = reader.records.filter { $0.partition == partition }.map(\.offset)
            #expect(offsets == Array(0..<Int64(offsets.count)), "each partition in order, without gaps")
        }
        // What is there comes at once: the batch call must not wait until it is full.
        producer.produce(topic, key: "last", value: "last")
        producer.flush()
        reader.collect(5_001)
        let waits = (0..<5).map { _ in
            let before = ContinuousClock.now
            reader.poll(0)
            return ContinuousClock.now - before
        }
        #expect(waits.min()! < .seconds(1))
        let lags = try reader.consumer.lags()
        #expect(lags.count == 3 && lags.values.allSatisfy { $0 == 0 })
        let ends = try lags.keys.map { try reader.consumer.queryWatermarks($0, timeoutMilliseconds: 10_000).high }
        #expect(ends.reduce(0, +) == 5_001)
        try reader.close()
    }

    static func pausesAndRewinds(_ cluster: Cluster) throws {
        let topic = try cluster.topic("pause", partitions: 2)
        let producer = try TestProducer(cluster.bootstrapServers)
        for number in 0..<2_000 { producer.produce(topic, key: "\(number)", value: "\(number)") }
        producer.flush()
        let reader = try TestConsumer(cluster.bootstrapServers, topics: [topic], capacity: 100)
        reader.collect(300)
        try reader.consumer.pause()
        let paused = reader.records.count
        for _ in 0..<20 { reader.poll(10) }
        #expect(reader.records.count == paused, "paused partitions bring nothing")
        try reader.consumer.resume()
        reader.collect(2_000)
        #expect(reader.records.count == 2_000 && Set(reader.records.map(\.value)).count == 2_000, "nothing lost, nothing twice")
        // What is not paused and resumed all the same goes on, and not from where it was paused before.
        try reader.consumer.resume()
        for number in 2_000..<3_000 { producer.produce(topic, key: "\(number)", value: "\(number)") }
        producer.flush()
        reader.collect(3_000)
        for _ in 0..<20 { reader.poll(10) }
        #expect(reader.records.count == 3_000 && Set(reader.records.map(\.value)).count == 3_000, "nothing lost, nothing twice")

        // Without a commit, back to where this member began; with one, back to that.
        try reader.consumer.rewindToCommitted(timeoutMilliseconds: 10_000)
        reader.records = []
        reader.collect(3_000)
        #expect(Set(reader.records.map(\.value)).count == 3_000)
        let offsets = reader.nextOffsets.map { PartitionOffset(partition: $0.partition, offset: $0.offset - 10) }
        try reader.consumer.commit(offsets, .synchronous)
        let committed = try reader.consumer.committed(reader.consumer.assignment, timeoutMilliseconds: 10_000)
        #expect(Set(committed) == Set(offsets))
        try reader.consumer.rewindToCommitted(timeoutMilliseconds: 10_000)
        reader.records = []
        reader.collect(20)
        #expect(Set(reader.records.map(\.value)).count == 20)
        try reader.close()
    }

    /// Topics are added one after another while messages flow, and after everything was paused at some earlier place.
    static func growsItsSubscription(_ cluster: Cluster) throws {
        let topics = try (0..<5).map { try cluster.topic("grow-\($0)", partitions: 3) }
        let producer = try TestProducer(cluster.bootstrapServers)
        var produced = 0
        func produce(_ count: Int, to topics: ArraySlice<String>) {
            for _ in 0..<count {
                producer.produce(topics[produced % topics.count], key: "\(produced)", value: "\(produced)")
                produced += 1
            }
            producer.producer.poll()
        }
        let reader = try TestConsumer(cluster.bootstrapServers, topics: [topics[0]], capacity: 100)
        for count in 1..<topics.count {
            produce(2_000, to: topics[..<count])
            producer.flush()
            reader.collect(reader.records.count + 500)
            try reader.consumer.pause()
            reader.poll(10)
            try reader.consumer.resume()
            reader.collect(reader.records.count + 500)
            try reader.consumer.subscribe(to: Array(topics[...count]))
            reach("the partitions of topic \(count)", until: { reader.consumer.assignment.count == 3 * (count + 1) }) {
                produce(20, to: topics[..<count])
                reader.poll(10)
            }
        }
        producer.flush()
        reader.collect(produced)
        for _ in 0..<20 { reader.poll(10) }
        #expect(Set(reader.records.map(\.value)).count == produced, "nothing lost")
        #expect(reader.records.count == produced, "nothing twice")
        try reader.close()
    }

    /// Two members, the second joining and leaving while messages flow. Each commits what it has taken when it gives
    /// partitions up, so nothing is lost and nothing comes twice.
    static func rebalances(_ cluster: Cluster) throws {
        let topic = try cluster.topic("rebalance", partitions: 6)
        let group = unique("group")
        let producer = try TestProducer(cluster.bootstrapServers)
        var produced = 0
        func produceSome() {
            for _ in 0..<50 {
                producer.produce(topic, key: "\(produced)", value: "\(produced)")
                produced += 1
            }
            producer.producer.poll()
        }
        func member() throws -> TestConsumer {
            let member = try TestConsumer(cluster.bootstrapServers, group: group, topics: [topic], capacity: 200)
            member.seen.onRevoked = { [unowned member] partitions in
                let offsets = member.nextOffsets.filter { partitions.contains($0.partition) }
                do { try member.consumer.commit(offsets, .synchronous) } catch { Issue.record("\(error)") }
            }
            return member
        }
        let first = try member()
        reach("the first member has all", until: { first.consumer.assignment.count == 6 && first.records.count > 500 }) {
            produceSome()
            first.poll(10)
        }
        let second = try member()
        reach("both have three", until: { first.consumer.assignment.count == 3 && second.records.count > 300 }) {
            produceSome()
            first.poll(10)
            second.poll(10)
        }
        #expect(second.consumer.assignment.count == 3)
        #expect(Set(first.consumer.assignment).isDisjoint(with: second.consumer.assignment))
        #expect(first.seen.revoked.allSatisfy { $0.count == 3 }, "cooperative: only what moves is given up")
        try second.close()
        #expect(second.seen.revoked.flatMap(\.self).count == 3)
        reach("the first member has all again", until: { first.consumer.assignment.count == 6 }) {
            produceSome()
            first.poll(10)
        }
        producer.flush()
        reach("all \(produced)", until: { first.records.count + second.records.count >= produced }) { first.poll() }
        let values = (first.records + second.records).compactMap(\.value)
        #expect(Set(values).count == produced, "nothing lost")
        #expect(values.count == produced, "nothing twice")
        #expect(first.seen.lost.isEmpty && second.seen.lost.isEmpty)
        try first.close()
    }

    /// `vanish` and `comeBack` bracket an outage of every broker.
    /// - Parameter sessionMilliseconds: at a real broker longer than the outage may take, or the member joins anew and reads from the beginning; the mock
    ///   cluster lets a member wait long that comes back to a long session.
    static func survivesOutage(_ cluster: Cluster, sessionMilliseconds: Int, vanish: () throws -> Void, comeBack: () throws -> Void) throws {
        let topic = try cluster.topic("outage", partitions: 2)
        let producer = try TestProducer(cluster.bootstrapServers)
        let reader = try TestConsumer(cluster.bootstrapServers, topics: [topic], properties: [("session.timeout.ms", "\(sessionMilliseconds)")])
        for number in 0..<100 { producer.produce(topic, key: "\(number)", value: "\(number)") }
        reader.collect(100)
        try vanish()
        for number in 100..<200 {
            #expect(producer.produce(topic, key: "\(number)", value: "\(number)") == .queued, "output waits for the broker")
        }
        reach(
            "both clients say that brokers are down",
            until: {
                reader.seen.events.contains { if case .connection(.allBrokersDown) = $0 { true } else { false } }
                    && producer.seen.events.contains { if case .allBrokersDown = $0 { true } else { false } }
            }
        ) {
            reader.poll(20)
            producer.producer.poll(timeoutMilliseconds: 20)
        }
        try comeBack()
        reach("everything after the outage", within: .seconds(120), until: { Set(reader.records.map(\.value)).count == 200 }) {
            reader.poll(20)
            producer.producer.poll()
        }
        producer.flush()
        #expect(producer.seen.reports.count == 200 && producer.seen.reports.allSatisfy { $0.failure == nil })
        #expect(reader.records.count == 200, "and nothing twice")
        try reader.close()
    }

    static func readsTables(_ cluster: Cluster) throws {
        let entries = try cluster.topic("entries", partitions: 3, ["cleanup.policy": "compact"])
        let events = try cluster.topic("events")
        let producer = try TestProducer(cluster.bootstrapServers)
        for number in 0..<300 { producer.produce(entries, key: "subject-\(number)", value: "\(number)") }
        producer.flush()
        let reader = try TestConsumer(cluster.bootstrapServers, topics: [], capacity: 64)
        let table = try TableReader(
            topic: entries, properties: [("bootstrap.servers", cluster.bootstrapServers)], discoveryMilliseconds: 5_000)
        let empty = try TableReader(
            topic: try cluster.topic("empty", partitions: 2), properties: [("bootstrap.servers", cluster.bootstrapServers)],
            discoveryMilliseconds: 5_000)
        #expect(reader.consumer.attach(table) == 0)
        #expect(reader.consumer.attach(empty) == 1)
        #expect(!table.hasReachedEnd)
        reach("both tables' ends", until: { table.hasReachedEnd && empty.hasReachedEnd }) { reader.poll(100) }
        #expect(reader.records.count == 300, "complete when it says so")
        #expect(table.partitionCount == 3 && empty.partitionCount == 2)

        // A live entry ends the wait of a poll that would last much longer.
        producer.produce(entries, key: "subject-0", value: nil)
        producer.flush()
        let before = ContinuousClock.now
        reach("the live entry", until: { reader.records.count == 301 }) { reader.poll(20_000) }
        #expect(ContinuousClock.now - before < .seconds(10), "one poll wakes for either")
        #expect(reader.batch.last?.source == .table(0) && reader.records.last?.value == nil)

        try reader.consumer.subscribe(to: [events])
        producer.produce(events, value: "event")
        producer.flush()
        reader.collect(302)
        #expect(reader.batch.last?.source == .subscription)
        try reader.close()
    }
}
