public import Expressions

/// What events look like and whose behaviour is watched. Immutable; made by `Schema.read`.
public struct Schema: Sendable {
    /// IANA name; natural windows (`today`) follow it.
    public var timeZone: String
    public var events: [EventType]
    public var entities: [EntityType]

    public func event(named name: String) -> Int? { events.firstIndex { $0.name == name } }
    public func event(topic: String) -> Int? { events.firstIndex { $0.topic == topic } }
    public func entity(named name: String) -> Int? { entities.firstIndex { $0.name == name } }
}

public struct EventType: Sendable {
    public var name: String
    /// The Kafka topic that carries events of this type, and of this type only.
    public var topic: String
    /// JSON keys of the event's id and time.
    public var idKey: String
    public var timeKey: String
    /// Slots of a row, in order: `event_id`, `event_time`, `event_type`, the fields, the derived fields.
    public var fields: [Field]

    /// Slots that each event type has.
    public static let idSlot = 0
    public static let timeSlot = 1
    public static let typeSlot = 2
    public static let reservedNames = ["event_id", "event_time", "event_type"]

    public func slot(named name: String) -> Int? { fields.firstIndex { $0.name == name } }
}

public struct Field: Sendable {
    public var name: String
    public var type: FieldType
    public var optional: Bool
    /// Replaced by its keyed hash before anything stores or emits it.
    public var sensitive: Bool
    /// The expression that computes a derived field, over the fields before it.
    public var derivation: Derivation?

    public init(name: String, type: FieldType, optional: Bool = false, sensitive: Bool = false, derivation: Derivation? = nil) {
        self.name = name
        self.type = type
        self.optional = optional
        self.sensitive = sensitive
        self.derivation = derivation
    }

    /// What an expression sees: of a sensitive field only whether two are equal.
    public var expressionType: CELType { sensitive && type == .string ? .opaqueString : type.expressionType }
}

/// A derived field's checked expression, and which slot each of its variables is.
public struct Derivation: Sendable {
    public var expression: CheckedExpression
    /// Slot of each variable, in the order of the checker's variable indexes.
    public var slots: [Int]
}

/// Something whose behaviour is watched, such as an account.
public struct EntityType: Sendable {
    public var name: String
    /// Field names that together identify it.
    public var key: [String]
    /// Bounds windows.
    public var historyMilliseconds: Int64
    /// How long the first- and last-seen summary is kept after the last event.
    public var retentionMilliseconds: Int64
    /// Recorded fields, in the order of the schema; each has the same type in all event types that have it.
    public var record: [RecordedField]
    /// For each event type that takes part, by its index in the schema; nil for the others.
    public var participations: [Participation?]

    public func recorded(named name: String) -> Int? { record.firstIndex { $0.name == name } }
}

public struct RecordedField: Sendable, Hashable {
    public var name: String
    public var type: FieldType

    public init(name: String, type: FieldType) {
        self.name = name
        self.type = type
    }
}

/// How one event type takes part in an entity.
public struct Participation: Sendable {
    /// Slots of the key fields.
    public var keySlots: [Int]
    /// Slot of each recorded field, -1 where the event type lacks it.
    public var recordSlots: [Int]
}

/// How much a schema may hold.
public enum SchemaLimits {
    /// A record's presence bits and a row's slot numbers stay small.
    public static let recordedFieldsMax = 24
    public static let fieldsMax = 500
    public static let eventTypesMax = 200
    public static let entityTypesMax = 64
    public static let keyFieldsMax = 8
    /// Ten years: longer and the day arithmetic of segments would not be tested.
    public static let historyMillisecondsMax: Int64 = 3_660 * 86_400_000
}
