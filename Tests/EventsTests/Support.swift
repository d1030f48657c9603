import Documents
import Events
import Expressions

/// A schema, its decoder and a batch, for tests that decode.
final class Bench {
    let schema: Schema
    let decoder: Decoder
    let batch: EventBatch

    static let key = Array("0123456789abcdef".utf8)

    init(_ yaml: String, capacity: Int = 4) throws {
        schema = try Schema.read(Array(yaml.utf8), file: "schema.yaml")
        decoder = Decoder(schema: schema, pseudonymiser: Pseudonymiser(key: Self.key), timeZones: nil)
        batch = EventBatch(capacity: capacity, schema: schema)
    }

    func decode(_ bytes: [UInt8], type: Int = 0, envelope: Decoder.Envelope = .init()) throws(Rejection) -> Int {
        // `withUnsafeBytes` does not carry typed errors of closures this long.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: bytes)
        return try decoder.decode(UnsafeRawBufferPointer(rebasing: buffer[..<bytes.count]), eventType: type, envelope: envelope, into: batch)
    }

    func decode(_ json: String, type: Int = 0) throws(Rejection) -> Int { try decode(Array(json.utf8), type: type) }

    /// The reason and field of a refusal, such as `wrong_type amount`; `ok` without one.
    func outcome(_ bytes: [UInt8]) -> String {
        batch.removeAll()
        do {
            _ = try decode(bytes)
            return "ok"
        } catch {
            return error.reason.rawValue + (error.field.map { " " + $0 } ?? "")
        }
    }

    func text(_ row: Int, _ field: String) -> String? {
        let slot = schema.events[batch.headers[row].eventType].slot(named: field)!
        return batch.isPresent(row: row, slot: slot) ? String(decoding: batch.text(row: row, slot: slot), as: UTF8.self) : nil
    }

    /// A field's value as a schema's reader thinks of it; `-` where it is absent.
    func value(_ row: Int, _ field: String) -> String {
        let event = schema.events[batch.headers[row].eventType]
        let slot = event.slot(named: field)!
        guard batch.isPresent(row: row, slot: slot) else { return "-" }
        let cell = batch.cell(row: row, slot: slot)
        switch event.fields[slot].type {
        case .string: return text(row, field)!
        case .bool: return cell == 0 ? "false" : "true"
        case .int, .decimal, .timestamp: return String(Int64(bitPattern: cell))
        case .double: return String(Double(bitPattern: cell))
        case .enumeration(let values): return values[Int(cell)]
        }
    }
}

/// All field types, each required and optional.
let allTypes = """
    events:
      e:
        topic: t
        id: event_id
        time: event_time
        fields:
          account: {type: string}
          s: {type: string, optional: true}
          b: {type: bool, optional: true}
          i: {type: int, optional: true}
          d: {type: double, optional: true}
          m: {type: decimal, scale: 2, optional: true}
          m0: {type: decimal, scale: 0, optional: true}
          m15: {type: decimal, scale: 15, optional: true}
          k: {type: enum, values: [in, out, 入], optional: true}
          t: {type: timestamp, optional: true}
          device: {type: string, optional: true}
    entities:
      account: {key: account, history: 1d, record: [m]}
      device: {key: device, history: 1d}
    """

let validTime = "\"2026-11-20T01:30:00Z\""

/// A valid event with some members added.
func event(_ members: String) -> String {
    "{\"event_id\":\"e1\",\"event_time\":\(validTime),\"account\":\"a1\"" + (members.isEmpty ? "" : "," + members) + "}"
}
