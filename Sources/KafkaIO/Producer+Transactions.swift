internal import CRdKafka

/// Transactions, for a producer with `transactional.id`. Every step but ``beginTransaction()`` waits for the broker; delivery
/// reports are handed out meanwhile.
extension Producer {
    /// Once, before the first transaction: fences off earlier producers of the same `transactional.id` and ends what they left
    /// open.
    public func initTransactions(timeoutMilliseconds: Int32) -> TransactionResult {
        unsafe result(rd_kafka_init_transactions(client.pointer, timeoutMilliseconds), "prepare for transactions")
    }

    /// Starts a transaction; what is produced from here on belongs to it. Local.
    public func beginTransaction() -> TransactionResult {
        unsafe result(rd_kafka_begin_transaction(client.pointer), "begin a transaction")
    }

    /// Makes the consumer group's offsets (the next ones to read) part of the transaction. A member that was replaced gets
    /// `abortable`.
    ///
    /// - Parameter note: a text that the group keeps beside a partition's offset until the next commit of it, for
    ///   ``GroupObserver/notes(_:timeoutMilliseconds:)``. At most `offset.metadata.max.bytes` of the broker, 4,096.
    public func sendOffsets(
        _ offsets: [PartitionOffset], note: (TopicPartition) -> String? = { _ in nil }, of group: borrowing ConsumerGroupMetadata,
        timeoutMilliseconds: Int32
    ) -> TransactionResult {
        let list = PartitionList(offsets, note: note)
        return unsafe result(
            rd_kafka_send_offsets_to_transaction(client.pointer, list.pointer, group.pointer, timeoutMilliseconds),
            "add offsets to the transaction")
    }

    /// Waits until every message is acknowledged, then commits. After `retriable` (such as a timeout) the commit must be
    /// tried again: whether it has happened is not known yet.
    public func commitTransaction(timeoutMilliseconds: Int32) -> TransactionResult {
        unsafe result(rd_kafka_commit_transaction(client.pointer, timeoutMilliseconds), "commit the transaction")
    }

    /// Gives the transaction up, with its messages, whose reports then carry failures. The consumer must go back with
    /// ``Consumer/rewindToCommitted(timeoutMilliseconds:)``.
    public func abortTransaction(timeoutMilliseconds: Int32) -> TransactionResult {
        unsafe result(rd_kafka_abort_transaction(client.pointer, timeoutMilliseconds), "abort the transaction")
    }

    /// SAFETY: takes over the error object.
    @unsafe private func result(_ object: OpaquePointer?, _ operation: String) -> TransactionResult {
        guard let object = unsafe object else { return .done }
        let isFatal = unsafe rd_kafka_error_is_fatal(object) != 0
        let mustAbort = unsafe rd_kafka_error_txn_requires_abort(object) != 0
        let canRetry = unsafe rd_kafka_error_is_retriable(object) != 0
        let error = unsafe KafkaError.take(object, operation)!
        if isFatal { return .fatal(error) }
        if mustAbort { return .abortable(error) }
        return canRetry ? .retriable(error) : .fatal(error)
    }
}
