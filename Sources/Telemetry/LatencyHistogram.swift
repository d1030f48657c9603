/// Counts durations in buckets of at most 1 % relative width, from 0 to 2^42 - 1 units, in fixed memory.
///
/// The unit is the caller's: microseconds reach 50 days, nanoseconds 73 minutes. Values up to 127 have a bucket each; every further power of two
/// is split into 64 buckets, and a bucket is reported by its middle, so no percentile is off by more than 1/128. Larger values count as the
/// largest, negative ones as 0. 19 KiB; recording is O(1) and allocates nothing. For one thread: record on one, `merge` copies elsewhere.
public struct LatencyHistogram: Sendable {
    private static let subBucketBits = 6
    private static let subBuckets = 1 << subBucketBits
    private static let exponentMax = 42
    static let bucketCount = (exponentMax - subBucketBits + 1) * subBuckets
    public static let valueMax: Int64 = 1 << exponentMax - 1

    private var counts = [UInt64](repeating: 0, count: bucketCount)
    /// How many values were recorded.
    public private(set) var count: UInt64 = 0
    /// The exact sum of the recorded values; wraps beyond Int64.
    public private(set) var sum: Int64 = 0
    /// The exact extremes; 0 before the first value.
    public private(set) var minimum: Int64 = 0
    public private(set) var maximum: Int64 = 0

    public init() {}

    public mutating func record(_ value: Int64) { record(value, times: 1) }

    public mutating func record(_ value: Int64, times: UInt64) {
        if times == 0 { return }
        let value = min(max(value, 0), Self.valueMax)
        counts[Self.bucket(of: value)] += times
        minimum = count == 0 ? value : min(minimum, value)
        maximum = max(maximum, value)
        count += times
        sum &+= value &* Int64(truncatingIfNeeded: times)
    }

    /// The value below or at which the given share of all values lies: 0.99 is the 99th percentile. 0 without values. O(buckets).
    public func percentile(_ share: Double) -> Int64 {
        guard count > 0 else { return 0 }
        if share <= 0 { return minimum }
        if share >= 1 { return maximum }
        let rank = max(UInt64((share * Double(count)).rounded(.up)), 1)
        var seen: UInt64 = 0
        for bucket in 0..<Self.bucketCount {
            seen += counts[bucket]
            if seen >= rank { return min(max(Self.middle(of: bucket), minimum), maximum) }
        }
        return maximum
    }

    public var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// How many values are at or below a bound, to the precision of the buckets. O(buckets).
    public func count(upTo bound: Int64) -> UInt64 {
        if bound >= maximum { return count }
        if bound < 0 { return 0 }
        return (0..<Self.bucketCount).reduce(0) { Self.middle(of: $1) <= bound ? $0 + counts[$1] : $0 }
    }

    public mutating func merge(_ other: LatencyHistogram) {
        if other.count == 0 { return }
        for bucket in 0..<Self.bucketCount { counts[bucket] += other.counts[bucket] }
        minimum = count == 0 ? other.minimum : min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        count += other.count
        sum &+= other.sum
    }

    /// Forgets everything and keeps the memory.
    public mutating func reset() {
        for bucket in 0..<Self.bucketCount { counts[bucket] = 0 }
        count = 0
        sum = 0
        minimum = 0
        maximum = 0
    }

    /// Values below 2^7 are their own buckets; above, the leading bit picks a row and the next six bits the place in it.
    static func bucket(of value: Int64) -> Int {
        let exponent = 63 - (value | 1).leadingZeroBitCount
        if exponent <= subBucketBits { return Int(value) }
        let shift = exponent - subBucketBits
        return shift << subBucketBits + Int(value >> Int64(shift))
    }

    /// The middle of the values that fall into a bucket.
    static func middle(of bucket: Int) -> Int64 {
        if bucket < 2 * subBuckets { return Int64(bucket) }
        let shift = bucket >> subBucketBits - 1
        let lowest = Int64(bucket - shift << subBucketBits) << Int64(shift)
        return lowest + (Int64(1) << Int64(shift)) / 2
    }
}
