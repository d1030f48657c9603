import Documents
import Engine
import Events
import Journals
import Rules
import Testing

@testable import JournalSharing

/// Since when what is recorded, from process to process.
@Suite struct RecordedTests {
    /// A process that starts, decides events and goes.
    private final class Run {
        let store: JournalStore
        let shared: SharedJournals

        init(_ server: SimulatedRedis, record: String, history: String = "24h") throws {
            let text = """
                events:
                  pay: {topic: t, id: id, time: time, fields: {account: {type: string}, amount: {type: int}, payee: {type: string, optional: true}}}
                entities:
                  account: {key: account, history: \(history), record: \(record)}
                """
            let schema = try Schema.read(Array(text.utf8), file: "schema.yaml")
            let engine = try Engine(schema: schema, packages: [], timeZones: NoZones())
            store = engine.store
            let link = SimulatedLink(server)
            link.isImmediate = true
            shared = SharedJournals(store, link)
            #expect(try shared.registerLayouts(timeoutMilliseconds: 0))
            #expect(shared.readRecorded(timeoutMilliseconds: 0))
        }

        func decide(latest: Int64) {
            for _ in 0..<3 where shared.noteRecorded(latestMilliseconds: latest) { return }
            Issue.record("what is recorded cannot be noted")
        }

        var since: [String: Int64] {
            let facts = store.coverage!.facts[0]
            return ["amount": facts.since(field: "amount"), "payee": facts.since(field: "payee"), "": facts.events[0].sinceMilliseconds].compactMapValues { $0 }
        }
    }

    private static let hour: Int64 = 3_600_000

    @Test func recordingBeginsOnceAndGoesOn() throws {
        let server = SimulatedRedis()
        let first = try Run(server, record: "[amount]")
        #expect(first.since == ["": RecordedFacts.notYet, "amount": RecordedFacts.notYet])
        first.decide(latest: 100 * Self.hour)
        #expect(first.since == ["": 100 * Self.hour, "amount": 100 * Self.hour])
        let second = try Run(server, record: "[amount]")
        second.decide(latest: 200 * Self.hour)
        #expect(second.since == first.since)
    }

    @Test func aNewFieldBeginsWithTheProcessThatRecordsIt() throws {
        let server = SimulatedRedis()
        try Run(server, record: "[amount]").decide(latest: 100 * Self.hour)
        let second = try Run(server, record: "[amount, payee]")
        #expect(second.since == ["": 100 * Self.hour, "amount": 100 * Self.hour, "payee": RecordedFacts.notYet])
        second.decide(latest: 200 * Self.hour)
        #expect(second.since["payee"] == 200 * Self.hour)
        // One that does not record it in between makes it begin anew.
        try Run(server, record: "[amount]").decide(latest: 300 * Self.hour)
        let fourth = try Run(server, record: "[amount, payee]")
        fourth.decide(latest: 400 * Self.hour)
        #expect(fourth.since == ["": 100 * Self.hour, "amount": 100 * Self.hour, "payee": 400 * Self.hour])
    }

    @Test func aLongerHistoryReachesBackAsFarAsTheShorterDid() throws {
        let server = SimulatedRedis()
        try Run(server, record: "[amount]").decide(latest: 100 * Self.hour)
        let second = try Run(server, record: "[amount]", history: "48h")
        second.decide(latest: 200 * Self.hour)
        // 24 h of history are kept for 32.
        #expect(second.since[""] == 168 * Self.hour)
    }

    @Test func whatNobodyCanReadBeginsAnew() throws {
        let server = SimulatedRedis()
        try Run(server, record: "[amount]").decide(latest: 100 * Self.hour)
        server.damage(Array("vane:account:recorded".utf8), at: 0)
        let second = try Run(server, record: "[amount]")
        second.decide(latest: 200 * Self.hour)
        #expect(second.since[""] == 200 * Self.hour)
    }
}
