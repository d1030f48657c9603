import Glibc
import Testing

/// Transactions whose alerts say how many of their account there were: one that was lost, or counted twice, shows in all that come after it.
final class CountedLoad {
    let vane: Deployment
    let tap: Tap
    private let feed: Feed
    private let accounts: Int
    private(set) var sent = 0
    /// Where in the tap what is expected next begins.
    private var mark = 0

    /// - Parameters:
    ///   - accounts: they take turns.
    ///   - settings: further sections of the configuration.
    ///   - windows: so many more indicators of each account, which take memory.
    init(_ cluster: Cluster, accounts: Int = 5, settings: String, windows: Int = 0) throws {
        vane = try Deployment(cluster, rest: settings)
        self.accounts = accounts
        // Critical: lag alone must not take alerts away from what is counted.
        try vane.folder.write(
            "rules/watch/package.yaml",
            """
            package: watch
            version: "1"
            priority: critical
            on: [transaction]
            indicators:
              - {id: seen, entity: account, aggregate: count, window: 1d}
            \((0..<windows).map { "  - {id: distinct_\($0), entity: account, aggregate: distinct(amount), window: \($0 + 1)m}" }.joined(separator: "\n"))
            rules:
              - {id: counted, kind: hit, when: 'seen >= 1'}
            \((0..<windows).map { "  - {id: many_\($0), kind: hit, when: 'distinct_\($0) > 1000'}" }.joined(separator: "\n"))
            """)
        feed = try Feed(cluster)
        tap = try Tap(cluster, [vane.alerts])
    }

    /// The event's id says how many of its account there are with it.
    func send(_ count: Int) {
        for _ in 0..<count {
            let (account, ordinal) = (sent % accounts, sent / accounts + 1)
            vane.send(feed, "\(account)-\(ordinal)", account: "A\(account)", amount: "1.00", seconds: ordinal)
            sent += 1
        }
        feed.flush()
    }

    /// Alerts of all that was sent and not expected yet.
    @discardableResult
    func expectAlerts(within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation) throws -> [Record] {
        let wanted = sent
        try tap.read("alerts of \(wanted) events", within: limit, sourceLocation: sourceLocation) { Set(tap.records.map(\.eventID)).count >= wanted }
        defer { mark = tap.records.count }
        return Array(tap.records[mark...])
    }

    /// All that was sent and not expected yet was decided on the whole history.
    /// - Parameter mayBeLate: packages that can wait may have been passed over.
    func expectRightCounts(mayBeLate: Bool = false, within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let records = try expectAlerts(within: limit, sourceLocation: sourceLocation)
        let wrong = records.filter { $0.count != $0.ordinal }.map { "\($0.eventID): \($0.count ?? -1)" }
        #expect(wrong.isEmpty, "\(wrong.count) of \(records.count) counts are wrong, such as \(wrong.prefix(5))", sourceLocation: sourceLocation)
        let reasons = Set(records.compactMap(\.degraded)).filter { !mayBeLate || !$0.hasPrefix("overload: ") }
        #expect(reasons.isEmpty, "decisions are degraded", sourceLocation: sourceLocation)
    }

    func sendAndExpect(_ count: Int, mayBeLate: Bool = false, sourceLocation: SourceLocation = #_sourceLocation) throws {
        send(count)
        try expectRightCounts(mayBeLate: mayBeLate, sourceLocation: sourceLocation)
    }

    func start(_ settings: [String] = [], executable: String = Places.executable) throws -> Child { try vane.start(settings, executable: executable) }

    /// What is sent from then on is decided at once.
    func startAndAwaitPartitions() throws -> Child {
        let process = try start()
        try process.says("partitions assigned: \(vane.transactions)/")
        return process
    }

    func stop(_ process: Child, sourceLocation: SourceLocation = #_sourceLocation) throws {
        process.signal(SIGTERM)
        #expect(try process.wait(sourceLocation: sourceLocation) == 0, "\(process.errors.text)", sourceLocation: sourceLocation)
    }
}

extension Record {
    /// The value of the indicator behind the alert.
    var count: Int? { json["evidence"].array.first { $0["indicator"].string == "seen" }?["value"].int }
    /// What it should be: the second part of the event's id.
    var ordinal: Int? { eventID.split(separator: "-").last.flatMap { Int($0) } }
    /// Why the decision is degraded.
    var degraded: String? { json["degraded"].string }
}
