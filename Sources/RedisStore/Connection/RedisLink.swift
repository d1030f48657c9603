public import Glibc

/// A way to a Redis server or cluster. All on the calling thread: a link is used by one thread at a time, and does something only while it is called.
///
/// It never blocks longer than the caller says, connects by itself, and connects anew after failures at growing intervals.
public protocol RedisLink: AnyObject {
    /// Queues the commands and begins to send them; several batches may be under way. Never blocks.
    ///
    /// Commands of one key take effect in the order in which they were sent. Without a connection all replies are `lost` at once.
    ///
    /// - Returns: a ticket, one more than the last; each is to be received once, in any order.
    func send(_ commands: borrowing CommandBuffer) -> Int

    /// Whether all replies of the ticket have come, or are lost; if so, they are in `replies`, and the ticket is done with.
    ///
    /// Sends and reads what it can, and waits at most `timeoutMilliseconds`; with 0 it does not wait.
    func receive(_ ticket: Int, into replies: ReplyBuffer, timeoutMilliseconds: Int32) -> Bool

    /// Connects, sends and reads, and returns once something happened that ``isConnected`` or ``epoch`` shows, or after `timeoutMilliseconds`. To be called while there is
    /// nothing to send, so that the link notices what happens to its server.
    func maintain(timeoutMilliseconds: Int32)

    /// Counts up each time that a connection was made, also anew, or slots came to another server: whoever keeps copies must verify them.
    var epoch: UInt32 { get }

    /// Whether commands can be sent: to a cluster, to each of its slots.
    var isConnected: Bool { get }

    /// The last failure, for logs and status; nil when connected.
    var failure: RedisFailure? { get }

    /// Adds what to poll so that a thread can wait for other things as well, and says in how many milliseconds the link wants to be called at the
    /// latest: -1 where only descriptors matter. The descriptors change with every call to the link.
    func appendDescriptors(to descriptors: inout [pollfd]) -> Int32
}
