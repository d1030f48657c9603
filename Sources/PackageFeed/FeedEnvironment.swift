internal import Glibc

/// Clocks and chance, which tests replace.
public struct FeedEnvironment: Sendable {
    /// Since 1970.
    public var nowMilliseconds: @Sendable () -> Int64
    /// Never runs backwards.
    public var steadyMilliseconds: @Sendable () -> Int64
    /// From 0 to 1.
    public var random: @Sendable () -> Double

    public init(
        nowMilliseconds: @escaping @Sendable () -> Int64, steadyMilliseconds: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> Double
    ) {
        self.nowMilliseconds = nowMilliseconds
        self.steadyMilliseconds = steadyMilliseconds
        self.random = random
    }

    public static let system = FeedEnvironment(
        nowMilliseconds: { read(CLOCK_REALTIME) }, steadyMilliseconds: { read(CLOCK_MONOTONIC) }, random: { Double.random(in: 0...1) })

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
