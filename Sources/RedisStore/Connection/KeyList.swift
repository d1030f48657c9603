/// Keys for a command that takes several, one after another in memory. Reused: no allocation in steady state.
public struct KeyList: ~Copyable {
    private var bytes = ByteArena()
    private var ends: [Int] = []

    public init() {}

    public var count: Int { ends.count }

    public mutating func removeAll() {
        bytes.removeAll()
        ends.removeAll(keepingCapacity: true)
    }

    public mutating func append(_ key: UnsafeRawBufferPointer) {
        unsafe bytes.append(key)
        ends.append(bytes.count)
    }

    /// Valid until the list changes.
    public subscript(index: Int) -> UnsafeRawBufferPointer {
        let start = index == 0 ? 0 : ends[index - 1]
        return unsafe UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<ends[index]])
    }
}
