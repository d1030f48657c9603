/// When to look at a URL again. Steady milliseconds; randomness comes from outside.
struct Schedule {
    /// A server that comes back is noticed soon, also where polls are rare.
    static let firstRetryMilliseconds: Int64 = 5_000
    /// Beyond, waiting longer relieves no server and delays every fix.
    static let retryMillisecondsMax: Int64 = 300_000
    /// Of the interval, either way: so that many processes do not ask at once.
    static let jitterShare = 0.1

    let everyMilliseconds: Int64
    private(set) var nextMilliseconds: Int64
    private(set) var failures = 0

    /// The first look is due at once.
    init(everyMilliseconds: Int64, nowMilliseconds: Int64) {
        self.everyMilliseconds = everyMilliseconds
        nextMilliseconds = nowMilliseconds
    }

    /// - Parameter random: from 0 to 1.
    mutating func succeeded(nowMilliseconds: Int64, random: Double) {
        failures = 0
        nextMilliseconds = nowMilliseconds + scaled(everyMilliseconds, 1 + Self.jitterShare * (2 * random - 1))
    }

    /// The n-th failure in a row waits twice as long as the one before, less up to half of it by chance.
    mutating func failed(nowMilliseconds: Int64, random: Double) {
        failures += 1
        let first = min(everyMilliseconds, Self.firstRetryMilliseconds)
        let longest = max(everyMilliseconds, Self.retryMillisecondsMax)
        let doubled = min(longest, first << Int64(min(failures - 1, 30)))
        nextMilliseconds = nowMilliseconds + max(1, scaled(doubled, 1 - random / 2))
    }

    mutating func refresh(nowMilliseconds: Int64) { nextMilliseconds = nowMilliseconds }

    private func scaled(_ milliseconds: Int64, _ factor: Double) -> Int64 { Int64(Double(milliseconds) * factor) }
}
