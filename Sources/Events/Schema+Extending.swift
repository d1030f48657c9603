public import Documents
internal import Expressions

extension Schema {
    /// This schema with what another one adds: event types, optional and derived fields, values at the end of enums, entities.
    ///
    /// Everything of this schema keeps its number, whatever order the other one has, so that journals and records stay as they are.
    /// - Throws: `incompatible-schema` for each change that is more than an addition; these need a restart.
    public func extended(by other: Schema) throws(Diagnostics) -> Schema {
        var extending = SchemaExtension(old: self, new: other)
        return try extending.result()
    }
}

private struct SchemaExtension {
    let old: Schema
    let new: Schema
    private var problems: [Diagnostic] = []

    init(old: Schema, new: Schema) {
        self.old = old
        self.new = new
    }

    mutating func result() throws(Diagnostics) -> Schema {
        if old.timeZone != new.timeZone { refuse("the time zone changes from \(old.timeZone) to \(new.timeZone)") }
        // Where each event type of the result stands in the new schema.
        var events: [Int] = []
        for event in old.events {
            guard let index = new.event(named: event.name) else {
                refuse("the event type '\(event.name)' is gone")
                continue
            }
            compare(event, new.events[index])
            events.append(index)
        }
        events += new.events.indices.filter { index in old.event(named: new.events[index].name) == nil }
        var entities: [EntityType] = []
        for entity in old.entities {
            guard let index = new.entity(named: entity.name) else {
                refuse("the entity '\(entity.name)' is gone")
                continue
            }
            compare(entity, new.entities[index])
            entities.append(new.entities[index])
        }
        entities += new.entities.filter { old.entity(named: $0.name) == nil }
        guard problems.isEmpty else { throw Diagnostics(problems) }
        for index in entities.indices { entities[index].participations = events.map { [entity = entities[index]] in entity.participations[$0] } }
        return Schema(timeZone: new.timeZone, events: events.map { new.events[$0] }, entities: entities)
    }

    private mutating func compare(_ old: EventType, _ new: EventType) {
        if old.topic != new.topic { refuse("the topic of '\(old.name)' changes from \(old.topic) to \(new.topic)") }
        if old.idKey != new.idKey || old.timeKey != new.timeKey { refuse("'\(old.name)' takes its id or time from another key") }
        for field in old.fields {
            guard let slot = new.slot(named: field.name) else {
                refuse("the field '\(old.name).\(field.name)' is gone")
                continue
            }
            let other = new.fields[slot]
            if !extends(field.type, other.type) { refuse("the type of '\(old.name).\(field.name)' changes") }
            if field.optional != other.optional { refuse("'\(old.name).\(field.name)' becomes \(other.optional ? "optional" : "required")") }
            if field.sensitive != other.sensitive { refuse("'\(old.name).\(field.name)' becomes \(other.sensitive ? "" : "in")sensitive") }
            if field.derivation?.text != other.derivation?.text { refuse("'\(old.name).\(field.name)' is derived in another way") }
        }
        for field in new.fields where old.slot(named: field.name) == nil && !field.optional && field.derivation == nil {
            refuse("the new field '\(old.name).\(field.name)' is required, and events of before lack it")
        }
    }

    private mutating func compare(_ old: EntityType, _ new: EntityType) {
        if old.key != new.key { refuse("the key of the entity '\(old.name)' changes") }
        if old.historyMilliseconds != new.historyMilliseconds || old.retentionMilliseconds != new.retentionMilliseconds {
            refuse("history or retention of the entity '\(old.name)' changes")
        }
        if old.record.map(\.name) != new.record.map(\.name) || !zip(old.record, new.record).allSatisfy({ extends($0.type, $1.type) }) {
            refuse("the entity '\(old.name)' records other fields")
        }
    }

    /// Values are recorded by their number: an enum may only grow at its end.
    private func extends(_ old: FieldType, _ new: FieldType) -> Bool {
        if case .enumeration(let before) = old, case .enumeration(let after) = new { return after.starts(with: before) }
        return old == new
    }

    private mutating func refuse(_ message: String) {
        problems.append(
            Diagnostic(
                code: "incompatible-schema", message, remedy: "a running process takes additions only; change the schema's file and restart for the rest"))
    }
}

extension Derivation {
    fileprivate var text: String { expression.source.text }
}
