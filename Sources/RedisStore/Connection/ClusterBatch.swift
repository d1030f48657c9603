/// A copy of a batch's commands, so that those which a server sends elsewhere can be sent again.
@safe
final class ClusterBatch {
    struct Item {
        var start: Int
        var end: Int
        /// -1 for a command of the server.
        var keySlot: Int32
    }

    private(set) var bytes = ByteArena()
    private(set) var items: [Item] = []
    var storage: UnsafeMutablePointer<ReplyStorage>!
    /// After it nothing is sent again.
    var deadline: Int64 = 0

    func encoded(_ item: Item) -> UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: bytes.bytes[item.start..<item.end]) }

    func fill(_ commands: borrowing CommandBuffer) {
        bytes.removeAll()
        items.removeAll(keepingCapacity: true)
        for index in 0..<commands.count {
            let entry = commands.entries[index]
            let start = bytes.count
            unsafe bytes.append(commands.encoded(index))
            let slot = entry.hasKey ? unsafe Int32(KeySlot.of(commands.key(of: index))) : -1
            items.append(Item(start: start, end: bytes.count, keySlot: slot))
        }
    }
}
