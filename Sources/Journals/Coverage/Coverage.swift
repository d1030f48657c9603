public import Events

/// Since when each recorded fact is there, by the numbers of a schema.
///
/// An event whose window begins before that sees less than there was: the indicator is *warming*.
public struct Coverage: Sendable {
    /// By entity type.
    public let facts: [RecordedFacts]
    /// By entity type, event type: since when there are records; then the same for each recorded field. `Int64.min` for what an event type lacks.
    private let since: [[[Int64]]]

    /// - Parameter facts: one for each entity type of the schema, in its order.
    public init(_ schema: Schema, _ facts: [RecordedFacts]) {
        precondition(facts.map(\.entity) == schema.entities.map(\.name), "the facts are another schema's")
        self.facts = facts
        since = zip(schema.entities, facts).map { entity, facts in
            schema.events.map { event in
                let known = facts.events.first { $0.eventType == event.name }
                return [known?.sinceMilliseconds ?? .min]
                    + entity.record.map { field in known?.fields.first { $0.name == field.name }?.sinceMilliseconds ?? .min }
            }
        }
    }

    /// Since when there are all records that an indicator may count, and since when they have all fields that it looks at.
    public func since(_ needs: IndicatorNeeds) -> (records: Int64, fields: Int64) {
        var records = Int64.min
        var fields = Int64.min
        for event in needs.eventTypes {
            records = max(records, since[needs.entity][event][0])
            for field in needs.fields { fields = max(fields, since[needs.entity][event][1 + field]) }
        }
        return (records, max(records, fields))
    }

    /// Whether there may have been more than an indicator saw.
    /// - Parameters:
    ///   - from: the window's exclusive start.
    ///   - firstSeen: when the entity was first seen.
    func isWarming(_ needs: IndicatorNeeds, from: Int64, events: Int?, firstSeen: Int64) -> Bool {
        let since = since(needs)
        switch needs.reach {
        case .milliseconds, .calendar: return from < since.fields
        // As many as are asked for are all that count, unless they lack a field.
        case .lastEvents(let count, _): return from < since.fields && (since.fields > since.records || (events ?? 0) < count)
        // What an entity has been since it was first seen, by definition; fields that came later are not.
        case .lifetime: return since.fields > since.records && firstSeen < since.fields
        }
    }

    /// Whether an indicator is warming for entities that have been there for long, and until when.
    public func warming(_ needs: IndicatorNeeds, at latest: Int64) -> Warming? {
        let since = since(needs)
        guard let reach = needs.reachMilliseconds else {
            return since.fields > since.records ? Warming(sinceMilliseconds: since.fields, untilMilliseconds: nil) : nil
        }
        if since.fields == RecordedFacts.notYet { return Warming(sinceMilliseconds: since.fields, untilMilliseconds: nil) }
        if since.fields == .min || latest - reach >= since.fields { return nil }
        return Warming(sinceMilliseconds: since.fields, untilMilliseconds: since.fields + reach)
    }

    public struct Warming: Sendable, Equatable {
        /// Since when what it reads is recorded; `RecordedFacts.notYet` where that begins with the next event.
        public var sinceMilliseconds: Int64
        /// Event time from which on it is covered; nil where that depends on the entity, or nobody knows yet.
        public var untilMilliseconds: Int64?
    }

    /// The same where records of another layout have come that lack fields: of a process with an earlier schema.
    public func lacking(_ lacks: [(entity: Int, eventType: Int, field: Int, latestMilliseconds: Int64)], _ schema: Schema) -> Coverage {
        var facts = facts
        for lack in lacks {
            let name = schema.entities[lack.entity].record[lack.field].name
            guard let events = facts[lack.entity].events.firstIndex(where: { $0.eventType == schema.events[lack.eventType].name }),
                let field = facts[lack.entity].events[events].fields.firstIndex(where: { $0.name == name })
            else { continue }
            facts[lack.entity].events[events].fields[field].sinceMilliseconds = max(
                facts[lack.entity].events[events].fields[field].sinceMilliseconds, lack.latestMilliseconds)
        }
        return Coverage(schema, facts)
    }
}
