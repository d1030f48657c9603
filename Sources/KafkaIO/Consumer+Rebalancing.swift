internal import CRdKafka

extension Consumer: Rebalancing {
    /// Follows the group's decision before returning, as librdkafka requires: it waits for `assign` or `unassign`.
    func rebalance(_ code: rd_kafka_resp_err_t, _ list: borrowing PartitionListView) {
        let partitions = list.partitions
        // A topic's handle may be gone after this, and its address used for another.
        topics.removeAll()
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            assign(partitions, list)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            revoke(partitions, list)
        default:
            // The group is in an unknown state: hold nothing, and join anew.
            unsafe _ = rd_kafka_assign(client.pointer, nil)
            let held = assignment
            assignments.revoke(held)
            handlers.onEvent(.rebalanceFailed(KafkaError("rebalance the group \(group)", code: code)))
            handlers.onLost(held)
        }
    }

    func commitFinished(_ code: rd_kafka_resp_err_t, _ offsets: borrowing PartitionListView) {
        // Nothing to commit is not a failure.
        if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET { return }
        handlers.onEvent(.commitFailed(offsets.offsets, KafkaError("commit offsets", code: code)))
    }

    private func assign(_ partitions: [TopicPartition], _ list: borrowing PartitionListView) {
        wasAssigned = true
        client.mustNotBeDestroyed = false
        assignments.assign(partitions)
        report(
            isCooperative
                ? unsafe take(rd_kafka_incremental_assign(client.pointer, list.pointer))
                : code(unsafe rd_kafka_assign(client.pointer, list.pointer), "take the assignment"))
        do throws(KafkaError) {
            if isPaused { try pause(partitions) } else { try resume(partitions) }
        } catch {
            report(error)
        }
        handlers.onAssigned(partitions)
    }

    private func revoke(_ partitions: [TopicPartition], _ list: borrowing PartitionListView) {
        let isLost = unsafe rd_kafka_assignment_lost(client.pointer) != 0
        if isLost { handlers.onLost(partitions) } else { handlers.onRevoked(partitions) }
        assignments.revoke(partitions)
        report(
            isCooperative
                ? unsafe take(rd_kafka_incremental_unassign(client.pointer, list.pointer))
                : code(unsafe rd_kafka_assign(client.pointer, nil), "give up the assignment"))
    }

    private var isCooperative: Bool {
        // SAFETY: a static string, or nil before the group has a protocol.
        guard let name = unsafe rd_kafka_rebalance_protocol(client.pointer) else { return false }
        return unsafe String(cString: name) == "COOPERATIVE"
    }

    private func report(_ error: KafkaError?) {
        if let error { handlers.onEvent(.rebalanceFailed(error)) }
    }

    private func code(_ code: rd_kafka_resp_err_t, _ operation: String) -> KafkaError? {
        code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(operation, code: code)
    }

    /// SAFETY: takes over the error object.
    @unsafe private func take(_ error: OpaquePointer?) -> KafkaError? {
        unsafe KafkaError.take(error, "change the assignment")
    }
}
