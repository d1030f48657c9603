/// Whether a commit waits for the broker.
public enum CommitMode: Sendable {
    /// Returns at once; only a failure is reported, as ``ConsumerEvent/commitFailed(_:_:)``. For the steady state.
    case asynchronous
    /// Waits for the broker's answer. For giving partitions up, and for stopping.
    case synchronous
}
