internal import CRdKafka
internal import Glibc
internal import Synchronization

/// Adds offsets to a producer's transactions on a thread of its own, so that a time limit is kept.
///
/// librdkafka 2.0.2 waits in `rd_kafka_send_offsets_to_transaction` for as long as the group's broker is away, whatever limit it was given: the decision
/// thread would neither say what is wrong nor stop when asked to. So a call that is late is left to the thread. Until it has ended, the producer
/// takes no other step of a transaction.
@safe final class OffsetSender {
    /// What one call needs, for as long as it takes.
    private final class Call: @unchecked Sendable {
        let offsets: PartitionList
        let group: ConsumerGroupMetadata

        init(_ offsets: consuming PartitionList, _ group: consuming ConsumerGroupMetadata) {
            self.offsets = offsets
            self.group = group
        }
    }

    private enum State {
        case idle
        case asked(Call, timeoutMilliseconds: Int32)
        case underWay
        case answered(TransactionResult)
        case ended
    }

    /// Outlives the sender where a call does. The client is thread-safe.
    private final class Shared: Sendable {
        let client: ClientHandle
        let state = Mutex(State.idle)
        let asked = Semaphore()
        let answered = Semaphore()

        init(_ client: ClientHandle) { self.client = client }

        func run() {
            while true {
                asked.wait()
                let next = state.withLock { state -> (Call, Int32)? in
                    guard case .asked(let call, let timeout) = state else { return nil }
                    state = .underWay
                    return (call, timeout)
                }
                guard let (call, timeout) = next else { return }
                let object = unsafe rd_kafka_send_offsets_to_transaction(client.pointer, call.offsets.pointer, call.group.pointer, timeout)
                // SAFETY: the error object is ours.
                let result = unsafe TransactionResult(taking: object, OffsetSender.operation)
                state.withLock { if case .underWay = $0 { $0 = .answered(result) } }
                answered.signal()
            }
        }
    }

    private static let operation = "add offsets to the transaction"

    private let shared: Shared

    init(_ client: ClientHandle) {
        shared = Shared(client)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                // SAFETY: the thread takes over the reference.
                unsafe Unmanaged<Shared>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(shared).toOpaque())
        precondition(code == 0, "the system refuses a thread: \(code)")
        pthread_detach(thread)
    }

    /// Does not wait for a call that is under way.
    deinit {
        shared.state.withLock { $0 = .ended }
        shared.asked.signal()
    }

    /// - Returns: `retriable` where this call, or one before it, is not answered in time.
    func send(_ offsets: consuming PartitionList, _ group: consuming ConsumerGroupMetadata, timeoutMilliseconds: Int32) -> TransactionResult {
        let earlier = settle(timeoutMilliseconds: timeoutMilliseconds)
        if isUnderWay { return earlier }
        switch earlier {
        // What it has added does no harm: later offsets of a partition take the place of earlier ones.
        case .done, .retriable: break
        case .abortable, .fatal: return earlier
        }
        let call = Call(offsets, group)
        shared.state.withLock { $0 = .asked(call, timeoutMilliseconds: timeoutMilliseconds) }
        shared.asked.signal()
        return settle(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Waits for the call that is under way, if any.
    /// - Returns: what it came to; `done` where there is none, `retriable` where it goes on.
    func settle(timeoutMilliseconds: Int32) -> TransactionResult {
        if !isUnderWay { return .done }
        guard shared.answered.wait(milliseconds: timeoutMilliseconds) else {
            return .retriable(KafkaError(Self.operation, code: RD_KAFKA_RESP_ERR__TIMED_OUT))
        }
        return shared.state.withLock { state in
            guard case .answered(let result) = state else { preconditionFailure("an answer was announced") }
            state = .idle
            return result
        }
    }

    /// Whether a call has not been settled yet.
    var isUnderWay: Bool { shared.state.withLock { if case .idle = $0 { false } else { true } } }
}

/// A counting semaphore by the steady clock, which POSIX's own does not know. `@unchecked Sendable`: that is what semaphores are for.
@safe private final class Semaphore: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var count = 0

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func signal() {
        unsafe pthread_mutex_lock(mutex)
        count += 1
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    func wait() {
        unsafe pthread_mutex_lock(mutex)
        while count == 0 { unsafe pthread_cond_wait(condition, mutex) }
        count -= 1
        unsafe pthread_mutex_unlock(mutex)
    }

    /// - Returns: whether it was signalled in time.
    func wait(milliseconds: Int32) -> Bool {
        var end = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + Int(milliseconds) * 1_000_000
        end.tv_sec += nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while count == 0 { if unsafe pthread_cond_timedwait(condition, mutex, &end) == ETIMEDOUT { break } }
        if count == 0 { return false }
        count -= 1
        return true
    }
}
