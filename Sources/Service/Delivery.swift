internal import KafkaIO

/// How outputs and the offsets of the events behind them reach Kafka together. Everything here runs on the decision thread.
enum Delivery {
    case atLeastOnce(AtLeastOnceDelivery)
    case exactlyOnce(TransactionalDelivery)

    /// Called before a batch's first event.
    /// - Parameter starts: of each partition the batch's first offset, where all before it may be committed.
    /// - Returns: whether events may be decided now; if not, this batch's events are read again later.
    func prepare(from starts: () -> [PartitionOffset]) throws(KafkaError) -> Bool {
        switch self {
        case .atLeastOnce: true
        case .exactlyOnce(let delivery): try delivery.prepare(from: starts)
        }
    }

    /// Partitions have been given to this process.
    func take(_ assigned: [TopicPartition]) {
        if case .exactlyOnce(let delivery) = self { delivery.take(assigned) }
    }

    /// Whether events that have been read must wait a moment before they are decided.
    var mustWait: Bool {
        switch self {
        case .atLeastOnce: false
        case .exactlyOnce(let delivery): delivery.mustWait
        }
    }

    /// How often events have had to be read again: what was polled before is not to be decided for outputs any more.
    var rewinds: Int {
        switch self {
        case .atLeastOnce: 0
        case .exactlyOnce(let delivery): delivery.rewinds
        }
    }

    /// Every message below these offsets has been decided, and its outputs handed over.
    func register(_ offsets: [PartitionOffset]) {
        switch self {
        case .atLeastOnce(let delivery): delivery.register(offsets)
        case .exactlyOnce(let delivery): delivery.register(offsets)
        }
    }

    /// Goes on with what is under way; called in each turn of the loop.
    func advance() throws(KafkaError) {
        if case .exactlyOnce(let delivery) = self { try delivery.advance() }
    }

    /// Commits what is due.
    /// - Parameter isDrained: whether no more input waits.
    func commitIfDue(isDrained: Bool) throws(KafkaError) {
        switch self {
        case .atLeastOnce(let delivery): try delivery.commitIfDue()
        case .exactlyOnce(let delivery): try delivery.commitIfDue(isDrained: isDrained)
        }
    }

    /// Whether no more events should come for now.
    var holdsBack: Bool {
        switch self {
        case .atLeastOnce: false
        case .exactlyOnce(let delivery): !delivery.isReady
        }
    }

    /// Partitions go to another member once this returns: what was decided of them is committed before, or given up.
    func giveUp(_ revoked: [TopicPartition]) {
        switch self {
        case .atLeastOnce(let delivery): delivery.giveUp(revoked)
        case .exactlyOnce(let delivery): delivery.giveUp(revoked)
        }
    }

    /// Partitions are another's already: nothing of them may be committed any more.
    func lose(_ lost: [TopicPartition]) {
        switch self {
        case .atLeastOnce(let delivery): delivery.lose(lost)
        case .exactlyOnce(let delivery): delivery.lose(lost)
        }
    }

    /// Nothing more is decided: waits for the outputs and commits.
    func finish() throws(KafkaError) {
        switch self {
        case .atLeastOnce(let delivery): try delivery.finish()
        case .exactlyOnce(let delivery): try delivery.finish()
        }
    }

    /// The process ends with an error: readers must not wait for what it leaves open.
    func abandon() {
        if case .exactlyOnce(let delivery) = self { delivery.abandon() }
    }
}
