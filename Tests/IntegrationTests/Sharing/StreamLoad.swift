import Foundation
import Testing

/// Sends a fixed stream while a test does something to the processes that decide it, and gathers what they say.
final class StreamLoad {
    private let deployment: SharedDeployment
    private let stream: SharedStream
    private let feed: Feed
    private let tap: Tap
    private var taken = 0
    private var sent = 0
    /// Of what has been sent, each event once.
    private var wanted: Set<String> = []
    /// By event: indicator values of its decision.
    private(set) var decisions: [String: [String: Double]] = [:]
    /// By event: its alert without what differs from run to run.
    private(set) var alerts: [String: String] = [:]
    /// Events with more than one decision or alert.
    private(set) var repeated: [String] = []
    /// The processes that have decided something.
    private(set) var deciders: Set<String> = []
    /// Decisions that are not to be relied on.
    private(set) var flawed: [String] = []
    private let outputs: SharedDeployment.Outputs

    /// So that no process has more than this before it when something happens to it.
    private static let aheadMax = 1_000

    /// - Parameter outputs: of the processes to watch.
    init(_ deployment: SharedDeployment, _ stream: SharedStream, _ outputs: SharedDeployment.Outputs) throws {
        self.deployment = deployment
        self.stream = stream
        self.outputs = outputs
        feed = try Feed(deployment.cluster)
        tap = try Tap(deployment.cluster, [outputs.alerts, outputs.decisions, outputs.deadLetters])
    }

    var input: String { deployment.input }
    var isSent: Bool { sent == stream.events.count }

    /// Sends and reads until so many events have been decided, or the whole stream is sent.
    func goOn(to goal: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try read("\(goal) decisions", sourceLocation: sourceLocation) {
            while !isSent && wanted.count < decisions.count + Self.aheadMax {
                send(stream.events[sent])
                sent += 1
            }
            feed.serve()
            return isSent || decisions.count >= goal
        }
    }

    /// Sends so many events of the stream, or what is left of it, whatever has been decided.
    func send(next count: Int) {
        for _ in 0..<count where !isSent {
            send(stream.events[sent])
            sent += 1
        }
        feed.serve()
    }

    func send(_ event: SharedEvent) {
        wanted.insert(event.id)
        feed.send(deployment.input, key: event.account ?? event.id, event.json)
    }

    /// Waits for the decisions of everything that has been sent.
    func drain(sourceLocation: SourceLocation = #_sourceLocation) throws {
        feed.flush(sourceLocation: sourceLocation)
        try expect(wanted, sourceLocation: sourceLocation)
    }

    /// Waits for the decisions of these events, and for what comes too much.
    func expect(_ events: Set<String>, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try read("the decisions of \(events.count) events", within: .seconds(180 + events.count / 100), sourceLocation: sourceLocation) {
            decisions.count >= events.count
        }
        // Not within the expectation, which would look into everything it is given.
        let areThese = Set(decisions.keys) == events
        #expect(areThese, "the decisions are of other events", sourceLocation: sourceLocation)
        for _ in 0..<20 {
            tap.poll()
            take()
        }
    }

    var sentEvents: Set<String> { wanted }

    private func read(_ what: String, within limit: Duration = .seconds(180), sourceLocation: SourceLocation, until condition: () -> Bool) throws {
        do {
            try tap.read(what, within: limit, sourceLocation: sourceLocation) {
                take()
                return condition()
            }
        } catch {
            let missing = wanted.subtracting(decisions.keys)
            Issue.record(
                "\(tap.records.count) outputs and \(decisions.count) decisions; of those sent, these are not decided: \(missing.sorted().prefix(20))",
                sourceLocation: sourceLocation)
            throw error
        }
    }

    private func take() {
        for record in tap.records[taken...] {
            let body = record.json
            switch record.topic {
            case outputs.decisions:
                let event = body["event_id"].string ?? ""
                deciders.insert(record.headers["ce_source"] ?? "")
                var values: [String: Double] = [:]
                for evidence in body["evidence"].array {
                    guard let name = evidence["indicator"].string else { continue }
                    values[name] = evidence["value"].double
                    if evidence["approximate"].bool == true { flawed.append("\(event): \(name) is approximate") }
                }
                if decisions.updateValue(values, forKey: event) != nil { repeated.append("decision of \(event)") }
            case outputs.alerts:
                if alerts.updateValue(Self.content(record), forKey: record.eventID) != nil { repeated.append("alert of \(record.eventID)") }
                // On a busy machine events wait for long; but there is no package here that would be passed over for that.
                if let reason = body["degraded"].string, !reason.hasPrefix("overload") { flawed.append("\(record.eventID): \(reason)") }
            default: flawed.append("dead letter: \(record.text ?? "") \(record.headers)")
            }
        }
        taken = tap.records.count
    }

    /// An alert without who decided it, when and under which load, and without what is `warming`: that depends on when recording began, which is in the
    /// middle of the stream for a process that came later.
    private static func content(_ alert: Record) -> String {
        guard var body = (try? JSONSerialization.jsonObject(with: Data(alert.value ?? []))) as? [String: Any] else { return alert.text ?? "" }
        for name in ["decided_at", "latency_ms", "degraded"] { body[name] = nil }
        var engine = body["engine"] as? [String: Any]
        engine?["instance"] = nil
        body["engine"] = engine
        body["evidence"] = (body["evidence"] as? [[String: Any]])?.map { $0.filter { $0.key != "warming" } }
        body["header"] = alert.headers["ce_id"]
        return (try? JSONSerialization.data(withJSONObject: body, options: .sortedKeys)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
