internal import Glibc

/// A thread of its own for blocking C calls, joined at its end.
@safe public final class OwnedThread {
    /// Expressions nest, and their parser and checker recurse.
    private static let stackBytes = 16 << 20

    private var thread = pthread_t()
    private var isJoined = false

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    public init(_ body: @escaping @Sendable () -> Void) {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        unsafe pthread_attr_init(attributes)
        unsafe pthread_attr_setstacksize(attributes, Self.stackBytes)
        let start = unsafe Unmanaged.passRetained(Start(body))
        // SAFETY: the thread takes over the reference.
        let code = unsafe pthread_create(
            &thread, attributes,
            { argument in
                unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue().body()
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
