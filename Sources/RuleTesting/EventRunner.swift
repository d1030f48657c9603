internal import Documents
public import Engine
public import Events
internal import Expressions
internal import Journals
internal import Rules

/// Runs events one after the other through the production decoder and engine, as JSON, and lets its caller look at each decision.
public final class EventRunner {
    public let engine: Engine
    public let batch: EventBatch
    private let decoder: Decoder
    public private(set) var decision = Decision()
    /// By event type: the fields whose texts are remembered.
    private let rememberedSlots: [[Int]]
    private var texts: [UInt64: String] = [:]

    /// - Parameter remembersTexts: keep the texts that indicators such as `first(device_id)` may have as their value; journals keep only fingerprints.
    public init(engine: Engine, decoder: Decoder, remembersTexts: Bool = false) {
        self.engine = engine
        self.decoder = decoder
        batch = EventBatch(capacity: 1, schema: engine.schema)
        let schema = engine.schema
        var slots: [[Int]] = Array(repeating: [], count: schema.events.count)
        for indicator in engine.rules.indicators where remembersTexts && indicator.resultType(schema) == .fingerprint {
            guard case .aggregate(let aggregate, _, _, _) = indicator.computation, let field = aggregate.field else { continue }
            for (type, participation) in schema.entities[indicator.entity].participations.enumerated() {
                if let slot = participation?.recordSlots[field], slot >= 0, !slots[type].contains(slot) { slots[type].append(slot) }
            }
        }
        rememberedSlots = slots
    }

    /// Runs one event.
    /// - Parameter inspect: is called once it is decided, before what it puts on lists is on them: indicators, lists and the row are as the rules saw them.
    /// - Throws: why the event was refused.
    public func run(_ event: UnsafeRawBufferPointer, inspect: () -> Void) throws(Rejection) {
        batch.removeAll()
        let row = try decoder.decode(event, eventType: try decoder.eventType(of: event), into: batch)
        for slot in rememberedSlots[batch.headers[row].eventType] where batch.isPresent(row: row, slot: slot) {
            let cell = batch.cell(row: row, slot: slot)
            if texts[cell] == nil { texts[cell] = String(decoding: batch.text(row: row, slot: slot), as: UTF8.self) }
        }
        try engine.process(batch, row: row, into: &decision)
        inspect()
        for entry in engine.listEntries(decision, batch) {
            engine.lists.put(list: engine.lists.declare(entry.list), subject: entry.subject, entry.entry)
        }
    }

    /// The same for bytes of an array.
    /// - Returns: why the event was refused; nil if it was not.
    func run(_ event: [UInt8], inspect: () -> Void) -> Rejection? {
        event.withUnsafeBytes { bytes in
            do throws(Rejection) {
                try run(bytes, inspect: inspect)
                return nil
            } catch {
                return error
            }
        }
    }

    /// A text of the stream by its fingerprint.
    func text(ofFingerprint fingerprint: UInt64) -> String? { texts[fingerprint] }

    /// The id of the event at hand.
    public var eventID: String { String(decoding: batch.text(row: decision.row, slot: EventType.idSlot), as: UTF8.self) }

    /// Its time, in milliseconds since 1970.
    public var eventTimeMilliseconds: Int64 { batch.headers[decision.row].timeMilliseconds }
}
