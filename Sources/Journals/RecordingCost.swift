public import Events

/// What it takes to record events, worked out with the layouts and the codec that record them.
public struct RecordingCost: Sendable {
    /// One event type in the journals of one entity type.
    public struct Entry: Sendable {
        public var eventType: Int
        public var entity: Int
        /// Whether each event of the type has the entity's key; otherwise its key fields are optional.
        public var isCertain: Bool
        /// Bytes of the entry in the entity's log: the least and the most.
        public var bytes: ClosedRange<Int>
        /// With all fields there, amounts of a thousand, whole numbers of a hundred, and times of the month before.
        public var typicalBytes: Int
    }

    public struct Entity: Sendable {
        /// In memory, for each entity that has been seen: its header, and its part of the index at most.
        public var indexBytes: Int
        /// In memory, for each event while it is in sight.
        public var recordBytes: Int
    }

    /// By event type, then by entity type.
    public let entries: [Entry]
    /// By entity type.
    public let entities: [Entity]

    public init(schema: Schema) {
        var entries: [Entry] = []
        for (number, entity) in schema.entities.enumerated() {
            let sample = EntrySample(schema, entity)
            for (event, participation) in entity.participations.enumerated() {
                guard let participation else { continue }
                entries.append(
                    Entry(
                        eventType: event, entity: number, isCertain: !participation.keySlots.contains { Self.mayBeAbsent(schema.events[event].fields[$0]) },
                        bytes: sample.bytes(event), typicalBytes: sample.typicalBytes(event)))
            }
        }
        self.entries = entries.sorted { ($0.eventType, $0.entity) < ($1.eventType, $1.entity) }
        entities = schema.entities.map { Entity(indexBytes: JournalTable.bytesPerJournalMax, recordBytes: RecordLayout($0).stride) }
    }

    fileprivate static func mayBeAbsent(_ field: Field) -> Bool { field.optional || field.derivation != nil }
}

/// Writes made-up records as entries.
private struct EntrySample {
    private enum Values { case least, typical, most }

    /// A Monday in 2026.
    private static let time: Int64 = 1_772_416_800_000

    private let entity: EntityType
    private let layout: RecordLayout
    private let codec: LogCodec
    /// By event type: the recorded fields that it has, and whether each may be absent.
    private let fields: [[(field: Int, mayBeAbsent: Bool)]]

    init(_ schema: Schema, _ entity: EntityType) {
        self.entity = entity
        layout = RecordLayout(entity)
        codec = LogCodec(schema, entity)
        // Numbers take a byte each, whatever they are.
        for own in codec.ownLayouts { codec.learn(1, own) }
        fields = entity.participations.enumerated().map { event, participation in
            guard let participation else { return [] }
            return entity.record.indices.compactMap { field in
                let slot = participation.recordSlots[field]
                return slot < 0 ? nil : (field, RecordingCost.mayBeAbsent(schema.events[event].fields[slot]))
            }
        }
    }

    func typicalBytes(_ event: Int) -> Int { encode(event, .typical, without: []) }

    func bytes(_ event: Int) -> ClosedRange<Int> {
        let optional = fields[event].filter(\.mayBeAbsent).map(\.field)
        // Bits for absent fields take room, too, so that an event that lacks a short field may be longer than one that has it.
        let shortest = optional.min { layout.fields[$0].isWide == layout.fields[$1].isWide ? $0 < $1 : !layout.fields[$0].isWide }
        let least = min(encode(event, .least, without: []), encode(event, .least, without: optional))
        let most = max(encode(event, .most, without: []), encode(event, .most, without: shortest.map { [$0] } ?? []))
        return least...most
    }

    private func encode(_ event: Int, _ values: Values, without absent: [Int]) -> Int {
        withUnsafeTemporaryAllocation(byteCount: layout.stride, alignment: 8) { memory in
            memory.initializeMemory(as: UInt8.self, repeating: 0)
            let record = Record(memory.baseAddress!)
            record.time = Self.time
            var information = UInt32(event) << RecordLayout.typeShift
            for (field, _) in fields[event] where !absent.contains(field) {
                let place = layout.fields[field]
                information |= place.presenceBit
                guard place.isWide else { continue }
                record.base.storeBytes(of: UInt64(bitPattern: Self.cell(place.type, values)), toByteOffset: place.offset, as: UInt64.self)
            }
            record.information = information
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: LogFormat.recordBytesMax) { bytes in
                codec.encode(record, EntityKey(low: 0, high: 0), into: bytes.baseAddress!)!
            }
        }
    }

    private static func cell(_ type: FieldType, _ values: Values) -> Int64 {
        switch (type, values) {
        case (.timestamp, .least): time
        case (.timestamp, .typical): time - 30 * 86_400_000
        case (.timestamp, .most): FieldLimits.timestampMilliseconds.upperBound
        case (_, .least): 0
        case (.decimal(let scale), .typical): Int64((0..<scale).reduce(1_000) { unit, _ in unit * 10 })
        case (_, .typical): 100
        case (.decimal, .most): -FieldLimits.decimalMinorUnitsMax
        case (_, .most): .min
        }
    }
}
