internal import KafkaIO
internal import Telemetry

/// Outputs and offsets are committed in one transaction, which spans several batches: a reader of committed records sees each output once, whatever
/// happens to this process.
///
/// A transaction that holds outputs is committed as soon as no more input waits, and at the latest after the commit interval; one that holds offsets only,
/// less often. What goes wrong in between ends in an abort; then all partitions go back to their committed offsets and the events are decided again, which
/// comes out the same. The broker refuses offsets of a member that was replaced (by the group's generation) and everything of a producer that was
/// replaced (by its epoch), so a process that was thought dead cannot add anything.
///
/// While outputs are open, a committed offset of one of this process's partitions names it (``TransactionalIdentity/note``): who takes that partition over
/// ends what a dead process left open. Before the first outputs the name is committed by itself, and partitions that are given up in order are committed
/// without it.
final class TransactionalDelivery {
    /// What is under way. No call waits longer than ``stepMilliseconds``; what was not done by then is tried again in the next turn.
    private enum State {
        /// The producer must make itself known to the broker, which ends what an earlier one of its id left open.
        case starting
        case idle
        case open
        /// The transaction is being committed: its offsets are sent, then it is ended. What became of it is known at the end only.
        case sendingOffsets, committing
        case aborting
        /// Back to the committed offsets.
        case rewinding
    }

    private static let stepMilliseconds: Int32 = 1_000
    /// How often offsets without outputs are committed.
    private static let offsetsIntervalNanoseconds: Int64 = 1_000_000_000
    /// How often what does not get on is mentioned.
    private static let noticeNanoseconds: Int64 = 10_000_000_000
    /// Going back to the committed offsets takes no longer where nothing is wrong.
    private static let rewindingNanosecondsMax: Int64 = 5_000_000_000
    /// Two processes of one configured id take turns in fencing each other; a producer that timed out is replaced once in a while.
    private static let replacementIntervalNanoseconds: Int64 = 60_000_000_000
    /// A transaction that cannot be committed for so long has been ended by the broker, whose time limit is the session's, 10 s by default. It happens where
    /// the topic of outputs under way is deleted, or brokers are away: librdkafka tries them again without end.
    private static let commitNanosecondsMax: Int64 = 30_000_000_000

    private let consumer: Consumer
    private let outputs: Outputs
    private let log: Logger
    private let commitIntervalNanoseconds: Int64
    private let identity: TransactionalIdentity
    /// Nil where members cannot be told apart.
    private let fencing: MemberFencing?

    private var state = State.starting
    private var openedNanoseconds: Int64 = 0
    private var outputsBefore: UInt64 = 0
    /// The next offsets to read, of the partitions that this transaction has decided something of.
    private var pending: [TopicPartition: Int64] = [:]
    /// Partitions whose committed offsets, which are these, name this process.
    private var named: [TopicPartition: Int64] = [:]
    /// Partitions that are being given up in order: this transaction takes the name off them.
    private var leaving: Set<TopicPartition> = []
    /// Whether events were passed over, or decided in vain, that nobody has read again yet.
    private var mustRewind = false
    /// How often that has come about.
    private(set) var rewinds = 0
    /// Since when going back to the committed offsets has failed; nil where it has not.
    private var cannotRewindSince: Int64?
    /// What went wrong within a handler that cannot throw.
    private var failure: KafkaError?
    private var nextNotice: Int64 = 0
    private var lastReplacement: Int64?

    init(
        _ consumer: Consumer, _ outputs: Outputs, _ identity: TransactionalIdentity, _ fencing: MemberFencing?, commitIntervalMilliseconds: Int64, log: Logger
    ) {
        self.consumer = consumer
        self.outputs = outputs
        self.identity = identity
        self.fencing = fencing
        self.log = log
        commitIntervalNanoseconds = commitIntervalMilliseconds * 1_000_000
    }

    var isReady: Bool { state == .idle || state == .open }

    func take(_ assigned: [TopicPartition]) {
        if !assigned.isEmpty { fencing?.look(at: assigned) }
    }

    /// Whom the offsets of new partitions name must be read before this process commits its own name there.
    var mustWait: Bool { fencing?.isReading == true }

    func prepare(from starts: () -> [PartitionOffset]) throws(KafkaError) -> Bool {
        if state == .idle && named.isEmpty && identity.note != nil { try commitName(at: starts()) }
        if state == .idle { try begin() }
        // Partitions are held back in the other states; should an event come all the same, it is read again.
        if state != .open {
            mustRewind = true
            rewinds += 1
        }
        return state == .open
    }

    func register(_ offsets: [PartitionOffset]) {
        for offset in offsets { pending[offset.partition] = offset.offset }
    }

    func advance() throws(KafkaError) {
        if let failure { throw failure }
        if state == .open, let error = outputs.undelivered { abort(because: error) }
        if state == .idle && mustRewind { state = .rewinding }
        if !isReady { try step() }
    }

    func commitIfDue(isDrained: Bool) throws(KafkaError) {
        guard state == .open else { return }
        let age = Clock.steadyNanoseconds() - openedNanoseconds
        let hasOutputs = outputs.sentCount > outputsBefore
        guard hasOutputs ? isDrained || age >= commitIntervalNanoseconds : age >= Self.offsetsIntervalNanoseconds else { return }
        state = .sendingOffsets
        try step()
        if state == .committing { try step() }
    }

    func giveUp(_ revoked: [TopicPartition]) {
        do throws(KafkaError) {
            try commitWithoutName(at: revoked)
        } catch {
            failure = error
        }
        if state == .sendingOffsets {
            log.warning("hand-over", "the transaction could not be committed in time; the next owner decides its events again")
            forget()
            state = .aborting
        }
        for partition in revoked {
            pending[partition] = nil
            named[partition] = nil
        }
    }

    func lose(_ lost: [TopicPartition]) {
        // Whoever was thought dead may have been fenced by those who were given its partitions.
        lastReplacement = nil
        // Its offsets would be refused, and its outputs may be another's by now.
        if state == .open || state == .sendingOffsets {
            forget()
            state = .aborting
        }
        for partition in lost {
            pending[partition] = nil
            named[partition] = nil
        }
    }

    func finish() throws(KafkaError) {
        defer { fencing?.stop() }
        try commitWithoutName(at: Array(Set(pending.keys).union(named.keys)))
        switch state {
        case .sendingOffsets, .committing: log.error("stopping", "the transaction could not be committed in time; the next start decides its events again")
        default: break
        }
        if state != .committing { abandon() }
    }

    func abandon() {
        fencing?.stop()
        guard state == .open || state == .sendingOffsets || state == .aborting else { return }
        _ = outputs.producer.abortTransaction(timeoutMilliseconds: Self.stepMilliseconds)
    }

    // MARK: Names

    /// Has a committed offset name this process before anything of it is open: else nobody could end what it leaves open, should it die before its first
    /// commit. Costs a transaction, once after partitions came where there were none.
    private func commitName(at starts: [PartitionOffset]) throws(KafkaError) {
        if starts.isEmpty { return }
        try begin()
        guard state == .open else { return }
        for start in starts where pending[start.partition] == nil { pending[start.partition] = start.offset }
        try commit(withinMilliseconds: Self.stepMilliseconds)
    }

    /// Commits what is open, and says of these partitions that nothing of this process will be open any more.
    private func commitWithoutName(at partitions: [TopicPartition]) throws(KafkaError) {
        leaving = Set(partitions)
        defer { leaving.removeAll() }
        let isForNamesOnly = state == .idle && partitions.contains { named[$0] != nil }
        if isForNamesOnly { try begin() }
        try commit(withinMilliseconds: isForNamesOnly ? Self.stepMilliseconds : Outputs.handOverMilliseconds)
        if isForNamesOnly && state == .sendingOffsets {
            // Not worth more.
            log.info("hand-over", "the broker was not told in time that nothing is open here: the next owner may fence a producer that has nothing open")
            state = .aborting
        }
    }

    // MARK: Steps

    private func begin() throws(KafkaError) {
        try settle(outputs.producer.beginTransaction(), then: .open)
        openedNanoseconds = Clock.steadyNanoseconds()
        outputsBefore = outputs.sentCount
    }

    /// Commits the open transaction, or goes on committing it, as far as that gets in time.
    private func commit(withinMilliseconds limit: Int32) throws(KafkaError) {
        let deadline = Clock.steadyNanoseconds() + Int64(limit) * 1_000_000
        if state == .open { state = .sendingOffsets }
        while state == .sendingOffsets || state == .committing {
            let before = state
            try step()
            if Clock.steadyNanoseconds() >= deadline { return }
            // What can be tried again may have failed at once.
            if state == before { outputs.producer.poll(timeoutMilliseconds: 10) }
        }
    }

    private func step() throws(KafkaError) {
        let producer = outputs.producer
        switch state {
        case .idle, .open: break
        case .starting:
            try settle(producer.initTransactions(timeoutMilliseconds: Self.stepMilliseconds), then: mustRewind ? .rewinding : .idle)
        case .sendingOffsets:
            // Taken now: what has been handed over to others is no longer pending, so the rest is ours in the group's present generation.
            let offsets = pending.merging(named.filter { leaving.contains($0.key) }) { pending, _ in pending }
                .map { PartitionOffset(partition: $0.key, offset: $0.value) }
            let membership = try consumer.groupMetadata()
            let result = producer.sendOffsets(
                offsets, note: { leaving.contains($0) ? nil : identity.note }, of: membership, timeoutMilliseconds: Self.stepMilliseconds)
            if case .retriable(let error) = result, isOverdue { return try renewProducer(because: error) }
            try settle(result, then: .committing)
        case .committing:
            let result = producer.commitTransaction(timeoutMilliseconds: Self.stepMilliseconds)
            if case .retriable(let error) = result, isOverdue { return try renewProducer(because: error) }
            try settle(result, then: mustRewind ? .rewinding : .idle)
            if state == .idle || state == .rewinding {
                if identity.note != nil { for (partition, offset) in pending { named[partition] = offset } }
                for partition in leaving { named[partition] = nil }
                pending.removeAll(keepingCapacity: true)
                outputs.forget()
            }
        case .aborting:
            try settle(producer.abortTransaction(timeoutMilliseconds: Self.stepMilliseconds), then: .rewinding)
            if state == .rewinding { outputs.forget() }
        case .rewinding: rewind()
        }
    }

    private var isOverdue: Bool { Clock.steadyNanoseconds() - openedNanoseconds > Self.commitNanosecondsMax }

    private func rewind() {
        do throws(KafkaError) {
            try consumer.rewindToCommitted(timeoutMilliseconds: Self.stepMilliseconds)
            // Whatever was read before is read again: deciding it now would commit offsets beyond events whose outputs were aborted.
            rewinds += 1
            mustRewind = false
            cannotRewindSince = nil
            state = .idle
        } catch {
            // Such as a partition that is only just being assigned, which is part of a rebalance: worth a word if it lasts.
            let now = Clock.steadyNanoseconds()
            let since = cannotRewindSince ?? now
            cannotRewindSince = since
            if now - since >= Self.rewindingNanosecondsMax { notice("cannot go back to the committed offsets yet: \(error)") }
        }
    }

    private func settle(_ result: TransactionResult, then next: State) throws(KafkaError) {
        switch result {
        case .done: state = next
        case .retriable(let error): notice("\(error); trying on")
        case .abortable(let error): abort(because: error)
        case .fatal(let error): try replaceProducer(because: error)
        }
    }

    private func abort(because error: KafkaError) {
        let text = "\(error); its events are decided again"
        switch error.code {
        // The group has moved on between the question for its generation and the answer: part of every rebalance.
        case .illegalGeneration, .rebalanceInProgress, .unknownMember: log.info("transaction-aborted", text)
        default: log.warning("transaction-aborted", text)
        }
        forget()
        state = .aborting
    }

    /// A producer whose transaction took too long is fenced by the broker, and one whose commit's outcome it cannot tell gives up: another of the same
    /// id finds out, and the committed offsets say what is left to do.
    private func replaceProducer(because error: KafkaError) throws(KafkaError) {
        switch error.code {
        case .transactionalAuthorizationFailed, .clusterAuthorizationFailed, .topicAuthorizationFailed: throw error
        default: break
        }
        let now = Clock.steadyNanoseconds()
        if !identity.isOwn, let lastReplacement, now - lastReplacement < Self.replacementIntervalNanoseconds {
            log.error("fenced", "another process seems to use the same 'kafka.transactional_id'; give each process its own")
            throw error
        }
        lastReplacement = now
        try renewProducer(because: error)
    }

    private func renewProducer(because error: KafkaError) throws(KafkaError) {
        log.warning("producer-replaced", "\(error); going on from the committed offsets with another producer")
        forget()
        // Nor is it known where the last commit got to.
        named.removeAll()
        try outputs.replaceProducer()
        state = .starting
    }

    /// What this transaction has decided will be decided again.
    private func forget() {
        pending.removeAll(keepingCapacity: true)
        mustRewind = true
        rewinds += 1
    }

    private func notice(_ text: String) {
        let now = Clock.steadyNanoseconds()
        if now < nextNotice { return }
        nextNotice = now + Self.noticeNanoseconds
        log.warning("transaction", text)
    }
}
