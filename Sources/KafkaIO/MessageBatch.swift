internal import CRdKafka

/// A reusable container of consumed messages. The owner may hold several and fill one while it still works on another.
///
/// Filling it allocates nothing per message. One thread at a time.
@safe public final class MessageBatch: RandomAccessCollection {
    /// The most messages that one poll puts in.
    public let capacity: Int
    public private(set) var count = 0

    private let messages: UnsafeMutablePointer<Message>
    /// Keeps the clients of the messages alive, which librdkafka requires.
    private var clients: [ClientHandle] = []

    /// - Parameter capacity: at least 1; what the owner is willing to decide in one go.
    public init(capacity: Int) {
        precondition(capacity >= 1, "a batch holds at least one message")
        self.capacity = capacity
        unsafe messages = .allocate(capacity: capacity)
    }

    deinit {
        removeAll()
        unsafe messages.deallocate()
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    public subscript(index: Int) -> Message {
        precondition(index >= 0 && index < count, "no message at \(index) of \(count)")
        // SAFETY: below `count`, every place is initialised.
        return unsafe messages[index]
    }

    /// Destroys every message; buffers taken from them are invalid from here on. O(count).
    public func removeAll() {
        for index in 0..<count {
            // SAFETY: each message was admitted once and is destroyed once.
            unsafe rd_kafka_message_destroy(messages[index].pointer)
        }
        count = 0
        clients.removeAll(keepingCapacity: true)
    }

    var room: Int { capacity - count }

    /// Takes over the message, which must be one of `client`'s.
    func append(_ message: Message) {
        precondition(count < capacity, "the batch is full")
        unsafe (messages + count).initialize(to: message)
        count += 1
    }

    /// Says whose messages follow.
    func retain(_ client: ClientHandle) {
        if !clients.contains(where: { $0 === client }) { clients.append(client) }
    }
}
