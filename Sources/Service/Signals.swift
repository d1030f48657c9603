internal import Glibc

/// SIGTERM and SIGINT ask the process to stop; a second one ends it at once.
public enum Signals {
    /// To be called on the main thread before any other is started, so that all inherit the mask.
    public static func stop(_ flag: StopFlag) {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        Threads.start {
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGTERM)
            sigaddset(&set, SIGINT)
            var signal: Int32 = 0
            while true {
                guard sigwait(&set, &signal) == 0 else { continue }
                // The status that a shell gives to a process ended by the signal.
                if flag.isSet { _exit(128 + signal) }
                flag.set()
            }
        }
    }
}

extension Signals {
    /// The signals that ask a process to stop, held back until somebody waits for them.
    public struct Blocked {
        fileprivate init() {}

        /// Returns when the first of them comes.
        public func wait() {
            var set = Signals.stopping
            var signal: Int32 = 0
            while sigwait(&set, &signal) != 0 {}
        }
    }

    /// To be called before threads start, so that all inherit the mask.
    public static func blocked() -> Blocked {
        var set = stopping
        pthread_sigmask(SIG_BLOCK, &set, nil)
        return Blocked()
    }

    private static var stopping: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}

/// Owned threads: blocking C calls stay off Swift's cooperative pool.
public enum Threads {
    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a detached thread.
    public static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body))
        let result = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        precondition(result == 0, "the system refuses a thread: \(result)")
        pthread_detach(thread)
    }
}
