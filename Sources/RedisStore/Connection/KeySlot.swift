/// Where a Redis Cluster keeps a key: CRC-16/XMODEM of its hash tag, or of the whole key where it has none, modulo 16,384.
enum KeySlot {
    static let count = 16384

    static func of(_ key: UnsafeRawBufferPointer) -> Int {
        unsafe Int(checksum(hashTag(of: key))) % count
    }

    /// What stands between the first `{` and the first `}` after it, unless that is empty.
    private static func hashTag(of key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let open = unsafe key.firstIndex(of: 0x7B) else { return unsafe key }
        var close = open + 1
        while close < key.count, unsafe key[close] != 0x7D { close += 1 }
        guard close < key.count, close > open + 1 else { return unsafe key }
        return unsafe UnsafeRawBufferPointer(rebasing: key[(open + 1)..<close])
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt16 {
        var sum: UInt16 = 0
        for place in 0..<bytes.count {
            let byte = unsafe bytes[place]
            sum = (sum << 8) ^ table[Int(UInt8(truncatingIfNeeded: sum >> 8) ^ byte)]
        }
        return sum
    }

    /// The polynomial 0x1021, for one byte at a time.
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { sum, _ in sum & 0x8000 != 0 ? (sum << 1) ^ 0x1021 : sum << 1 }
    }
}
