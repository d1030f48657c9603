private import Glibc
private import Synchronization

/// The structured log of a process: one line for each entry, written whole, from any thread.
///
/// Each kind of message has its own rate limit, so that a fault that repeats a thousand times a second neither fills the disk nor hides the
/// others; the next line of that kind says how many were swallowed. Writing blocks while the sink does.
public final class Logger: Sendable {
    /// Lines of one kind and level within one window; later ones are counted instead of written.
    public static let linesPerWindowMax = 10
    public static let windowMilliseconds: Int64 = 10_000
    /// Kinds are written in code, so there are a few dozen; a kind beyond the limit shares one budget with the other late ones.
    static let kindsMax = 1_000

    /// Milliseconds since 1970.
    public typealias Clock = @Sendable () -> Int64
    /// Takes one line without its line break.
    public typealias Sink = @Sendable (String) -> Void

    public let level: LogLevel
    public let format: LogFormat
    private let clock: Clock
    private let sink: Sink
    private let budgets = Mutex<[Kind: Budget]>([:])

    private struct Kind: Hashable {
        var level: LogLevel
        var name: String
    }

    private struct Budget {
        var windowStart: Int64
        var written = 0
        var suppressed = 0
    }

    public init(
        level: LogLevel = .info, format: LogFormat = .text, clock: @escaping Clock = Logger.systemClock,
        sink: @escaping Sink = Logger.standardError
    ) {
        self.level = level
        self.format = format
        self.clock = clock
        self.sink = sink
    }

    /// A logger that drops everything, for tests and libraries.
    public static let silent = Logger(level: .error, sink: { _ in })

    public func debug(_ kind: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.debug, kind, message(), fields)
    }

    public func info(_ kind: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.info, kind, message(), fields)
    }

    public func warning(_ kind: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.warning, kind, message(), fields)
    }

    public func error(_ kind: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.error, kind, message(), fields)
    }

    /// Whether an entry of this level would be considered at all.
    public func isEnabled(_ level: LogLevel) -> Bool { level >= self.level }

    /// Writes an entry unless its level is too low or its kind has used up its lines. Secrets and sensitive fields must not come in here.
    public func log(
        _ level: LogLevel, _ kind: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        guard isEnabled(level) else { return }
        let now = clock()
        // The line is written under the lock: order and wholeness of lines matter more here than waiting.
        budgets.withLock { budgets in
            guard let suppressed = admit(Kind(level: level, name: kind), now, &budgets) else { return }
            let entry = LogEntry(
                timeMilliseconds: now, level: level, kind: kind, message: message(), fields: fields.map { ($0.key, $0.value) },
                suppressed: suppressed)
            sink(entry.line(format))
        }
    }

    /// The number of entries swallowed before this one, nil when this one is swallowed, too.
    private func admit(_ kind: Kind, _ now: Int64, _ budgets: inout [Kind: Budget]) -> Int? {
        var kind = kind
        if budgets[kind] == nil && budgets.count >= Self.kindsMax { kind = Kind(level: kind.level, name: "") }
        var budget = budgets[kind] ?? Budget(windowStart: now)
        defer { budgets[kind] = budget }
        // A clock that was set back starts a window as well.
        if now < budget.windowStart || now - budget.windowStart >= Self.windowMilliseconds {
            budget.windowStart = now
            budget.written = 0
        }
        guard budget.written < Self.linesPerWindowMax else {
            budget.suppressed += 1
            return nil
        }
        budget.written += 1
        defer { budget.suppressed = 0 }
        return budget.suppressed
    }

    /// The wall clock.
    public static let systemClock: Clock = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Standard error, one write for each line so that lines of several processes do not mix. A full or closed pipe loses the line.
    public static let standardError: Sink = { line in
        let bytes = Array((line + "\n").utf8)
        var start = 0
        while start < bytes.count {
            let written = bytes[start...].withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                start += written
            } else if errno != EINTR {
                return
            }
        }
    }
}
