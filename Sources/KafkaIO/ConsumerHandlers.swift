/// What the owner of a consumer does when partitions come and go. All are called on the polling thread, from within a poll
/// or ``Consumer/close()``, and must not poll. librdkafka's own steps are taken around them, so that the group can go on.
public struct ConsumerHandlers {
    /// Partitions have been given to us; their messages follow.
    public var onAssigned: ([TopicPartition]) -> Void
    /// Partitions are about to be given up, and still are ours: flush the outputs, commit synchronously, drop the state.
    public var onRevoked: ([TopicPartition]) -> Void
    /// Partitions were taken away and may already be another's: drop the state, commit nothing.
    public var onLost: ([TopicPartition]) -> Void
    /// Everything else worth knowing.
    public var onEvent: (ConsumerEvent) -> Void

    public init(
        onAssigned: @escaping ([TopicPartition]) -> Void = { _ in }, onRevoked: @escaping ([TopicPartition]) -> Void = { _ in },
        onLost: @escaping ([TopicPartition]) -> Void = { _ in }, onEvent: @escaping (ConsumerEvent) -> Void = { _ in }
    ) {
        self.onAssigned = onAssigned
        self.onRevoked = onRevoked
        self.onLost = onLost
        self.onEvent = onEvent
    }
}
