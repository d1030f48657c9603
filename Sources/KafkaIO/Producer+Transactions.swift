internal import CRdKafka

/// Transactions, for a producer with `transactional.id`. Every step but ``beginTransaction()`` waits for the broker; delivery
/// reports are handed out meanwhile.
extension Producer {
    /// Once, before the first transaction: fences off earlier producers of the same `transactional.id` and ends what they left
    /// open.
    public func initTransactions(timeoutMilliseconds: Int32) -> TransactionResult {
        unsafe TransactionResult(taking: rd_kafka_init_transactions(client.pointer, timeoutMilliseconds), "prepare for transactions")
    }

    /// Starts a transaction; what is produced from here on belongs to it. Local.
    public func beginTransaction() -> TransactionResult {
        unsafe settled(timeoutMilliseconds: 0) ?? TransactionResult(taking: rd_kafka_begin_transaction(client.pointer), "begin a transaction")
    }

    /// Makes the consumer group's offsets (the next ones to read) part of the transaction. A member that was replaced gets
    /// `abortable`.
    ///
    /// - Parameter note: a text that the group keeps beside a partition's offset until the next commit of it, for
    ///   ``GroupObserver/notes(_:timeoutMilliseconds:)``. At most `offset.metadata.max.bytes` of the broker, 4,096.
    /// - Returns: after the time limit `retriable`, with the call still under way: until it has ended, all steps of this
    ///   transaction are `retriable`.
    public func sendOffsets(
        _ offsets: [PartitionOffset], note: (TopicPartition) -> String? = { _ in nil }, of group: consuming ConsumerGroupMetadata,
        timeoutMilliseconds: Int32
    ) -> TransactionResult {
        let sender = offsetSender ?? OffsetSender(client)
        offsetSender = sender
        return sender.send(PartitionList(offsets, note: note), group, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Waits until every message is acknowledged, then commits. After `retriable` (such as a timeout) the commit must be
    /// tried again: whether it has happened is not known yet.
    public func commitTransaction(timeoutMilliseconds: Int32) -> TransactionResult {
        unsafe settled(timeoutMilliseconds: timeoutMilliseconds)
            ?? TransactionResult(taking: rd_kafka_commit_transaction(client.pointer, timeoutMilliseconds), "commit the transaction")
    }

    /// Gives the transaction up, with its messages, whose reports then carry failures. The consumer must go back with
    /// ``Consumer/rewindToCommitted(timeoutMilliseconds:)``.
    public func abortTransaction(timeoutMilliseconds: Int32) -> TransactionResult {
        unsafe settled(timeoutMilliseconds: timeoutMilliseconds)
            ?? TransactionResult(taking: rd_kafka_abort_transaction(client.pointer, timeoutMilliseconds), "abort the transaction")
    }

    /// Lets a late ``sendOffsets(_:note:of:timeoutMilliseconds:)`` end. What it came to, the step that follows finds out.
    /// - Returns: nil where none is under way any more.
    private func settled(timeoutMilliseconds: Int32) -> TransactionResult? {
        guard let offsetSender, offsetSender.isUnderWay else { return nil }
        let result = offsetSender.settle(timeoutMilliseconds: timeoutMilliseconds)
        return offsetSender.isUnderWay ? result : nil
    }
}

extension TransactionResult {
    /// SAFETY: takes over the error object; nil is success.
    @unsafe init(taking object: OpaquePointer?, _ operation: String) {
        guard let object = unsafe object else {
            self = .done
            return
        }
        let isFatal = unsafe rd_kafka_error_is_fatal(object) != 0
        let mustAbort = unsafe rd_kafka_error_txn_requires_abort(object) != 0
        let canRetry = unsafe rd_kafka_error_is_retriable(object) != 0
        let error = unsafe KafkaError.take(object, operation)!
        self = isFatal ? .fatal(error) : mustAbort ? .abortable(error) : canRetry ? .retriable(error) : .fatal(error)
    }
}
