public import Events

/// What has been recorded of one entity type, and since when, in event time.
///
/// Journals of before lack what the schema did not record then. Times are global, not per entity, and rather too late than too early.
public struct RecordedFacts: Sendable, Equatable {
    /// A recorded field of one event type.
    public struct Field: Sendable, Equatable {
        public var name: String
        /// Such as `decimal:2`: values of another type are absent.
        public var type: String
        public var sinceMilliseconds: Int64

        public init(name: String, type: String, sinceMilliseconds: Int64) {
            self.name = name
            self.type = type
            self.sinceMilliseconds = sinceMilliseconds
        }
    }

    /// The records of one event type.
    public struct Events: Sendable, Equatable {
        public var eventType: String
        /// Every event later than this has its record.
        public var sinceMilliseconds: Int64
        public var fields: [Field]

        public init(eventType: String, sinceMilliseconds: Int64, fields: [Field]) {
            self.eventType = eventType
            self.sinceMilliseconds = sinceMilliseconds
            self.fields = fields
        }
    }

    public var entity: String
    /// Journals under another key are others.
    public var key: [String]
    /// How long records are in sight.
    public var keptMilliseconds: Int64
    public var events: [Events]

    /// Stands for a time that nobody knows yet: recording begins with the next event.
    public static let notYet = Int64.max

    public init(entity: String, key: [String], keptMilliseconds: Int64, events: [Events]) {
        self.entity = entity
        self.key = key
        self.keptMilliseconds = keptMilliseconds
        self.events = events
    }

    /// What a schema records of an entity type, all of it since one time.
    public init(_ schema: Schema, entity number: Int, sinceMilliseconds: Int64) {
        let type = schema.entities[number]
        entity = type.name
        key = type.key
        keptMilliseconds = type.keptMilliseconds
        events = zip(schema.events, type.participations).compactMap { event, participation in
            guard let participation else { return nil }
            let fields = zip(type.record, participation.recordSlots).compactMap { field, slot in
                slot < 0 ? nil : Field(name: field.name, type: Self.text(field.type), sinceMilliseconds: sinceMilliseconds)
            }
            return Events(eventType: event.name, sinceMilliseconds: sinceMilliseconds, fields: fields)
        }
    }

    /// Enums are one type whatever their values: values are recorded by name.
    private static func text(_ type: FieldType) -> String {
        if case .decimal(let scale) = type { "decimal:\(scale)" } else { type.name }
    }

    /// The same facts with the times of an earlier schema's, as far as that recorded them, too.
    ///
    /// - Parameter time: the latest event time that the earlier schema may have recorded; ``notYet`` while it is unknown.
    public func following(_ earlier: RecordedFacts?, at time: Int64) -> RecordedFacts {
        let earlier = earlier?.key == key ? earlier : nil
        // Longer histories do not bring back what has been dropped.
        var dropped = Int64.min
        if let earlier, earlier.keptMilliseconds < keptMilliseconds { dropped = time == Self.notYet ? time : time - earlier.keptMilliseconds }
        var result = self
        for index in events.indices {
            let before = earlier?.events.first { $0.eventType == events[index].eventType }
            result.events[index].sinceMilliseconds = before.map { max($0.sinceMilliseconds, dropped) } ?? time
            for place in events[index].fields.indices {
                let field = events[index].fields[place]
                let known = before?.fields.first { $0.name == field.name && $0.type == field.type }
                result.events[index].fields[place].sinceMilliseconds = known.map { max($0.sinceMilliseconds, dropped) } ?? time
            }
        }
        return result
    }

    /// The same with this time for all times that were not known yet.
    public func settled(at time: Int64) -> RecordedFacts {
        var result = self
        for index in events.indices {
            if events[index].sinceMilliseconds == Self.notYet { result.events[index].sinceMilliseconds = time }
            for place in events[index].fields.indices where events[index].fields[place].sinceMilliseconds == Self.notYet {
                result.events[index].fields[place].sinceMilliseconds = time
            }
        }
        return result
    }

    /// Whether all times are known.
    public var isSettled: Bool {
        events.allSatisfy { events in
            events.sinceMilliseconds != Self.notYet && events.fields.allSatisfy { $0.sinceMilliseconds != Self.notYet }
        }
    }

    /// The facts of a field in all event types that have it: since when it is complete; nil where it is not recorded.
    public func since(field: String) -> Int64? {
        events.flatMap(\.fields).filter { $0.name == field }.map(\.sinceMilliseconds).max()
    }
}
