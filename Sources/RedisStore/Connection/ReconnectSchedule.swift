/// Pauses between attempts, doubling up to a limit, the same each time.
struct ReconnectSchedule {
    private let first: Int64
    private let limit: Int64
    private let refused: Int64
    private var pause: Int64

    init(_ configuration: RedisConfiguration) {
        first = Int64(max(1, configuration.reconnectMillisecondsMin))
        limit = Int64(max(configuration.reconnectMillisecondsMin, configuration.reconnectMillisecondsMax))
        refused = Int64(configuration.refusedMilliseconds)
        pause = first
    }

    mutating func succeeded() { pause = first }

    /// Milliseconds until the next attempt.
    mutating func failed(_ failure: RedisFailure) -> Int64 {
        guard failure.isTransient else { return refused }
        defer { pause = min(limit, pause * 2) }
        return pause
    }
}
