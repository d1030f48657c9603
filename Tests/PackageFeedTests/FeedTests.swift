import Documents
import Engine
import Events
import Expressions
import Glibc
import Journals
import Rules
import Synchronization
import Telemetry
import Testing

@testable import PackageFeed

@Suite struct FeedTests {
    private let folder = Folder()

    private func serve() throws -> PackageServer { try PackageServer(folder: folder.path, host: "127.0.0.1", port: 0) }
    private func url(_ server: PackageServer, _ name: String = "p.yaml") -> String { "http://127.0.0.1:\(server.port)/\(name)" }

    @Test func aNewVersionIsSwappedInAndTheSameOneChangesNothing() throws {
        let server = try serve()
        folder.write("p.yaml", bytes(package()))
        let bench = try Bench(url(server), fixed: [package("other")])
        #expect(bench.feed.status.isReady == false && bench.status.phase == .subscribed && bench.feed.handover.take() == nil)
        #expect(bench.feed.initial.compiled?.rules.packages.map(\.name) == ["other"])
        _ = bench.started()
        try bench.isActive("1")
        #expect(bench.status.name == "sample" && bench.status.size == 1 && bench.status.kind == "package" && bench.feed.status.isReady)
        let first = try #require(bench.feed.handover.take()?.compiled)
        #expect(first.rules.packages.map(\.name) == ["other", "sample"] && first.rules.packages.map(\.version) == ["1", "1"])
        #expect(bench.feed.handover.take() == nil)

        // The same bytes, and then the same answer without them.
        let confirmed = bench.status.confirmedMilliseconds!
        usleep(2_000)
        bench.feed.refresh()
        try eventually("a confirmation") { bench.status.confirmedMilliseconds! > confirmed }
        #expect(bench.feed.handover.take() == nil && bench.logged("package-active") == 1)

        folder.write("p.yaml", bytes(package(version: "2")))
        bench.feed.refresh()
        try bench.isActive("2")
        #expect(bench.feed.handover.take()?.compiled?.rules.packages.map(\.version) == ["1", "2"])
        let text = bench.registry.prometheusText()
        #expect(text.contains("vane_package_transitions_total{url=\"\(url(server))\",to=\"active\"} 2"), "\(text)")
        #expect(text.contains("vane_package_polls_total{url=\"\(url(server))\",outcome=\"changed\"} 2"))
    }

    @Test func anIntervalAsksWithTheETag() throws {
        let server = ScriptedServer { exchange in
            if exchange.header("If-None-Match") == "\"v1\"" { return exchange.answer("304 Not Modified", ["ETag: \"v1\""]) }
            exchange.answer("200 OK", ["ETag: \"v1\"", "Last-Modified: Fri, 20 Nov 2026 01:30:00 GMT"], bytes(package()))
        }
        let bench = try Bench([Subscription(.package(mode: nil), url: server.url, everyMilliseconds: 10)]).started()
        let url = server.url
        try eventually("several unchanged answers") {
            bench.registry.prometheusText().contains("vane_package_polls_total{url=\"\(url)\",outcome=\"unchanged\"} 7")
        }
        #expect(bench.logged("package-active") == 1 && bench.status.problem == nil)
    }

    @Test func theModeOfTheConfigurationCounts() throws {
        let server = try serve()
        folder.write("p.yaml", bytes(package()))
        let bench = try Bench([Subscription(.package(mode: .shadow), url: url(server))]).started()
        try bench.isActive("1")
        #expect(bench.feed.handover.take()?.compiled?.rules.packages.map(\.mode) == [.shadow])
    }

    @Test func aFile() throws {
        let path = folder.write("p.yaml", bytes(package()))
        let bench = try Bench("file://" + path).started()
        try bench.isActive("1")
        folder.write("p.yaml", bytes(package(version: "2")))
        bench.feed.refresh()
        try bench.isActive("2")
        unlink(path)
        bench.feed.refresh()
        try bench.hasProblem("not-found")
        #expect(bench.status.phase == .active && bench.status.version == "2")
    }

    @Test func keysAreReplacedWithoutAGap() throws {
        let (old, new) = (SigningKey(), SigningKey())
        let server = try serve()
        folder.write("p.yaml", signed(package(), by: old))
        let bench = try Bench(url(server), keys: [old.publicKey, new.publicKey]).started()
        try bench.isActive("1")
        #expect(bench.status.keyID == old.publicKey.id && bench.status.revision == 1)
        folder.write("p.yaml", signed(package(version: "2"), by: new, revision: 2))
        bench.feed.refresh()
        try bench.isActive("2")
        #expect(bench.status.keyID == new.publicKey.id && bench.status.revision == 2)
    }

    /// Each is refused with its code, the last good one runs on, and the next good one is taken.
    @Test func whatIsNotRightlySignedIsRefused() throws {
        let (key, stranger) = (SigningKey(), SigningKey())
        let server = try serve()
        let good = signed(package(version: "5"), by: key, revision: 5)
        folder.write("p.yaml", good)
        let bench = try Bench(url(server), keys: [key.publicKey]).started()
        try bench.isActive("5")
        _ = bench.feed.handover.take()
        var tampered = signed(package(version: "6"), by: key, revision: 6)
        tampered[9] ^= 1
        for (code, file) in [
            ("unsigned", bytes(package(version: "6"))), ("untrusted-key", signed(package(version: "6"), by: stranger, revision: 6)),
            ("bad-signature", tampered), ("expired", signed(package(version: "6"), by: key, revision: 6, expires: 1_700_000_000_001)),
            ("rolled-back", signed(package(version: "4"), by: key, revision: 4)),
            ("revision-reused", signed(package(version: "6"), by: key, revision: 5)),
            ("wrong-name", signed(package(version: "6"), by: key, name: "other", revision: 6)),
            ("wrong-name", signed(package("other", version: "6"), by: key, name: "other", revision: 6)),
            ("malformed-signature", good + good),
        ] {
            folder.write("p.yaml", file)
            bench.feed.refresh()
            try bench.hasProblem(code)
            #expect(bench.status.version == "5" && bench.status.phase == .active && bench.feed.handover.take() == nil, "\(code)")
            folder.write("p.yaml", good)
            bench.feed.refresh()
            try bench.isActive("5")
        }
        folder.write("p.yaml", signed(package(version: "7"), by: key, revision: 7))
        bench.feed.refresh()
        try bench.isActive("7")
    }

    // MARK: Restart

    @Test func aRestartRunsOnWhatWasKept() throws {
        let (state, key) = (Folder(), SigningKey())
        let port: UInt16
        do {
            let server = try serve()
            port = server.port
            folder.write("p.yaml", signed(package(version: "3"), by: key, revision: 3))
            let bench = try Bench(url(server), keys: [key.publicKey], state: state).started()
            try bench.isActive("3")
        }
        let address = "http://127.0.0.1:\(port)/p.yaml"
        let bench = try Bench(address, keys: [key.publicKey], state: state)
        #expect(bench.status.phase == .active && bench.status.version == "3" && bench.status.isRestored && bench.feed.status.isReady)
        #expect(bench.feed.initial.compiled?.rules.packages.map(\.version) == ["3"])
        _ = bench.started()
        try bench.hasProblem("unreachable")
        #expect(bench.status.version == "3" && bench.status.revision == 3)
        // What ran before a restart is not rolled back after it.
        let server = try PackageServer(folder: folder.path, host: "127.0.0.1", port: port)
        folder.write("p.yaml", signed(package(version: "2"), by: key, revision: 2))
        bench.feed.refresh()
        try bench.hasProblem("rolled-back")
        folder.write("p.yaml", signed(package(version: "4"), by: key, revision: 4))
        bench.feed.refresh()
        try bench.isActive("4")
        #expect(!bench.status.isRestored)
        _ = server
    }

    @Test func aRestartAsksWithTheETagOfWhatWasKept() throws {
        let state = Folder()
        let asked = Asked()
        let server = ScriptedServer { exchange in
            asked.note(exchange.header("If-None-Match"))
            if exchange.header("If-None-Match") == "\"v1\"" { return exchange.answer("304 Not Modified") }
            exchange.answer("200 OK", ["ETag: \"v1\""], bytes(package()))
        }
        try Bench(server.url, state: state).started().isActive("1")
        let bench = try Bench(server.url, state: state).started()
        try eventually("a confirmation") { !bench.status.isRestored }
        #expect(asked.all == [nil, "\"v1\""] && bench.status.version == "1" && bench.feed.handover.take() == nil)
    }

    private final class Asked: Sendable {
        private let values = Mutex<[String?]>([])
        func note(_ value: String?) { values.withLock { $0.append(value) } }
        var all: [String?] { values.withLock { $0 } }
    }

    @Test func whatWasKeptIsTrustedNoMoreThanWhatComes() throws {
        let (state, key, other) = (Folder(), SigningKey(), SigningKey())
        let server = try serve()
        folder.write("p.yaml", signed(package(), by: key))
        try Bench(url(server), keys: [key.publicKey], state: state).started().isActive("1")
        // The key has been taken back meanwhile.
        let retired = try Bench(url(server), keys: [other.publicKey], state: state)
        #expect(retired.status.phase == .subscribed && retired.logged("package-state") == 1)
        // Damaged on the disk.
        let name = "packages/" + shell("ls '\(state.path)/packages'").split(separator: "\n")[0]
        var file = state.read(name)
        file[file.count - 3] ^= 1
        state.write(name, file)
        let damaged = try Bench(url(server), keys: [key.publicKey], state: state)
        #expect(damaged.status.phase == .subscribed && damaged.logged("package-state") == 1)
        // It is made anew.
        try damaged.started().isActive("1")
        #expect(try Bench(url(server), keys: [key.publicKey], state: state).status.phase == .active)
    }

    @Test func withoutAFolderToKeepThingsInEverythingElseWorks() throws {
        let server = try serve()
        folder.write("p.yaml", bytes(package()))
        let bench = try Bench(
            [Subscription(.package(mode: nil), url: url(server))], state: nil)
        try bench.started().isActive("1")
        // A file stands where the folder should be.
        let state = Folder()
        state.write("packages", [])
        let blocked = try Bench(url(server), state: state).started()
        try blocked.isActive("1")
        #expect(blocked.logged("package-state") >= 1)
    }

    // MARK: Age

    @Test func ageMakesStale() throws {
        let clock = Clock()
        let server = try serve()
        folder.write("p.yaml", bytes(package()))
        var subscription = Subscription(.package(mode: nil), url: url(server), everyMilliseconds: 3_600_000, staleAfterMilliseconds: 60_000)
        for policy in Subscription.StalePolicy.allCases {
            subscription.stalePolicy = policy
            let bench = try Bench([subscription], now: { clock.now }).started()
            try bench.isActive("1")
            #expect(bench.feed.status.isReady && bench.feed.status.degradation == nil)
            clock.advance(60_001)
            try eventually("it is stale") { bench.status.isStale }
            #expect(bench.feed.status.isReady == (policy != .notReady))
            #expect((bench.feed.status.degradation == "stale: sample") == (policy == .degrade))
            #expect(bench.feed.status.isComplete && bench.status.version == "1")
            bench.feed.refresh()
            try eventually("it is fresh") { !bench.status.isStale }
            #expect(bench.logged("package-stale") == 1 && bench.logged("package-fresh") == 1)
        }
    }

    @Test func aRunningPackageThatExpiresIsStaleAndRunsOn() throws {
        let clock = Clock()
        let server = try serve()
        folder.write("p.yaml", signed(package(), expires: clock.now + 1_000))
        let bench = try Bench([Subscription(.package(mode: nil), url: url(server), everyMilliseconds: 3_600_000)], now: { clock.now }).started()
        try bench.isActive("1")
        clock.advance(1_000)
        try eventually("it is stale") { bench.status.isStale }
        #expect(bench.status.phase == .active)
        folder.write("p.yaml", signed(package(version: "2"), revision: 2, expires: clock.now + 1_000_000))
        bench.feed.refresh()
        try bench.isActive("2")
        try eventually("it is fresh") { !bench.status.isStale }
    }

    private final class Clock: Sendable {
        private let time = Atomic<Int64>(1_800_000_000_000)
        var now: Int64 { time.load(ordering: .acquiring) }
        func advance(_ milliseconds: Int64) { time.add(milliseconds, ordering: .releasing) }
    }

    /// Readiness waits for critical packages, and for those of which nobody knows yet whether they are.
    @Test func readinessWaitsForWhatMustRun() throws {
        let server = try serve()
        let missing = url(server, "missing.yaml")
        folder.write("p.yaml", bytes(package("sample", more: "priority: critical\n")))
        let bench = try Bench([
            Subscription(.package(mode: nil), url: url(server)), Subscription(.package(mode: nil), url: missing),
        ]).started()
        try bench.isActive("1")
        try bench.hasProblem("not-found", 1)
        #expect(!bench.feed.status.isReady)
        folder.write("missing.yaml", bytes(package("second", more: "priority: deferrable\n")))
        bench.feed.refresh()
        try bench.isActive("1", 1)
        #expect(bench.feed.status.isReady)
        var writer = JSONWriter()
        bench.feed.status.write(at: bench.status.confirmedMilliseconds! + 1_500, to: &writer)
        let json = try parseYAML(writer.bytes, file: "status.json")
        #expect(json["ready"]?.text == "true" && writer.text.contains("\"phase\":\"active\",\"name\":\"sample\",\"version\":\"1\""), "\(writer.text)")
        #expect(bench.status.text(at: bench.status.confirmedMilliseconds! + 3_500) == "active sample 1, 3s old (\(url(server)))")
    }

    @Test func urlsAreShownWithoutCredentials() {
        for (url, shown) in [
            ("https://u:p@h:1/a.yaml?token=x#y", "https://***@h:1/a.yaml"), ("http://h/a@b", "http://h/a@b"), ("file:///a", "file:///a"),
            ("https://token@h", "https://***@h"),
        ] { #expect(Subscription(.schema, url: url).shownURL == shown) }
    }

    // MARK: Lists and schema

    @Test func listsAndSchemaArriveTheSameWay() throws {
        let server = try serve()
        folder.write("black.csv", bytes("A\nB\n"))
        folder.write("schema.yaml", bytes(schemaText))
        folder.write("p.yaml", bytes(package(rules: "{id: listed, kind: hit, when: 'in_list(\"black\", account_id)'}")))
        let bench = try Bench(
            [
                Subscription(.package(mode: nil), url: url(server)), Subscription(.list("black"), url: url(server, "black.csv")),
                Subscription(.schema, url: url(server, "schema.yaml")),
            ], lists: ["white", "black"])
        let engine = try engine(bench)
        _ = bench.started()
        try eventually("all are active") { bench.feed.status.subscriptions.allSatisfy { $0.phase == .active } }
        apply(bench, engine)
        #expect(try hits(engine, account: "A") == ["listed"] && hits(engine, account: "C") == [])
        folder.write("black.csv", bytes("C\n"))
        bench.feed.refresh()
        try eventually("one entry") { bench.feed.status.subscriptions[1].size == 1 }
        apply(bench, engine)
        #expect(try hits(engine, account: "A") == [] && hits(engine, account: "C") == ["listed"])
        // A list that cannot be read leaves the old one.
        folder.write("black.csv", bytes("D\nbad\n"))
        bench.feed.refresh()
        try bench.hasProblem("bad-list-entry", 1)
        #expect(try hits(engine, account: "C") == ["listed"])

        // A package that wants a new field waits for the schema that brings it.
        folder.write("p.yaml", bytes(package(version: "2", rules: "{id: branch, kind: hit, when: 'branch == \"x\"'}")))
        bench.feed.refresh()
        try bench.hasProblem("unknown-name", 0)
        folder.write("schema.yaml", bytes(schemaText.replacing("ip: {type: string", with: "branch: {type: string, optional: true}\n      ip: {type: string")))
        bench.feed.refresh()
        try bench.isActive("2")
        let update = try #require(bench.feed.handover.take())
        #expect(update.extended?.schema.events[0].slot(named: "branch") != nil && update.compiled?.rules.schema.events[0].slot(named: "branch") != nil)
        folder.write("schema.yaml", bytes(schemaText.replacing("scale: 2", with: "scale: 3")))
        bench.feed.refresh()
        try bench.hasProblem("incompatible-schema", 2)
        #expect(bench.feed.handover.take() == nil)
    }

    private func engine(_ bench: Bench) throws -> Engine {
        let compiled = try #require(bench.feed.initial.compiled)
        return try Engine(
            schema: schema, rules: compiled.rules, lists: Lists(), calendar: Calendar(rules: try #require(UTC().rules(named: "UTC"))))
    }

    private func apply(_ bench: Bench, _ engine: Engine) {
        guard let update = bench.feed.handover.take() else { return }
        if let compiled = update.compiled {
            bench.feed.handover.retire(engine.rules)
            engine.setRules(compiled.rules, plan: compiled.plan)
        }
        for (name, contents) in update.lists { engine.lists.setContents(list: engine.lists.declare(name), contents) }
    }

    private func hits(_ engine: Engine, account: String) throws -> [String] {
        let rows = EventBatch(capacity: 1, schema: schema)
        let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: UTC())
        var decision = Decision()
        let json = bytes("{\"event_id\":\"\(account)\",\"event_time\":\"2026-01-01T00:00:00Z\",\"account_id\":\"\(account)\",\"amount\":1}")
        let row = try json.withUnsafeBytes { try decoder.decode($0, eventType: 0, envelope: Decoder.Envelope(), into: rows) }
        try engine.process(rows, row: row, into: &decision)
        return decision.hits.map { engine.rules.packages[$0.package].rules[$0.rule].id }
    }
}
