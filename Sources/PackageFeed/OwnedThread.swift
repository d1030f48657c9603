internal import Glibc

/// A thread of its own for blocking C calls, joined at its end.
@safe public final class OwnedThread {
    /// Expressions nest, and their parser and checker recurse.
    private static let stackBytes = 16 << 20

    private var thread = pthread_t()
    private var isJoined = false

    private final class Start {
        let niceness: Int32
        let body: @Sendable () -> Void

        init(_ niceness: Int32, _ body: @escaping @Sendable () -> Void) {
            self.niceness = niceness
            self.body = body
        }
    }

    /// - Parameter niceness: how far it gives way to other threads where processors are short, from 0 to 19.
    public init(niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void) {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        unsafe pthread_attr_init(attributes)
        unsafe pthread_attr_setstacksize(attributes, Self.stackBytes)
        let start = unsafe Unmanaged.passRetained(Start(niceness, body))
        // SAFETY: the thread takes over the reference.
        let code = unsafe pthread_create(
            &thread, attributes,
            { argument in
                let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                // On Linux of this thread only. Where it is refused, all share alike.
                if start.niceness > 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, start.niceness) }
                start.body()
                return nil
            }, start.toOpaque())
        unsafe pthread_attr_destroy(attributes)
        unsafe attributes.deallocate()
        precondition(code == 0, "the system refuses a thread: \(code)")
    }

    /// Waits for the end of the thread.
    public func join() {
        if isJoined { return }
        isJoined = true
        _ = pthread_join(thread, nil)
    }
}
