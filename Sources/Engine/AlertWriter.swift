public import Documents
public import Events
internal import Journals
public import Rules

/// What stands in an output beside what was decided.
public struct OutputContext: Sendable {
    /// Name of the process.
    public var instance: String
    public var build: String
    /// When the decision was made, in milliseconds since 1970.
    public var decidedMilliseconds: Int64
    /// From the record's timestamp to the decision; nil where the record has none.
    public var latencyMilliseconds: Int64?
    /// Why the decision was made with less than everything; nil where it was not.
    public var degraded: String?

    public init(instance: String, build: String, decidedMilliseconds: Int64, latencyMilliseconds: Int64?, degraded: String? = nil) {
        self.instance = instance
        self.build = build
        self.decidedMilliseconds = decidedMilliseconds
        self.latencyMilliseconds = latencyMilliseconds
        self.degraded = degraded
    }
}

/// An action that a decision asks for.
public struct ControlAction: Sendable {
    public var id: String
    public var kind: DecisionPolicy.Action.Kind
    /// Such as `account:6217…`.
    public var subject: String
    public var package: Int
    public var level: Int
    public var expiresMilliseconds: Int64?
    /// What a `restrict` suggests.
    public var restriction: DecisionPolicy.Action.Restriction?
    /// Key of what to ask or tell the customer.
    public var talkingPoint: String?
}

/// Writes alerts and control actions. Ids are hashes of what they are about, so a repeat is recognisable.
public struct AlertWriter {
    let engine: Engine
    let decisions: DecisionWriter

    public init(_ engine: Engine, language: String = "en") {
        self.engine = engine
        decisions = DecisionWriter(engine, language: language)
    }

    /// 32 hexadecimal digits over the parts.
    public static func identifier(_ parts: String...) -> String {
        // Each part is preceded by its length: no two lists of parts make one text.
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return Array(text.utf8).withUnsafeBytes { bytes in
            let key = Fingerprint.entityKey(bytes, seed: 0)
            return DecisionWriter.hexadecimal(key.high) + DecisionWriter.hexadecimal(key.low)
        }
    }

    private func eventID(_ decision: Decision, _ batch: EventBatch) -> String {
        String(decoding: batch.text(row: decision.row, slot: EventType.idSlot), as: UTF8.self)
    }

    public func alertID(_ decision: Decision, _ batch: EventBatch) -> String {
        Self.identifier(
            "alert", engine.schema.events[decision.eventType].name, eventID(decision, batch), String(batch.headers[decision.row].timeMilliseconds))
    }

    /// The actions of the levels that the packages reached; of one kind on one subject, the first.
    public func actions(_ decision: Decision, _ batch: EventBatch) -> [ControlAction] {
        var actions: [ControlAction] = []
        let time = batch.headers[decision.row].timeMilliseconds
        for outcome in decision.outcomes where outcome.level >= 0 {
            let package = engine.rules.packages[outcome.package]
            for action in package.decide.levels[outcome.level].actions {
                guard let subject = Subject.text(engine.schema, entity: action.entity, batch, row: decision.row),
                    !actions.contains(where: { $0.kind == action.kind && $0.subject == subject })
                else { continue }
                actions.append(
                    ControlAction(
                        id: Self.identifier(
                            "action", engine.schema.events[decision.eventType].name, eventID(decision, batch), String(time), package.name, package.version,
                            action.kind.rawValue, subject), kind: action.kind, subject: subject, package: outcome.package, level: outcome.level,
                        expiresMilliseconds: action.durationMilliseconds.map { time &+ $0 }, restriction: action.restriction,
                        talkingPoint: action.talkingPoint ?? (action.kind == .restrict ? weightiestTalkingPoint(decision, outcome.package) : nil)))
            }
        }
        return actions
    }

    /// The talking point of the package's hit with the greatest score that has one; of equals, the first.
    private func weightiestTalkingPoint(_ decision: Decision, _ package: Int) -> String? {
        var chosen: Rule?
        for hit in decision.hits where hit.package == package {
            let rule = engine.rules.packages[package].rules[hit.rule]
            if rule.talkingPoint != nil, chosen.map({ rule.score > $0.score }) ?? true { chosen = rule }
        }
        return chosen?.talkingPoint
    }

    /// What only some actions have.
    private func attributes(_ action: ControlAction, _ writer: inout JSONWriter) {
        if let restriction = action.restriction {
            writer.key("restriction")
            writer.string(restriction.rawValue)
        }
        if let talkingPoint = action.talkingPoint {
            writer.key("talking_point")
            writer.string(talkingPoint)
        }
    }

    public func alert(_ decision: Decision, _ batch: EventBatch, _ actions: [ControlAction], _ context: OutputContext, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("alert_id")
        writer.string(alertID(decision, batch))
        event(decision, batch, &writer)
        writer.key("decided_at")
        writer.string(RFC3339.text(context.decidedMilliseconds))
        writer.key("latency_ms")
        if let latency = context.latencyMilliseconds { writer.int(latency) } else { writer.null() }
        writer.key("subject")
        if let subject = Subject.ofEvent(engine.schema, batch, row: decision.row) { writer.string(subject) } else { writer.null() }
        writer.key("level")
        writer.string(decisions.level(decision))
        writer.key("score")
        writer.double(decision.score)
        writer.key("degraded")
        if let degraded = context.degraded { writer.string(degraded) } else { writer.bool(false) }
        let hits = alerting(decision)
        writer.key("hits")
        decisions.hits(hits, &writer)
        writer.key("evidence")
        decisions.evidence(decision, hits, &writer)
        writer.key("actions")
        writer.beginArray()
        for action in actions {
            writer.beginObject()
            writer.key("action")
            writer.string(action.kind.rawValue)
            writer.key("subject")
            writer.string(action.subject)
            expiry(action.expiresMilliseconds, &writer)
            attributes(action, &writer)
            writer.endObject()
        }
        writer.endArray()
        origin(context, &writer)
        writer.endObject()
    }

    public func controlAction(
        _ action: ControlAction, _ decision: Decision, _ batch: EventBatch, _ context: OutputContext, _ writer: inout JSONWriter
    ) {
        let package = engine.rules.packages[action.package]
        writer.beginObject()
        writer.key("action_id")
        writer.string(action.id)
        writer.key("alert_id")
        writer.string(alertID(decision, batch))
        event(decision, batch, &writer)
        writer.key("decided_at")
        writer.string(RFC3339.text(context.decidedMilliseconds))
        writer.key("action")
        writer.string(action.kind.rawValue)
        writer.key("subject")
        writer.string(action.subject)
        expiry(action.expiresMilliseconds, &writer)
        attributes(action, &writer)
        writer.key("reason")
        writer.beginObject()
        writer.key("package")
        writer.string(package.name)
        writer.key("version")
        writer.string(package.version)
        writer.key("level")
        writer.string(package.decide.levels[action.level].name)
        writer.key("rules")
        writer.beginArray()
        for hit in alerting(decision) where hit.package == action.package { writer.string(package.rules[hit.rule].id) }
        writer.endArray()
        writer.endObject()
        origin(context, &writer)
        writer.endObject()
    }

    /// One entry of a list, as the compacted topic carries it.
    public func listEntry(_ entry: ListEntry, _ decision: Decision, _ batch: EventBatch, _ writer: inout JSONWriter) {
        let package = engine.rules.packages[entry.package]
        writer.beginObject()
        writer.key("list")
        writer.string(entry.list)
        writer.key("subject")
        writer.string(entry.subject)
        writer.key("time")
        writer.string(RFC3339.text(entry.entry.timeMilliseconds))
        expiry(entry.entry.expiresMilliseconds, &writer)
        writer.key("attributes")
        writer.beginObject()
        writer.key("package")
        writer.string(package.name)
        writer.key("version")
        writer.string(package.version)
        writer.key("rule")
        writer.string(package.rules[entry.rule].id)
        writer.key("event_id")
        writer.string(eventID(decision, batch))
        writer.endObject()
        writer.endObject()
    }

    /// Hits that an alert shows: list rules yield no risk data.
    private func alerting(_ decision: Decision) -> [Decision.Hit] {
        decision.hits.filter { engine.rules.packages[$0.package].rules[$0.rule].kind != .list }
    }

    private func event(_ decision: Decision, _ batch: EventBatch, _ writer: inout JSONWriter) {
        writer.key("event_id")
        writer.string(eventID(decision, batch))
        writer.key("event_type")
        writer.string(engine.schema.events[decision.eventType].name)
        writer.key("event_time")
        writer.string(RFC3339.text(batch.headers[decision.row].timeMilliseconds))
    }

    private func expiry(_ milliseconds: Int64?, _ writer: inout JSONWriter) {
        writer.key("expires_at")
        if let milliseconds { writer.string(RFC3339.text(milliseconds)) } else { writer.null() }
    }

    private func origin(_ context: OutputContext, _ writer: inout JSONWriter) {
        writer.key("engine")
        writer.beginObject()
        writer.key("instance")
        writer.string(context.instance)
        writer.key("build")
        writer.string(context.build)
        writer.endObject()
    }
}
