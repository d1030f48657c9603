/// Syslog's severities, which librdkafka uses; a lower value is worse.
public enum LogLevel: Int32, Sendable, Comparable, CaseIterable {
    case emergency, alert, critical, error, warning, notice, info, debug

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
