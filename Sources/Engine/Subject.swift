internal import Documents
public import Events

/// Names what a decision is about, such as `account:6217000012345678`.
public enum Subject {
    /// The entity's name and its key as text, parts joined by `|`; nil where the event lacks a key field.
    public static func text(_ schema: Schema, entity: Int, _ batch: EventBatch, row: Int) -> String? {
        let eventType = batch.headers[row].eventType
        guard let participation = schema.entities[entity].participations[eventType] else { return nil }
        var text = schema.entities[entity].name + ":"
        for (index, slot) in participation.keySlots.enumerated() {
            guard batch.isPresent(row: row, slot: slot) else { return nil }
            if index > 0 { text += "|" }
            text += fieldText(schema.events[eventType].fields[slot].type, batch, row: row, slot: slot)
        }
        return text
    }

    /// The subject of an event: the first entity of the schema that it takes part in.
    public static func ofEvent(_ schema: Schema, _ batch: EventBatch, row: Int) -> String? {
        for entity in schema.entities.indices {
            if let text = text(schema, entity: entity, batch, row: row) { return text }
        }
        return nil
    }

    static func fieldText(_ type: FieldType, _ batch: EventBatch, row: Int, slot: Int) -> String {
        let cell = batch.cell(row: row, slot: slot)
        switch type {
        case .string: return String(decoding: batch.text(row: row, slot: slot), as: UTF8.self)
        case .enumeration(let values): return values[Int(cell)]
        case .bool: return cell == 0 ? "false" : "true"
        case .int, .timestamp: return String(Int64(bitPattern: cell))
        case .double: return Double(bitPattern: cell).description
        case .decimal(let scale):
            var writer = JSONWriter()
            writer.decimal(minorUnits: Int64(bitPattern: cell), scale: scale)
            return writer.text
        }
    }
}
