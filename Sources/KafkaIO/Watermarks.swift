/// The ends of a partition: the offset of its first record, and the one that the next record will get.
public struct Watermarks: Equatable, Sendable {
    public let low: Int64
    public let high: Int64

    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
