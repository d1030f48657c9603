internal import KafkaIO
internal import Synchronization

/// Asks the decision thread to stop, from any other.
public final class StopFlag: Sendable {
    private let flag = Atomic(false)
    /// Ends the decision thread's wait.
    private let waker = Mutex<Waker?>(nil)

    public init() {}

    func attach(_ waker: Waker) { self.waker.withLock { $0 = waker } }

    public var isSet: Bool { flag.load(ordering: .acquiring) }

    public func set() {
        flag.store(true, ordering: .releasing)
        waker.withLock { $0?.wake() }
    }
}
