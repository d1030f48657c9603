internal import CRdKafka

extension Consumer {
    /// Waits for the first message, then takes what else is there without waiting, up to the batch's capacity.
    ///
    /// The batch's earlier messages are destroyed first. Rebalances, events and commit results are handled within. Must be
    /// called at least every `max.poll.interval.ms` (5 minutes), also while paused, or the group takes the partitions away.
    ///
    /// - Parameter timeoutMilliseconds: how long to wait for the first message; 0 does not wait.
    /// - Returns: the number of messages; 0 when the time is over or ``Waker/wake()`` was called.
    @discardableResult
    public func poll(into batch: MessageBatch, timeoutMilliseconds: Int32) -> Int {
        precondition(!isClosed, "the consumer is closed")
        precondition(!isPolling, "handlers must not poll")
        isPolling = true
        defer { isPolling = false }
        batch.removeAll()
        reserveScratch(batch.capacity)
        assignments.beginPoll()

        let tablesHaveMore = tables.contains { $0.hasMore }
        // Not the batch call: that one waits until its batch is full or its time is over.
        // SAFETY: the message is ours until it is admitted to the batch or destroyed.
        let first = unsafe rd_kafka_consume_queue(queue.pointer, tablesHaveMore ? 0 : timeoutMilliseconds)
        let firstCount = unsafe first == nil ? 0 : 1
        for index in tables.indices {
            // Tables are small, and a decision may need what they say: they go first.
            tables[index].drain(
                into: batch, leaving: firstCount, source: .table(UInt8(index)), onEvent: handlers.onEvent)
        }
        batch.retain(client)
        if let first = unsafe first {
            unsafe scratch[0] = first
            // SAFETY: the scratch has room for the batch's capacity; each message in it is ours.
            let more = unsafe rd_kafka_consume_batch_queue(queue.pointer, 0, scratch + 1, batch.room - 1)
            // Judged only after the whole call, which may have served a rebalance in its middle.
            admit(1 + max(0, more), to: batch)
        }
        return batch.count
    }

    /// Sorts what lies in the scratch: our records into the batch, errors to the handler, the rest away.
    private func admit(_ count: Int, to batch: MessageBatch) {
        var readAgain: [TopicPartition: Int64] = [:]
        for index in 0..<count {
            // SAFETY: the first `count` places hold messages that are ours.
            let message = unsafe scratch[index]!
            let handle = unsafe message.pointee.rkt
            let topic = unsafe handle.map { unsafe topics.topic(of: $0) }
            guard unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR, let topic else {
                let event = unsafe ConsumerEvent(errorMessage: message, topic: topic)
                unsafe rd_kafka_message_destroy(message)
                handlers.onEvent(event)
                continue
            }
            let partition = unsafe message.pointee.partition
            let offset = unsafe message.pointee.offset
            switch assignments.judge(topic: topic, partition: partition, offset: offset) {
            case .accept:
                unsafe batch.append(Message(message, topic: topic, source: .subscription))
            case .discard:
                unsafe rd_kafka_message_destroy(message)
            case .discardAndReadAgain:
                unsafe rd_kafka_message_destroy(message)
                readAgain[TopicPartition(topic: topic, partition: partition), default: offset].lower(to: offset)
            }
        }
        if !readAgain.isEmpty { self.readAgain(readAgain.map { PartitionOffset(partition: $0.key, offset: $0.value) }) }
    }

    private func readAgain(_ offsets: [PartitionOffset]) {
        do throws(KafkaError) {
            try seek(to: offsets, timeoutMilliseconds: Consumer.seekMillisecondsMax)
        } catch {
            handlers.onEvent(.rebalanceFailed(error))
        }
    }

    /// A seek is a local matter between librdkafka's threads; a second is ample.
    static let seekMillisecondsMax: Int32 = 1_000
}

extension Int64 {
    fileprivate mutating func lower(to other: Int64) { self = Swift.min(self, other) }
}
