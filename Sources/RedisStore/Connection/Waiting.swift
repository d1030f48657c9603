internal import Glibc

/// Waiting for connections.
enum Waiting {
    /// Until something can be done for the connection, or until the deadline.
    static func wait(for connection: ServerConnection, until deadline: Int64, now: Int64) {
        let waiting = connection.waiting
        var entry = pollfd(fd: waiting.descriptor, events: waiting.events, revents: 0)
        // A signal ends the wait early, which does no harm.
        unsafe _ = poll(&entry, 1, milliseconds(from: now, to: min(deadline, waiting.until)))
    }

    /// Adds what to poll for the connection, and says in how many milliseconds it wants to be called: -1 for never.
    static func append(_ connection: ServerConnection, to descriptors: inout [pollfd], now: Int64) -> Int32 {
        let waiting = connection.waiting
        if waiting.descriptor >= 0 { descriptors.append(pollfd(fd: waiting.descriptor, events: waiting.events, revents: 0)) }
        return waiting.until == .max ? -1 : milliseconds(from: now, to: waiting.until)
    }

    static func milliseconds(from now: Int64, to then: Int64) -> Int32 {
        Int32(clamping: max(0, then - now))
    }
}
