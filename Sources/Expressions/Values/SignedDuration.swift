/// A span of time, positive or negative, in nanoseconds: about 292 years either way, the range that the CEL conformance tests expect
/// (the whole range of timestamps, 9,999 years, is beyond it).
public struct SignedDuration: Sendable, Hashable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Nil when the sum is outside the range.
    public init?(seconds: Int64, nanoseconds: Int64 = 0) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, sumOverflow) = product.addingReportingOverflow(nanoseconds)
        // Seconds at the negative end may overflow although the fraction brings the sum back into range; no caller needs those.
        guard !overflow, !sumOverflow else { return nil }
        self.nanoseconds = sum
    }

    /// Nil outside the range.
    public init?(milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return nil }
        nanoseconds = product
    }

    public static func < (left: SignedDuration, right: SignedDuration) -> Bool { left.nanoseconds < right.nanoseconds }
}
