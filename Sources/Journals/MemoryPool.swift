internal import Glibc

/// Memory for journals and their windows, from the C library, and the count of it.
///
/// Journals grow a quarter at a time, all of them at once; the C library joins the blocks that they leave behind and gives them out again as larger
/// ones, which size classes of our own did not.
final class MemoryPool {
    struct Block {
        var base: UnsafeMutableRawPointer
        /// At least what was asked for.
        var byteCount: Int
    }

    /// What the C library keeps beside each block.
    private static let overheadBytes = 8

    private(set) var bytesInUse = 0
    /// With what the C library keeps beside the blocks.
    private(set) var bytesReserved = 0

    func allocate(byteCount: Int) -> Block {
        // The C library's chunks are multiples of 16 bytes with its own 8 at their front: ask for all that it would give anyway.
        let usable = ((max(byteCount, 24) + Self.overheadBytes + 15) & ~15) - Self.overheadBytes
        let base = malloc(usable)!
        bytesInUse += usable
        bytesReserved += usable + Self.overheadBytes
        return Block(base: base, byteCount: usable)
    }

    /// - Parameter byteCount: as the block said.
    func release(_ base: UnsafeMutableRawPointer, byteCount: Int) {
        bytesInUse -= byteCount
        bytesReserved -= byteCount + Self.overheadBytes
        free(base)
    }
}
