/// A copy of a batch's commands, one key each, so that those which a server sends elsewhere can be sent again.
@safe
final class ClusterBatch {
    struct Item {
        var start: Int
        var end: Int
        /// Where its first value goes.
        var place: Int32
        var replies: Int32
        /// -1 for a command of the server.
        var keySlot: Int32
        /// `GET` that stands for a key of `MGET`, which has no value of another type.
        var isPartOfMultiGet: Bool
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
        var place: Int32 = 0
        for index in 0..<commands.count {
            let entry = commands.entries[index]
            switch entry.keys {
            case .each: fill(multiGet: commands, entry, &place)
            case .none, .one:
                let slot = entry.keys == .one ? unsafe Int32(KeySlot.of(commands.key(of: index))) : -1
                let start = bytes.count
                unsafe bytes.append(commands.encoded(index))
                items.append(
                    Item(start: start, end: bytes.count, place: place, replies: entry.replies, keySlot: slot, isPartOfMultiGet: false))
                place += max(1, entry.replies)
            }
        }
    }

    private func fill(multiGet commands: borrowing CommandBuffer, _ entry: CommandBuffer.Entry, _ place: inout Int32) {
        var at = entry.key
        var length = Int(entry.keyLength)
        for index in 0..<entry.replies {
            let start = bytes.count
            let key = unsafe UnsafeRawBufferPointer(rebasing: commands.bytes.bytes[at..<(at + length)])
            bytes.append("*2\r\n$3\r\nGET\r\n$")
            bytes.append(decimal: Int64(length))
            bytes.append("\r\n")
            unsafe bytes.append(key)
            bytes.append("\r\n")
            items.append(
                Item(start: start, end: bytes.count, place: place, replies: 1, keySlot: unsafe Int32(KeySlot.of(key)), isPartOfMultiGet: true))
            place += 1
            guard index + 1 < entry.replies else { break }
            // Behind the key and its line's end stand the next one's mark and length.
            at += length + 3
            length = 0
            while let digit = unsafe commands.bytes.bytes[at...].first, digit != 0x0D {
                length = length * 10 + Int(digit - 48)
                at += 1
            }
            at += 2
        }
    }
}
