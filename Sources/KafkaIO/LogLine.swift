/// One line of librdkafka's own log.
public struct LogLine: Sendable, CustomStringConvertible {
    public let level: LogLevel
    /// A short upper-case word for the part of librdkafka, such as `FAIL`.
    public let facility: String
    public let message: String

    public var description: String { "\(level) \(facility) \(message)" }
}

/// Takes librdkafka's log lines. Called on librdkafka's own threads, several at once: it must be thread-safe, quick, and
/// must not call this module. Without one, lines are dropped; the library itself never prints.
public typealias LogHandler = @Sendable (LogLine) -> Void
