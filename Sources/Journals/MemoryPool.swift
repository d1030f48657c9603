/// Memory for journals: blocks in size classes a quarter apart, cut from large chunks and reused through free lists.
///
/// The general allocator would do, but not say how much a journal costs; and a block's rounding is at most a quarter here.
/// Allocation and release take constant time. One thread.
final class MemoryPool {
    struct Block {
        var base: UnsafeMutableRawPointer
        /// At least what was asked for.
        var byteCount: Int
    }

    /// Blocks from here on come from the system one by one.
    private static let pooledBytesMax = 16 * 1024
    private static let chunkBytes = 1024 * 1024
    private static let granule = 16

    /// Sizes of the classes, and for each number of granules its class.
    private let classBytes: [Int]
    private let classOfGranules: [UInt8]
    private var freeLists: [UnsafeMutableRawPointer?]
    private var chunks: [UnsafeMutableRawPointer] = []
    private var chunkNext: UnsafeMutableRawPointer?
    private var chunkLeft = 0
    private(set) var bytesInUse = 0
    private(set) var bytesReserved = 0

    init() {
        var sizes: [Int] = []
        var size = 2 * Self.granule
        while size < Self.pooledBytesMax {
            sizes.append(size)
            size = max(size + Self.granule, (size * 5 / 4) / Self.granule * Self.granule)
        }
        sizes.append(Self.pooledBytesMax)
        classBytes = sizes
        classOfGranules = (0...Self.pooledBytesMax / Self.granule).map { granules in
            UInt8(sizes.firstIndex { $0 >= granules * Self.granule }!)
        }
        freeLists = Array(repeating: nil, count: sizes.count)
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    func allocate(byteCount: Int) -> Block {
        if byteCount > Self.pooledBytesMax {
            bytesInUse += byteCount
            bytesReserved += byteCount
            return Block(base: .allocate(byteCount: byteCount, alignment: 16), byteCount: byteCount)
        }
        let index = Int(classOfGranules[(byteCount + Self.granule - 1) / Self.granule])
        let size = classBytes[index]
        bytesInUse += size
        if let free = freeLists[index] {
            freeLists[index] = free.load(as: UnsafeMutableRawPointer?.self)
            return Block(base: free, byteCount: size)
        }
        if chunkLeft < size {
            let chunk = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkBytes, alignment: 64)
            chunks.append(chunk)
            bytesReserved += Self.chunkBytes
            chunkNext = chunk
            chunkLeft = Self.chunkBytes
        }
        let base = chunkNext!
        chunkNext = base + size
        chunkLeft -= size
        return Block(base: base, byteCount: size)
    }

    func release(_ base: UnsafeMutableRawPointer, byteCount: Int) {
        bytesInUse -= byteCount
        if byteCount > Self.pooledBytesMax {
            bytesReserved -= byteCount
            base.deallocate()
            return
        }
        let index = Int(classOfGranules[byteCount / Self.granule])
        base.storeBytes(of: freeLists[index], as: UnsafeMutableRawPointer?.self)
        freeLists[index] = base
    }
}
