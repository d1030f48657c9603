private import Synchronization

/// A number that only grows. Any thread; relaxed, so that counting costs next to nothing and orders nothing.
public final class Counter: Sendable {
    private let storage = Atomic<UInt64>(0)

    init() {}

    public func increment(by amount: UInt64 = 1) { storage.wrappingAdd(amount, ordering: .relaxed) }

    public var value: UInt64 { storage.load(ordering: .relaxed) }
}

/// A number that goes up and down. Any thread; relaxed.
public final class Gauge: Sendable {
    private let storage = Atomic<Int64>(0)

    init() {}

    public func set(_ value: Int64) { storage.store(value, ordering: .relaxed) }
    public func add(_ amount: Int64) { storage.wrappingAdd(amount, ordering: .relaxed) }

    public var value: Int64 { storage.load(ordering: .relaxed) }
}

/// A histogram for Prometheus with fixed bounds. Any thread; relaxed, so a reading may miss what is being recorded.
public final class BucketHistogram: Sendable {
    /// Upper bounds in ascending order, each included in its bucket; what is above the last falls into the bucket of infinity.
    public let bounds: [Int64]
    private let counts: [Cell]
    private let total = Atomic<Int64>(0)

    private final class Cell: Sendable {
        let storage = Atomic<UInt64>(0)
    }

    init(bounds: [Int64]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds ascend")
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Cell() }
    }

    /// O(log bounds), allocates nothing.
    public func record(_ value: Int64) {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        counts[low].storage.wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(value, ordering: .relaxed)
    }

    public var sum: Int64 { total.load(ordering: .relaxed) }

    /// Values of each bucket alone, the one of infinity last.
    public var bucketCounts: [UInt64] { counts.map { $0.storage.load(ordering: .relaxed) } }
}
