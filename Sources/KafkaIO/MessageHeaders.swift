/// A reusable list of headers for messages to produce: after the first few messages, filling it allocates nothing.
public struct MessageHeaders: Sendable {
    struct Entry {
        let nameStart: Int
        let valueStart: Int
        /// Negative for a null value.
        let valueCount: Int
    }

    /// Names, each with a zero byte behind it, and values, in one piece.
    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []

    public init() {}

    public var count: Int { entries.count }

    /// Empties the list and keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Appends a header whose value is text. The name must not contain a zero byte.
    public mutating func append(_ name: String, _ value: String) {
        let nameStart = append(name: name)
        entries.append(Entry(nameStart: nameStart, valueStart: bytes.count, valueCount: value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// Appends a header whose value is bytes, which are copied; nil is a null value.
    public mutating func append(_ name: String, _ value: UnsafeRawBufferPointer?) {
        let nameStart = append(name: name)
        entries.append(unsafe Entry(nameStart: nameStart, valueStart: bytes.count, valueCount: value?.count ?? -1))
        // SAFETY: the caller's buffer is alive during the call.
        if let value = unsafe value { unsafe bytes.append(contentsOf: value) }
    }

    private mutating func append(name: String) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        bytes.append(0)
        return start
    }
}
