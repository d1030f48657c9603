import Documents
import Events
import Expressions
import Glibc
import Rules
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import PackageFeed

struct UTC: TimeZoneProvider {
    func rules(named name: String) -> TimeZoneRules? { TimeZoneRules(fixedOffsetSeconds: 0) }
}

let schemaText = """
    events:
      transaction:
        topic: transactions
        id: event_id
        time: event_time
        fields:
          account_id: {type: string}
          amount: {type: decimal, scale: 2}
          ip: {type: string, optional: true}
    entities:
      account: {key: account_id, history: 7d, record: [amount]}
    """
let schema = try! Schema.read(Array(schemaText.utf8), file: "schema.yaml")

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func package(_ name: String = "sample", version: String = "1", rules: String = "{id: large, kind: hit, when: 'amount > 50.0'}", more: String = "") -> String {
    "package: \(name)\nversion: \"\(version)\"\non: [transaction]\n\(more)rules:\n  - \(rules)\n"
}

func signed(
    _ text: String, by keys: SigningKey..., name: String = "sample", revision: Int64 = 1, expires: Int64? = nil
) -> [UInt8] {
    var document = SignedDocument(
        content: bytes(text), release: Release(name: name, revision: revision, issuedMilliseconds: 1_700_000_000_000, expiresMilliseconds: expires))
    for key in keys { document.sign(with: key) }
    return document.bytes
}

/// Waits until a condition holds; tests share the machine with builds.
func eventually(_ what: String, seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool) throws {
    for _ in 0..<(seconds * 500) {
        if condition() { return }
        usleep(2_000)
    }
    try #require(condition(), "\(what) within \(seconds) s", sourceLocation: sourceLocation)
}

/// A folder that lives as long as its test.
final class Folder: Sendable {
    let path: String

    init() { path = TemporaryFolder.make("vane-feed") }

    deinit { shell("rm -rf '\(path)'") }

    @discardableResult func write(_ name: String, _ content: [UInt8]) -> String {
        let file = fopen(path + "/" + name, "w")!
        _ = fwrite(content, 1, content.count, file)
        fclose(file)
        return path + "/" + name
    }

    func read(_ name: String) -> [UInt8] {
        let file = fopen(path + "/" + name, "r")!
        defer { fclose(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { content += chunk[..<count] }
        return content
    }

    var names: [String] { shell("ls '\(path)'").split(separator: "\n").map(String.init) }
}

@discardableResult func shell(_ command: String) -> String {
    let stream = popen(command, "r")!
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 { output += chunk[..<count] }
    pclose(stream)
    return String(decoding: output, as: UTF8.self)
}

/// A feed with its log and its counters at hand.
final class Bench {
    let feed: Feed
    let registry = MetricsRegistry()
    private let lines: Lines

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    /// - Parameter every: an hour, so that what a test sees comes from what it asks for.
    init(
        _ subscriptions: [Subscription], fixed: [String] = [], lists: [String] = [], state: Folder? = nil, now: (@Sendable () -> Int64)? = nil
    ) throws {
        let lines = Lines()
        self.lines = lines
        var environment = FeedEnvironment.system
        if let now { environment.nowMilliseconds = now }
        var sources: [Assembly.Source] = [
            .fixed(fixed.enumerated().map { Assembly.Document(bytes: bytes($0.element), file: "fixed-\($0.offset).yaml", mode: nil) })
        ]
        for index in subscriptions.indices { sources.append(.subscribed(index)) }
        feed = try Feed(
            subscriptions,
            assembly: Assembly(
                schema: schema, sources: sources, listNames: lists, timeZones: UTC(),
                makeDecoder: { Decoder(schema: $0, pseudonymiser: nil, timeZones: UTC()) }), stateDirectory: state?.path,
            readList: { content, _, _ throws(Diagnostics) in
                var contents = ListContents()
                for line in content.split(separator: UInt8(ascii: "\n")) {
                    let subject = String(decoding: line, as: UTF8.self)
                    if subject == "bad" { throw Diagnostics([Diagnostic(code: "bad-list-entry", "bad")]) }
                    contents.put(subject: subject, Lists.Entry(timeMilliseconds: 0))
                }
                return contents
            },
            log: Logger(format: .text, sink: { line in lines.all.withLock { $0.append(line) } }), registry: registry, environment: environment)
    }

    /// One subscription to a server.
    convenience init(_ url: String, keys: [PublicKey] = [], fixed: [String] = [], state: Folder? = nil, timeout: Int64 = 30_000, max: Int = 16 << 20) throws {
        try self.init(
            [Subscription(.package(mode: nil), url: url, everyMilliseconds: 3_600_000, publicKeys: keys, bytesMax: max, timeoutMilliseconds: timeout)],
            fixed: fixed, state: state)
    }

    func started() -> Bench {
        feed.start()
        return self
    }

    var status: SubscriptionStatus { feed.status.subscriptions[0] }
    var log: [String] { lines.all.withLock { $0 } }
    func logged(_ kind: String) -> Int { log.count { $0.contains(" \(kind): ") } }

    func isActive(_ version: String, _ index: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("version \(version) is active; \(feed.status.subscriptions[index])", sourceLocation: sourceLocation) {
            let status = feed.status.subscriptions[index]
            return status.version == version && status.phase == .active && status.problem == nil
        }
    }

    func hasProblem(_ code: String, _ index: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("the problem \(code); \(feed.status.subscriptions[index])", sourceLocation: sourceLocation) {
            feed.status.subscriptions[index].problem?.code == code
        }
    }
}
