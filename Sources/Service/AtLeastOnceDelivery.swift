internal import KafkaIO
internal import Telemetry

/// Offsets are committed when all outputs of their batch, and of those before, are acknowledged: at an interval, before partitions are given up, and at
/// the end. After a crash, events whose offsets were not committed are decided again, with the same ids.
final class AtLeastOnceDelivery {
    private let consumer: Consumer
    private let outputs: Outputs
    private let log: Logger
    private let commitIntervalNanoseconds: Int64
    private var lastCommit: Int64 = 0

    init(_ consumer: Consumer, _ outputs: Outputs, commitIntervalMilliseconds: Int64, log: Logger) {
        self.consumer = consumer
        self.outputs = outputs
        self.log = log
        commitIntervalNanoseconds = commitIntervalMilliseconds * 1_000_000
    }

    func register(_ offsets: [PartitionOffset]) { outputs.register(offsets) }

    func commitIfDue() throws(KafkaError) {
        let now = Clock.steadyNanoseconds()
        guard now - lastCommit >= commitIntervalNanoseconds, !consumer.isJoining else { return }
        lastCommit = now
        let offsets = outputs.takeCommittable()
        if !offsets.isEmpty { try consumer.commit(offsets, .asynchronous) }
    }

    func giveUp(_ revoked: [TopicPartition]) {
        if !outputs.flush(timeoutMilliseconds: Outputs.handOverMilliseconds) {
            log.error("hand-over", "outputs were not acknowledged in time; the next owner decides the rest again")
        }
        let offsets = outputs.takeCommittable()
        do {
            if !offsets.isEmpty { try consumer.commit(offsets, .synchronous) }
        } catch {
            log.warning("hand-over", "\(error); the next owner decides the rest again")
        }
        outputs.drop(revoked)
    }

    func lose(_ lost: [TopicPartition]) { outputs.drop(lost) }

    func finish() throws(KafkaError) {
        if !outputs.flush(timeoutMilliseconds: Outputs.handOverMilliseconds) {
            log.error("stopping", "outputs were not acknowledged in time; the next start decides the rest again")
        }
        let offsets = outputs.takeCommittable()
        if !offsets.isEmpty { try consumer.commit(offsets, .synchronous) }
    }
}
