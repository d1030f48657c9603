internal import Glibc

/// How far long work has come, on a terminal only and on standard error, so that results stay clean.
struct Progress {
    private let total: Int
    private var done = 0
    private let isShown: Bool
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant

    /// Work that is quicker than this shows nothing.
    private static let pause = Duration.milliseconds(500)

    init(total: Int) {
        self.total = total
        isShown = Terminal.isTerminal(STDERR_FILENO)
        last = clock.now
    }

    private var hasShown = false

    mutating func advance() {
        done += 1
        guard isShown, clock.now - last >= Self.pause else { return }
        last = clock.now
        hasShown = true
        fputs("\r\(done) of \(total)\u{1B}[K", Streams.error)
        fflush(Streams.error)
    }

    /// Takes the line away.
    func finish() { if hasShown { fputs("\r\u{1B}[K", Streams.error) } }
}
