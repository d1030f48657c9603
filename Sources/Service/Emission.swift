internal import Documents
internal import Engine
internal import Events
internal import Expressions
internal import KafkaIO
internal import Rules
internal import Telemetry

/// Writes what one decision has to say: the alert with its actions, list entries, and the decision itself where it is wanted.
final class Emission {
    private var engine: Engine
    private let outputs: Outputs
    private let metrics: PipelineMetrics
    private let decisions: Configuration.DecisionShare
    private let instance: String
    private let build: String
    private var alertWriter: AlertWriter
    private var decisionWriter: DecisionWriter

    init(_ engine: Engine, outputs: Outputs, metrics: PipelineMetrics, decisions: Configuration.DecisionShare, instance: String, build: String) {
        self.engine = engine
        self.outputs = outputs
        self.metrics = metrics
        self.decisions = decisions
        self.instance = instance
        self.build = build
        alertWriter = AlertWriter(engine)
        decisionWriter = DecisionWriter(engine)
    }

    /// Decisions are another engine's from now on.
    func succeed(_ engine: Engine) {
        self.engine = engine
        alertWriter = AlertWriter(engine)
        decisionWriter = DecisionWriter(engine)
    }

    /// Hands the decision's outputs to the producer.
    /// - Parameters:
    ///   - received: the record's timestamp, in milliseconds since 1970; nil where it has none.
    ///   - degraded: why it was decided with less than there should be; nil where it was not.
    func emit(_ decision: Decision, _ rows: EventBatch, received: Int64?, degraded: String?) throws(KafkaError) {
        let now = Clock.nowMilliseconds()
        let latency = received.map { max(0, now - $0) }
        metrics.decided(latencyMilliseconds: latency)
        let row = decision.row
        let wantsDecision = isSampled(rows.headers[row].idFingerprint)
        guard decision.isAlert || wantsDecision || !decision.hits.isEmpty else { return }

        let context = OutputContext(instance: instance, build: build, decidedMilliseconds: now, latencyMilliseconds: latency, degraded: degraded)
        let time = rows.headers[row].timeMilliseconds
        let traceparent = rows.headers[row].traceparent
        let trace = traceparent.count == 0 ? nil : rows.text(traceparent)
        let subject = Subject.ofEvent(engine.schema, rows, row: row)
        let key = subject ?? ""
        if decision.isAlert {
            let actions = alertWriter.actions(decision, rows)
            let id = alertWriter.alertID(decision, rows)
            try outputs.alert(
                .init(id: id, type: "vane.alert", timeMilliseconds: time, subject: subject, traceparent: trace), key: key
            ) { writer in alertWriter.alert(decision, rows, actions, context, &writer) }
            metrics.alerts.increment()
            for action in actions {
                try outputs.controlAction(
                    .init(id: action.id, type: "vane.control-action", timeMilliseconds: time, subject: action.subject, traceparent: trace), key: action.subject
                ) { writer in alertWriter.controlAction(action, decision, rows, context, &writer) }
                metrics.controlActions.increment()
            }
        }
        for entry in engine.listEntries(decision, rows) {
            let entryKey = ListEntryReader.key(list: entry.list, subject: entry.subject)
            try outputs.listEntry(
                .init(
                    id: AlertWriter.identifier("list", entry.list, entry.subject, String(entry.entry.timeMilliseconds)), type: "vane.list-entry",
                    timeMilliseconds: time, subject: entryKey, traceparent: trace), key: entryKey
            ) { writer in alertWriter.listEntry(entry, decision, rows, &writer) }
            metrics.listEntries.increment()
        }
        if wantsDecision {
            try outputs.decision(
                .init(
                    id: AlertWriter.identifier(
                        "decision", engine.schema.events[decision.eventType].name, String(rows.headers[row].idFingerprint), String(time)),
                    type: "vane.decision", timeMilliseconds: time, subject: subject, traceparent: trace), key: key
            ) { writer in
                writer.beginObject()
                writer.key("event_id")
                writer.string(String(decoding: rows.text(row: row, slot: EventType.idSlot), as: UTF8.self))
                writer.key("subject")
                if let subject { writer.string(subject) } else { writer.null() }
                writer.key("decision")
                decisionWriter.decision(decision, &writer)
                writer.key("evidence")
                decisionWriter.evidence(decision, decision.hits + decision.shadowHits, &writer)
                writer.endObject()
            }
        }
    }

    /// Whether an event's decision goes to the decisions topic: by the hash of its id, so that a replay samples the same ones.
    private func isSampled(_ idFingerprint: UInt64) -> Bool {
        switch decisions {
        case .none: false
        case .all: true
        case .share(let share): Double(idFingerprint >> 11) < share * 0x1p53
        }
    }
}
