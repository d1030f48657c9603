internal import Expressions

/// Computes derived fields of a decoded row, over the clear values of the fields before them.
final class DerivedFields {
    private struct Computation {
        var slot: Int
        /// Part of an entity's key.
        var isKey: Bool
        var program: Program
        var bindings: [ConditionProgram.Binding]
        /// Of a decimal among the variables: its slot and 10^scale.
        var decimals: [(slot: Int, unit: Double)]
    }

    private let timeZones: (any TimeZoneProvider)?
    private let byEvent: [[Computation]]
    private let cells: UnsafeMutablePointer<UInt64>

    init(_ schema: Schema, timeZones: (any TimeZoneProvider)?) {
        self.timeZones = timeZones
        byEvent = schema.events.enumerated().map { eventType, event in
            event.fields.enumerated().compactMap { slot, field in
                guard let derivation = field.derivation else { return nil }
                return Computation(
                    slot: slot, isKey: schema.entities.contains { $0.participations[eventType]?.keySlots.contains(slot) ?? false },
                    program: Program(derivation.expression, part: derivation.expression.expression),
                    bindings: derivation.slots.map { ConditionProgram.Binding(slot: $0, type: event.fields[$0].type.cellType) },
                    decimals: derivation.slots.compactMap { slot in
                        event.fields[slot].type.decimalUnit.map { (slot, $0) }
                    })
            }
        }
        cells = .allocate(capacity: SchemaLimits.fieldsMax)
    }

    deinit { cells.deallocate() }

    /// Fills the derived slots of a row. One whose expression fails, for want of a field or otherwise, is absent.
    func compute(_ eventType: Int, row: Int, _ batch: EventBatch) {
        let base = row * batch.stride
        for computation in byEvent[eventType] {
            // Expressions see decimals as doubles.
            cells.update(from: batch.cells + base, count: batch.stride)
            for decimal in computation.decimals { cells[decimal.slot] = (Double(Int64(bitPattern: cells[decimal.slot])) / decimal.unit).bitPattern }
            let frame = Frame(cells: cells, present: batch.present + base, texts: batch.texts + base, arena: UnsafeRawPointer(batch.arena))
            let activation = FrameActivation(
                frame: frame, bindings: computation.bindings, fingerprint: { Fingerprint.of($0) }, timeZones: timeZones)
            guard let value = try? computation.program.evaluate(activation) else { continue }
            let at = base + computation.slot
            switch value {
            case .bool(let value): batch.cells[at] = value ? 1 : 0
            case .int(let value): batch.cells[at] = UInt64(bitPattern: value)
            case .double(let value): batch.cells[at] = (value + 0.0).bitPattern
            case .timestamp(let value): batch.cells[at] = UInt64(bitPattern: value.epochMilliseconds)
            case .string(var value):
                // An empty identifier identifies nothing.
                guard value.utf8.count <= FieldLimits.stringBytesMax, !(computation.isKey && value.isEmpty) else { continue }
                value.withUTF8 { bytes in
                    let bytes = UnsafeRawBufferPointer(bytes)
                    batch.cells[at] = Fingerprint.of(bytes)
                    batch.texts[at] = batch.store(bytes)
                }
            default: continue
            }
            batch.present[at] = 1
        }
    }
}
