/// The values of a window in order, for quantiles. Finding a place takes logarithmic time, making room moves the values behind it.
struct SortedValues {
    private var keys: UnsafeMutablePointer<Int64>?
    private var byteCount: UInt32 = 0
    private(set) var count: UInt32 = 0

    subscript(index: Int) -> Int64 { keys![index] }

    private func lowerBound(_ key: Int64) -> Int {
        var low = 0
        var high = Int(count)
        while low < high {
            let middle = (low + high) / 2
            if keys![middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func add(_ key: Int64, _ pool: MemoryPool) {
        if (Int(count) + 1) * 8 > Int(byteCount) { grow(pool) }
        let at = lowerBound(key)
        let place = keys! + at
        (place + 1).update(from: place, count: Int(count) - at)
        place.pointee = key
        count += 1
    }

    mutating func remove(_ key: Int64) {
        let at = lowerBound(key)
        precondition(at < count && keys![at] == key, "a value leaves a window that it never entered")
        let place = keys! + at
        place.update(from: place + 1, count: Int(count) - at - 1)
        count -= 1
    }

    private mutating func grow(_ pool: MemoryPool) {
        let copied = copy(pool, byteCount: max(64, Int(byteCount) * 2))
        let filled = count
        removeAll(pool)
        self = copied
        count = filled
    }

    func copy(_ pool: MemoryPool) -> SortedValues { keys == nil ? self : copy(pool, byteCount: Int(byteCount)) }

    private func copy(_ pool: MemoryPool, byteCount: Int) -> SortedValues {
        let block = pool.allocate(byteCount: byteCount)
        var copy = SortedValues()
        copy.keys = block.base.bindMemory(to: Int64.self, capacity: block.byteCount / 8)
        copy.byteCount = UInt32(block.byteCount)
        copy.count = count
        if let keys { copy.keys!.update(from: keys, count: Int(count)) }
        return copy
    }

    mutating func removeAll(_ pool: MemoryPool) {
        if let keys { pool.release(UnsafeMutableRawPointer(keys), byteCount: Int(byteCount)) }
        self = SortedValues()
    }
}
