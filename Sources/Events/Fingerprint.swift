internal import CXXHash

/// The identity of an entity: 128 bits of XXH3 over its key.
///
/// A collision would merge the histories of two customers; at 128 bits and a billion entities its probability is below 10⁻²⁰.
public struct EntityKey: Hashable, Sendable {
    public var low: UInt64
    public var high: UInt64

    @inlinable public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}

/// Fingerprints stand for strings wherever only equality matters: in recorded facts, in compiled conditions, in lists.
/// They are the same in every process and release, because the algorithm is frozen and the seeds are constants.
public enum Fingerprint {
    /// 64 bits of XXH3: within one journal or one list a collision is out of the question; see `EntityKey` for identities.
    public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        vane_hash64(bytes.baseAddress, bytes.count, 0)
    }

    public static func of(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { of(UnsafeRawBufferPointer($0)) }
    }

    /// 16 bits that tell a damaged or misplaced text from the one that was written.
    public static func check(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt16 {
        UInt16(truncatingIfNeeded: vane_hash64(bytes.baseAddress, bytes.count, seed))
    }

    /// The key of an entity; `seed` separates entities of different kinds that share a value, such as a phone and an account number.
    public static func entityKey(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> EntityKey {
        let hash = vane_hash128_of(bytes.baseAddress, bytes.count, seed)
        return EntityKey(low: hash.low, high: hash.high)
    }
}
