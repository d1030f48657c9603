import Documents
import Engine
import Events
import Expressions
import PackageFeed
import Rules
import Synchronization
import Telemetry
import Testing

@testable import Service

@Suite struct PackageWatchTests {
    private static let schema = try! Schema.read(
        Array(
            """
            events:
              transaction:
                {topic: t, id: id, time: time, fields: {account: {type: string}, amount: {type: int}, rate: {type: int, optional: true}}}
              login: {topic: l, id: id, time: time, fields: {account: {type: string}}}
            entities:
              account: {key: account, history: 1d, record: []}
            """.utf8), file: "schema.yaml")

    private final class Lines: Sendable {
        private let box = Mutex<[String]>([])
        var all: [String] { box.withLock { $0 } }
        func withLock(_ body: (inout [String]) -> Void) { box.withLock { body(&$0) } }
    }

    /// A watch over packages with the engine that decides.
    private final class Bench {
        let engine: Engine
        let registry = MetricsRegistry()
        let watch: PackageWatch
        private let lines = Lines()
        private let decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: ZoneFiles())
        private let batch = EventBatch(capacity: 1, schema: schema)
        private var decision = Decision()
        private var number = 0

        init(_ packages: [String]) throws {
            engine = try Engine(schema: schema, packages: Self.read(packages), timeZones: ZoneFiles())
            let lines = lines
            watch = PackageWatch(registry, log: Logger(format: .text, sink: { line in lines.withLock { $0.append(line) } }))
        }

        static func read(_ texts: [String]) throws -> [Package] {
            var packages = try texts.map { text in
                var package = try Package.read(parseYAML(Array(("on: [transaction]\n" + text).utf8), file: "p.yaml"), schema: schema)
                package.revision = Fingerprint.of(text)
                return package
            }
            try Package.pairRevisions(&packages)
            return packages
        }

        /// Decides a batch of transactions, one of an account each.
        func run(_ amounts: [Int], rate: Int? = 1, type: Int = 0, minimum: Package.Priority = .deferrable) throws -> [String] {
            watch.begin(engine.rules)
            for amount in amounts {
                number += 1
                let fields = type == 0 ? ",\"amount\":\(amount)" + (rate.map { ",\"rate\":\($0)" } ?? "") : ""
                let json = "{\"id\":\"\(number)\",\"time\":\(1_795_138_200_000 + number),\"account\":\"a\(number)\"\(fields)}"
                batch.removeAll()
                let row = try Array(json.utf8).withUnsafeBytes { bytes throws(Rejection) in
                    try decoder.decode(bytes, eventType: type, envelope: .init(receivedMilliseconds: nil), into: batch)
                }
                try engine.process(batch, row: row, minimumPriority: minimum, into: &decision)
                watch.note(decision)
            }
            return watch.finish(minimum: minimum).map { "\($0.breach.version) \($0.hasPrevious) \($0.otherwise.rawValue)" }
        }

        /// What the log says, without its time.
        var log: [String] { lines.all.map { String($0.split(separator: " ", maxSplits: 1).last ?? "") } }

        /// The value of a series.
        func value(_ series: String) -> Int? {
            registry.prometheusText().split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap { Int($0.split(separator: " ").last!) }
        }

        func compared(_ result: String) -> Int? { value("vane_package_compared_events_total{package=\"p\",result=\"\(result)\"}") }
        func alerts(_ revision: String, _ mode: String) -> Int? {
            value("vane_package_alerts_total{package=\"p\",revision=\"\(revision)\",mode=\"\(mode)\"}")
        }
    }

    private static func package(_ version: String, _ limit: Int, _ more: String = "") -> String {
        """
        package: p
        version: v\(version)
        rules:
          - {id: large, kind: score, when: 'amount >= \(limit)', score: 50}
          - {id: huge, kind: hit, level: red, when: 'amount >= \(limit * 10)'}
          - {id: listed, kind: list, when: 'amount >= 1', list: {name: seen, subject: account}}
          - {id: rated, kind: hit, when: 'rate > 5'}
        decide: {levels: {yellow: 40, red: 80}}
        \(more)
        """
    }

    @Test func twoRevisionsAreCompared() throws {
        let bench = try Bench([Self.package("1", 100), Self.package("2", 50, "rollout: {share: 0}")])
        // Neither; the new one only; both at one level; both, at red and at yellow.
        let found = try bench.run([10, 20, 60, 99, 70, 100, 200, 600, 1_000])
        #expect(found == [])
        #expect(["same", "level", "only_latest", "only_previous"].map(bench.compared) == [5, 1, 3, 0])
        #expect(bench.alerts("latest", "shadow") == 7 && bench.alerts("latest", "live") == 0)
        #expect(bench.alerts("previous", "live") == 4 && bench.alerts("previous", "shadow") == 0)
        #expect(bench.value("vane_package_events_total{package=\"p\",revision=\"latest\"}") == 9)
        _ = try bench.run([1, 500])
        #expect(["same", "level", "only_latest", "only_previous"].map(bench.compared) == [6, 2, 3, 0])
        bench.watch.report()
        // Said once.
        bench.watch.report()
        #expect(
            bench.log == [
                "INFO  package-compared: p v2 beside v1: of 11 events 6 the same, 3 alerts gained, 0 lost, 2 at another level package=p version=v2 previous=v1"
            ])
    }

    @Test func alertsOnBothSidesOfAShareAddUp() throws {
        let bench = try Bench([Self.package("1", 100), Self.package("2", 50, "rollout: {share: 30%}")])
        _ = try bench.run(Array(repeating: 100, count: 500))
        let (live, shadow) = (bench.alerts("latest", "live")!, bench.alerts("latest", "shadow")!)
        #expect((100...200).contains(live) && live + shadow == 500)
        #expect(bench.alerts("previous", "live") == shadow && bench.alerts("previous", "shadow") == live && bench.compared("same") == 500)
    }

    @Test func eventsWithoutAValueCountOnceHoweverManyRulesFail() throws {
        let bench = try Bench([Self.package("1", 100) + "\nbounds: {error_rate: 1%, over: 100}"])
        #expect(try bench.run([1, 1, 1], rate: nil) == ["v1 false shadow"])
        #expect(bench.value("vane_package_errors_total{package=\"p\",revision=\"latest\"}") == 3)
        #expect(bench.value("vane_package_breaches_total{package=\"p\"}") == 1)
        // Once is enough.
        #expect(try bench.run([1, 1, 1], rate: nil) == [])
    }

    @Test(
        "Who is judged",
        arguments: [
            ("bounds: {alert_rate: 5%, over: 100}", ["v2 false shadow"]), ("bounds: {alert_rate: 5%, over: 100, otherwise: keep}", ["v2 false keep"]),
            ("bounds: {alert_rate: 5%, over: 100}\nmode: shadow", []), ("bounds: {alert_rate: 6%, over: 100}", []),
            // At a share of nothing, all events count.
            ("bounds: {alert_rate: 5%, over: 100}\nrollout: {share: 0}", ["v2 false shadow"]),
        ])
    func judged(more: String, expected: [String]) throws {
        let bench = try Bench([Self.package("2", 50, more)])
        #expect(try bench.run(Array(repeating: 50, count: 6) + Array(repeating: 1, count: 40)) == expected)
    }

    @Test func theRevisionBeforeIsNotJudgedWhileANewOneRuns() throws {
        let bounds = "bounds: {alert_rate: 5%, over: 100}"
        let bench = try Bench([Self.package("1", 50, bounds), Self.package("2", 1_000, bounds + "\nrollout: {share: 50%}")])
        #expect(try bench.run(Array(repeating: 50, count: 20)) == [])
        #expect(try bench.run(Array(repeating: 1_000, count: 6)) == ["v2 true shadow"])
    }

    @Test func rulesCompiledBeforeABreachDoNotBringTheRevisionBack() throws {
        let texts = [Self.package("1", 1_000), Self.package("2", 50, "bounds: {alert_rate: 5%, over: 100}\nrollout: {share: 50%}")]
        let bench = try Bench(texts)
        // The same packages again, as the feed had compiled them before it heard of the breach.
        let later = RuleSet(schema: Self.schema, packages: try Bench.read(texts), timeZones: nil)
        #expect(bench.watch.withdrawn(among: later) == [])
        #expect(try bench.run(Array(repeating: 50, count: 20)) == ["v2 true shadow"])
        #expect(bench.watch.withdrawn(among: later).map { later.packages[$0].version } == ["v2"])
        // Alone it is all there is.
        let alone = RuleSet(schema: Self.schema, packages: try Bench.read([texts[1]]), timeZones: nil)
        #expect(bench.watch.withdrawn(among: alone) == [])
    }

    @Test func windowsGoOnThroughAChangeOfOtherPackages() throws {
        let watched = Self.package("1", 50, "bounds: {alert_rate: 5%, over: 100}")
        let bench = try Bench([watched])
        #expect(try bench.run([50, 50, 50, 50, 50]) == [])
        let other = "package: q\nversion: w\nrules: [{id: r, kind: hit, when: 'amount > 1'}]"
        try bench.engine.setRules(RuleSet(schema: Self.schema, packages: Bench.read([other, watched]), timeZones: nil))
        #expect(try bench.run([50]) == ["v1 false shadow"])
        // Another revision begins anew.
        try bench.engine.setRules(
            RuleSet(schema: Self.schema, packages: Bench.read([Self.package("2", 50, "bounds: {alert_rate: 5%, over: 100}")]), timeZones: nil))
        #expect(try bench.run([50, 50, 50, 50, 50]) == [] && bench.run([50]) == ["v2 false shadow"])
    }

    @Test func eventsOfOtherTypesAndPackagesPassedOverDoNotCount() throws {
        let bench = try Bench([
            Self.package("1", 50, "priority: normal\nbounds: {alert_rate: {min: 50%}, over: 100}"), Self.package("2", 5, "rollout: {share: 0}"),
        ])
        #expect(try bench.run(Array(repeating: 0, count: 200), type: 1) == [])
        #expect(try bench.run(Array(repeating: 1, count: 200), minimum: .critical) == [])
        #expect(bench.value("vane_package_events_total{package=\"p\",revision=\"latest\"}") == 0 && bench.compared("same") == 0)
    }

    @Test func tooFewAlertsAreABreachToo() throws {
        let bench = try Bench([Self.package("1", 50, "bounds: {alert_rate: {min: 50%}, over: 100}")])
        #expect(try bench.run(Array(repeating: 1, count: 99)) == [] && bench.run([1]) == ["v1 false shadow"])
    }
}
