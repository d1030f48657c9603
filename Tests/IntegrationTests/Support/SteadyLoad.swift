import Testing

/// Transactions that keep coming while a test does something to the service, each of which must raise one alert.
final class SteadyLoad {
    let vane: Deployment
    let tap: Tap
    private let feed: Feed
    private(set) var sent = 0
    /// So that no process is more than this behind when something happens to it.
    private static let aheadMax = 2_000

    init(_ vane: Deployment) throws {
        self.vane = vane
        feed = try Feed(vane.cluster)
        tap = try Tap(vane.cluster, [vane.alerts])
    }

    func send(_ count: Int) {
        for _ in 0..<count {
            vane.send(feed, "e\(sent)", account: "A\(sent % 200)", seconds: sent % 80_000)
            sent += 1
        }
        feed.serve()
    }

    /// Sends until the condition holds.
    func send(until what: String, within limit: Duration = .seconds(90), sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool) throws {
        try tap.read(what, within: limit, sourceLocation: sourceLocation) {
            if sent < tap.records.count + Self.aheadMax { send(50) }
            return condition()
        }
    }

    /// Sends so many more, and until so many more alerts have come.
    func goOn(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let wanted = tap.records.count + count
        try send(until: "\(count) more alerts", sourceLocation: sourceLocation) { tap.records.count >= wanted }
    }

    /// Sends until a process has raised an alert since now.
    func send(untilDecides process: Child, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = tap.records.count
        try send(until: "process \(process.identifier) decides", sourceLocation: sourceLocation) {
            tap.records[before...].contains { $0.isFrom(process) }
        }
    }

    /// The accounts that a process has decided about.
    func accounts(of process: Child) -> Set<String> { Set(tap.records.filter { $0.isFrom(process) }.compactMap(\.key)) }

    /// Lets time pass, which is what the fault is about.
    func pause(seconds: Int) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        try tap.read("time", within: .seconds(seconds + 30)) { ContinuousClock.now >= end }
    }

    /// Waits for the alerts of everything sent.
    /// - Returns: how many came more than once.
    @discardableResult
    func expectEverything(within limit: Duration = .seconds(90), sourceLocation: SourceLocation = #_sourceLocation) throws -> Int {
        feed.flush(sourceLocation: sourceLocation)
        var seen: Set<String> = []
        var counted = 0
        try tap.read("everything of \(sent)", within: limit, sourceLocation: sourceLocation) {
            while counted < tap.records.count {
                seen.insert(tap.records[counted].eventID)
                counted += 1
            }
            return seen.count == sent
        }
        // What comes too much comes soon.
        for _ in 0..<20 { tap.poll() }
        return tap.records.count - sent
    }
}
