/// Commands in RESP, encoded one after another, with what is needed to route them.
///
/// Reused: ``removeAll()`` keeps the room, so that nothing is allocated in steady state.
public struct CommandBuffer: ~Copyable {
    struct Entry {
        /// Where the command ends; it starts where the one before ends.
        var end: Int
        /// Where the bytes start of the key that it is routed by.
        var key: Int
        var keyLength: Int32
        /// False for a command of the server.
        var hasKey: Bool
    }

    var bytes = ByteArena()
    private(set) var entries: [Entry] = []

    public init() {}

    /// Commands; a batch has as many replies.
    public var count: Int { entries.count }

    /// Bytes that are sent.
    public var byteCount: Int { bytes.count }

    public mutating func removeAll() {
        bytes.removeAll()
        entries.removeAll(keepingCapacity: true)
    }

    // MARK: Encoding, for the commands

    /// Of an argument: its mark, its length and two ends of lines.
    static let argumentBytesBesideMax = 1 + 19 + 2 + 2

    @inline(__always)
    mutating func appendArgument(_ argument: UnsafeRawBufferPointer) {
        bytes.append(0x24)
        bytes.append(decimal: Int64(argument.count))
        bytes.append("\r\n")
        unsafe bytes.append(argument)
        bytes.append("\r\n")
    }

    mutating func appendArgument(_ number: Int64) {
        bytes.append(0x24)
        var length: Int64 = number < 0 ? 2 : 1
        var rest = number.magnitude / 10
        while rest > 0 {
            length += 1
            rest /= 10
        }
        bytes.append(decimal: length)
        bytes.append("\r\n")
        bytes.append(decimal: number)
        bytes.append("\r\n")
    }

    /// Notes where the command ends that has just been encoded, and its key.
    @inline(__always)
    mutating func finish(keyLength: Int, keyEnd: Int, hasKey: Bool = true) {
        entries.append(
            Entry(end: bytes.count, key: keyEnd - keyLength, keyLength: Int32(truncatingIfNeeded: keyLength), hasKey: hasKey))
    }

    /// A command whose name and count of arguments is fixed, up to and with its key. Returns where the key's bytes end.
    @inline(__always)
    mutating func begin(_ head: StaticString, key: UnsafeRawBufferPointer) -> Int {
        precondition(key.count <= Int(Int32.max), "a key of 2 GiB")
        bytes.append(head)
        unsafe appendArgument(key)
        return bytes.count - 2
    }

    // MARK: Reading, for links

    func start(of command: Int) -> Int { command == 0 ? 0 : entries[command - 1].end }

    /// The bytes of one command; valid until the buffer changes.
    func encoded(_ command: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes.bytes[start(of: command)..<entries[command].end])
    }

    func key(of command: Int) -> UnsafeRawBufferPointer {
        let entry = entries[command]
        return unsafe UnsafeRawBufferPointer(rebasing: bytes.bytes[entry.key..<(entry.key + Int(entry.keyLength))])
    }
}
