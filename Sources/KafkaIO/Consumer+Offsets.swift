internal import CRdKafka

extension Consumer {
    /// Whether this member is about to join its group anew. A commit must wait until that is over: under cooperative assignment it would come too late for
    /// the old generation, and librdkafka 2.0.2 then takes all partitions away.
    public var isJoining: Bool { client.context.groupActivity.isJoining }

    /// Commits for the group. Offsets are the next ones to read.
    ///
    /// - Throws: in synchronous mode what the broker said; otherwise only that the request could not be queued.
    public func commit(_ offsets: [PartitionOffset], _ mode: CommitMode) throws(KafkaError) {
        if offsets.isEmpty { return }
        let list = PartitionList(offsets)
        let code = unsafe rd_kafka_commit(client.pointer, list.pointer, mode == .asynchronous ? 1 : 0)
        try KafkaError.check(code, "commit offsets of group \(group)")
        if let failure = list.view.failures.first {
            throw KafkaError("commit the offset of \(failure.partition)", failure.error)
        }
    }

    /// The group's committed offsets; partitions without one are left out. Asks the broker.
    public func committed(_ partitions: [TopicPartition], timeoutMilliseconds: Int32) throws(KafkaError) -> [PartitionOffset] {
        let list = PartitionList(partitions)
        let code = unsafe rd_kafka_committed(client.pointer, list.pointer, timeoutMilliseconds)
        try KafkaError.check(code, "read the committed offsets of group \(group)")
        if let failure = list.view.failures.first {
            throw KafkaError("read the committed offset of \(failure.partition)", failure.error)
        }
        return list.view.offsets
    }

    /// The next offsets that polls will bring, of partitions that have brought something. Local.
    public func positions(_ partitions: [TopicPartition]) throws(KafkaError) -> [PartitionOffset] {
        let list = PartitionList(partitions)
        let code = unsafe rd_kafka_position(client.pointer, list.pointer)
        try KafkaError.check(code, "read positions")
        return list.view.offsets
    }

    /// The partition's ends as of its latest fetch; nil before the first. Local.
    public func watermarks(_ partition: TopicPartition) -> Watermarks? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_get_watermark_offsets(
            client.pointer, partition.topic.name, partition.partition, &low, &high)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0 { return nil }
        return Watermarks(low: low, high: high)
    }

    /// The partition's ends, asked of its leader.
    public func queryWatermarks(_ partition: TopicPartition, timeoutMilliseconds: Int32) throws(KafkaError) -> Watermarks {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_query_watermark_offsets(
            client.pointer, partition.topic.name, partition.partition, &low, &high, timeoutMilliseconds)
        try KafkaError.check(code, "read the ends of \(partition)")
        return Watermarks(low: low, high: high)
    }

    /// How many messages polls have still to bring, for each assigned partition where that is known. Local, for metrics.
    public func lags() throws(KafkaError) -> [TopicPartition: Int64] {
        var result: [TopicPartition: Int64] = [:]
        for position in try positions(assignment) {
            guard let ends = watermarks(position.partition) else { continue }
            result[position.partition] = max(0, ends.high - position.offset)
        }
        return result
    }

    /// Makes the next polls start at these offsets. Messages that earlier polls brought are not affected: the owner empties
    /// its batches. Only for assigned partitions.
    public func seek(to offsets: [PartitionOffset], timeoutMilliseconds: Int32) throws(KafkaError) {
        if offsets.isEmpty { return }
        let list = PartitionList(offsets)
        let error = unsafe KafkaError.take(
            rd_kafka_seek_partitions(client.pointer, list.pointer, timeoutMilliseconds), "go to other offsets")
        if let error { throw error }
        if let failure = list.view.failures.first {
            throw KafkaError("go to another offset of \(failure.partition)", failure.error)
        }
    }

    /// Goes back to the group's committed offsets, or to where this member began if there are none: what must happen after
    /// an aborted transaction, because consuming on would lose its messages. Asks the broker.
    public func rewindToCommitted(timeoutMilliseconds: Int32) throws(KafkaError) {
        let partitions = assignment
        if partitions.isEmpty { return }
        var targets: [TopicPartition: Int64] = [:]
        for partition in partitions { targets[partition] = assignments.firstOffset(of: partition) }
        for offset in try committed(partitions, timeoutMilliseconds: timeoutMilliseconds) {
            targets[offset.partition] = offset.offset
        }
        try seek(
            to: targets.map { PartitionOffset(partition: $0.key, offset: $0.value) }, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Stops bringing messages of every partition, also of those assigned later, until ``resume()``. Polls must go on.
    public func pause() throws(KafkaError) {
        isPaused = true
        try pause(assignment)
    }

    /// Ends ``pause()``; messages go on where they stopped.
    public func resume() throws(KafkaError) {
        isPaused = false
        try resume(assignment)
    }

    /// Stops bringing messages of these partitions.
    public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let partitions = partitions.filter { !paused.contains($0) }
        if partitions.isEmpty { return }
        let list = PartitionList(partitions)
        try KafkaError.check(unsafe rd_kafka_pause_partitions(client.pointer, list.pointer), "pause partitions")
        paused.formUnion(partitions)
    }

    /// Goes on with these partitions.
    ///
    /// Those that are not paused are left alone: librdkafka before 2.4 takes a partition that is resumed without being paused back to where it was paused
    /// last, so that its messages come twice.
    public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let partitions = partitions.filter(paused.contains)
        if partitions.isEmpty { return }
        let list = PartitionList(partitions)
        try KafkaError.check(unsafe rd_kafka_resume_partitions(client.pointer, list.pointer), "resume partitions")
        paused.subtract(partitions)
        wakeFetchers(partitions)
    }

    /// How long a broker may take to answer, which it does within a millisecond or two.
    private static let wakeMilliseconds: Int32 = 100

    /// librdkafka's threads, one for each broker, look only once a second whether there is something to fetch again, unless they have something to do: so
    /// they are asked where the partitions end. What comes of it does not matter.
    private func wakeFetchers(_ partitions: [TopicPartition]) {
        let list = PartitionList(partitions.map { PartitionOffset(partition: $0, offset: Int64(RD_KAFKA_OFFSET_END)) })
        _ = unsafe rd_kafka_offsets_for_times(client.pointer, list.pointer, Self.wakeMilliseconds)
    }

    /// What a producer needs to commit this member's offsets within a transaction. Take it anew for each transaction: it
    /// changes with the group's generation, and an old one is refused, which keeps a member that was replaced from committing.
    public func groupMetadata() throws(KafkaError) -> ConsumerGroupMetadata {
        // SAFETY: the object is ours.
        guard let pointer = unsafe rd_kafka_consumer_group_metadata(client.pointer) else {
            throw KafkaError("read the group's metadata", code: RD_KAFKA_RESP_ERR__UNKNOWN_GROUP)
        }
        return unsafe ConsumerGroupMetadata(adopting: pointer)
    }
}

extension KafkaError {
    /// The same failure, seen from what was attempted.
    fileprivate init(_ operation: String, _ cause: KafkaError) {
        self.init(operation, code: rd_kafka_resp_err_t(cause.code.rawValue), reason: cause.reason)
    }
}
