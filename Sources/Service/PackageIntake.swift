internal import Documents
internal import Engine
internal import PackageFeed
internal import Rules
internal import Telemetry

/// The feed as the decision thread sees it: what is new is taken over between two batches.
final class PackageIntake {
    private static let noticeNanoseconds: Int64 = 10_000_000_000
    private static let statusNanoseconds: Int64 = 100_000_000
    /// A command is a few words.
    private static let commandBytesMax = 4_096

    private let feed: Feed
    private let log: Logger
    private var waiting: Update?
    private var nextNotice: Int64 = 0
    private var nextStatus: Int64 = 0
    private var isComplete = false
    /// Why decisions are degraded; nil where they are not.
    private(set) var degradation: String?

    init(_ feed: Feed, log: Logger) {
        self.feed = feed
        self.log = log
    }

    /// - Parameter wake: ends the decision thread's wait, from any thread.
    func start(wake: @escaping @Sendable () -> Void) {
        feed.handover.onNews(wake)
        nextNotice = Clock.steadyNanoseconds() + Self.noticeNanoseconds
        feed.start()
    }

    func stop() { feed.stop() }

    /// Whether events must wait: a package that must run has not run yet. Deciding without it would let through what it is there to stop.
    var holdsBack: Bool { !isComplete }

    /// What is new, until it has been taken over.
    var update: Update? {
        if waiting == nil { waiting = feed.handover.take() }
        return waiting
    }

    /// Everything of the update is in force.
    /// - Parameter replaced: what nobody uses any more.
    func took(replacing replaced: AnyObject?) {
        if let replaced { feed.handover.retire(replaced) }
        waiting = nil
        nextStatus = 0
    }

    /// To be called between two batches.
    func turn() {
        let now = Clock.steadyNanoseconds()
        guard now >= nextStatus else { return }
        nextStatus = now + Self.statusNanoseconds
        let status = feed.status
        degradation = status.degradation
        if !isComplete { isComplete = status.isComplete }
        if !isComplete && now >= nextNotice {
            nextNotice = now + Self.noticeNanoseconds
            let missing = status.subscriptions.filter { $0.phase != .active }.map { $0.text(at: Clock.nowMilliseconds()) }
            log.warning("waiting-for-packages", "events wait until each package has run once: \(missing.joined(separator: "; "))")
        }
    }

    /// Takes a package back whose rates have left their bounds.
    func report(_ breach: Breach) { feed.report(breach) }

    /// A record of the control topic: `{"command":"refresh-packages"}`. Others are for others.
    func take(command payload: UnsafeRawBufferPointer?) {
        guard let payload, payload.count <= Self.commandBytesMax, let record = try? parseYAML(Array(payload), file: "control.json"),
            record["command"]?.text == "refresh-packages"
        else { return }
        log.info("packages-refreshed", "every package server is asked at once")
        feed.refresh()
    }
}
