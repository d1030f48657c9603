internal import Synchronization

/// From the decision thread to the feed's. Bounded by the packages that run: each is reported once.
final class BreachMailbox: Sendable {
    private let waiting = Mutex<[Breach]>([])

    func put(_ breach: Breach) { waiting.withLock { $0.append(breach) } }

    func take() -> [Breach] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
