/// A moment from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// 0001-01-01T00:00:00Z.
    public static let secondsMin: Int64 = -62_135_596_800
    /// 9999-12-31T23:59:59Z.
    public static let secondsMax: Int64 = 253_402_300_799

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public let seconds: Int64
    /// 0 ..< 1,000,000,000 nanoseconds after `seconds`.
    public let nanoseconds: Int32

    /// Nil outside the range of years 1 to 9999, or when `nanoseconds` is no fraction of a second.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard (Self.secondsMin...Self.secondsMax).contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Nil outside the range of years 1 to 9999.
    public init?(epochMilliseconds: Int64) {
        let (seconds, milliseconds) = CivilTime.floorDivide(epochMilliseconds, 1000)
        self.init(seconds: seconds, nanoseconds: Int32(milliseconds) * 1_000_000)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, rounded down.
    public var epochMilliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
