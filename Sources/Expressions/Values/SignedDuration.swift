/// A span of time, positive or negative, of at most 315,576,000,000 seconds (about 10,000 years) either way.
public struct SignedDuration: Sendable, Hashable, Comparable {
    /// The bound that `google.protobuf.Duration` sets.
    public static let secondsMax: Int64 = 315_576_000_000

    /// Whole seconds, rounded down (so -1.5 s is -2 and 500,000,000 ns).
    public let seconds: Int64
    /// 0 ..< 1,000,000,000 nanoseconds to add to `seconds`.
    public let nanoseconds: Int32

    /// Nil outside the range, or when `nanoseconds` is no fraction of a second.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard (0..<1_000_000_000).contains(nanoseconds), seconds >= -Self.secondsMax,
            seconds < Self.secondsMax || (seconds == Self.secondsMax && nanoseconds == 0)
        else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Nil outside the range.
    public init?(milliseconds: Int64) {
        let (seconds, rest) = CivilTime.floorDivide(milliseconds, 1000)
        self.init(seconds: seconds, nanoseconds: Int32(rest) * 1_000_000)
    }

    public static func < (left: SignedDuration, right: SignedDuration) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Whole units of `unitNanoseconds`, rounded toward zero, as the duration getters count them.
    func truncated(toUnitsOf unitNanoseconds: Int64) -> Int64 {
        let secondsPerUnit = unitNanoseconds / 1_000_000_000
        // A negative span with a fraction is one second nearer to zero than its floor.
        let towardZero = seconds < 0 && nanoseconds > 0 ? seconds + 1 : seconds
        return towardZero / secondsPerUnit
    }
}
