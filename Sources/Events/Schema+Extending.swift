public import Documents
internal import Expressions

extension Schema {
    /// This schema with what another one adds: event types, optional and derived fields, values at the end of enums, entities, recorded fields.
    ///
    /// Everything of this schema keeps its number, whatever order the other one has, so that journals and records stay as they are.
    /// - Throws: `incompatible-schema` for each change that is more than an addition; these need a restart.
    public func extended(by other: Schema) throws(Diagnostics) -> Schema {
        var extending = SchemaExtension(old: self, new: other)
        return try extending.result()
    }

    /// Whether this schema, an extension of the other one, adds anything to it.
    public func adds(to other: Schema) -> Bool {
        func values(_ type: FieldType) -> Int { if case .enumeration(let values) = type { values.count } else { 0 } }
        if events.count != other.events.count || entities.count != other.entities.count { return true }
        if zip(entities, other.entities).contains(where: { $0.record.count != $1.record.count }) { return true }
        return zip(events, other.events).contains { event, before in
            event.fields.count != before.fields.count
                || before.fields.contains { field in values(field.type) != values(event.fields[event.slot(named: field.name)!].type) }
        }
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
            entities.append(extend(entity, new.entities[index]))
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

    /// The new entity type with its recorded fields in the order of the old one's, and those that are new after them.
    private mutating func extend(_ old: EntityType, _ new: EntityType) -> EntityType {
        if old.key != new.key { refuse("the key of the entity '\(old.name)' changes") }
        if old.historyMilliseconds != new.historyMilliseconds || old.retentionMilliseconds != new.retentionMilliseconds {
            refuse("history or retention of the entity '\(old.name)' changes")
        }
        var order: [Int] = []
        for field in old.record {
            guard let place = new.recorded(named: field.name) else {
                refuse("the entity '\(old.name)' no longer records '\(field.name)'")
                continue
            }
            if !extends(field.type, new.record[place].type) { refuse("the type of '\(field.name)', which the entity '\(old.name)' records, changes") }
            order.append(place)
        }
        order += new.record.indices.filter { old.recorded(named: new.record[$0].name) == nil }
        var result = new
        result.record = order.map { new.record[$0] }
        for event in new.participations.indices {
            guard let participation = new.participations[event] else { continue }
            result.participations[event]!.recordSlots = order.map { participation.recordSlots[$0] }
        }
        return result
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
