internal import Events
internal import Expressions

/// Writes an entity's records as log entries, and reads them, those of other layouts too.
final class LogCodec {
    /// How a field is written.
    private enum Kind: UInt8 {
        case eightBytes, oneByte, varint, timestamp

        init(_ type: FieldType) {
            switch type {
            case .string, .double: self = .eightBytes
            case .bool, .enumeration: self = .oneByte
            case .int, .decimal: self = .varint
            case .timestamp: self = .timestamp
            }
        }
    }

    /// How one layout's records become ours.
    private struct Plan {
        struct Step {
            var kind: Kind
            /// Our recorded field; -1 where we record no such field, or one of another type.
            var field: Int
            /// Our index of each value of an enum of theirs, 255 for none; empty where they are the same.
            var values: [UInt8] = []
        }

        var eventType: Int
        var steps: [Step]
        /// Fields that our records of this event type have and theirs lack.
        var lacks: [Int] = []
    }

    private let entity: EntityType
    private let layout: RecordLayout
    private let eventTypeNames: [String]
    /// Layouts that have numbers, ours and those that others have written.
    private(set) var numberedLayouts: [(number: Int, layout: LogLayout)] = []
    /// By number.
    private var plans: [Plan?] = Array(repeating: nil, count: LogLayout.numberMax + 1)
    /// By number: the latest record of a layout that lacks a field; `Int64.min` for all others.
    private var latestLacking: [Int64] = Array(repeating: .min, count: LogLayout.numberMax + 1)
    /// By event type: the number of our layout, 0 before it is known; and the recorded fields that it has, in order.
    private let numbers: FixedArray<UInt8>
    private let ownFields: [[Int]]
    /// The same for the hot path: how each is written, event type after event type.
    private let writings: FixedArray<Writing>
    private let writingRanges: FixedArray<Range<Int>>
    /// One record as it is in memory.
    let staging: Record

    private struct Writing {
        var field: Int
        var kind: Kind
    }

    /// A record of an event type that the schema does not have.
    var unknownEventType: Int { eventTypeNames.count }

    init(_ schema: Schema, _ entity: EntityType) {
        self.entity = entity
        layout = RecordLayout(entity)
        eventTypeNames = schema.events.map(\.name)
        numbers = FixedArray(Array(repeating: 0, count: schema.events.count))
        ownFields = entity.participations.map { participation in
            guard let participation else { return [] }
            return entity.record.indices.filter { participation.recordSlots[$0] >= 0 }
        }
        var all: [Writing] = []
        var ranges: [Range<Int>] = []
        for fields in ownFields {
            ranges.append(all.count..<(all.count + fields.count))
            all += fields.map { Writing(field: $0, kind: Kind(entity.record[$0].type)) }
        }
        writings = FixedArray(all)
        writingRanges = FixedArray(ranges)
        staging = Record(.allocate(byteCount: layout.stride, alignment: 8))
    }

    deinit {
        staging.base.deallocate()
        numbers.deallocate()
        writings.deallocate()
        writingRanges.deallocate()
    }

    /// The layouts of our own records, one for each event type that takes part.
    var ownLayouts: [LogLayout] { entity.participations.indices.compactMap(ownLayout) }

    private func ownLayout(_ event: Int) -> LogLayout? {
        guard entity.participations[event] != nil else { return nil }
        return LogLayout(eventType: eventTypeNames[event], fields: ownFields[event].map { entity.record[$0] })
    }

    /// Learns what a number stands for; for one of our own layouts, that it is written by this number.
    func learn(_ number: Int, _ layout: LogLayout) {
        let steps = layout.fields.map { field -> Plan.Step in
            let kind = Kind(field.type)
            guard let own = entity.recorded(named: field.name) else { return .init(kind: kind, field: -1) }
            let ownType = entity.record[own].type
            if ownType == field.type { return .init(kind: kind, field: own) }
            if case .enumeration(let ours) = ownType, case .enumeration(let theirs) = field.type {
                return .init(kind: kind, field: own, values: theirs.map { value in ours.firstIndex(of: value).map { UInt8($0) } ?? 255 })
            }
            return .init(kind: kind, field: -1)
        }
        let event = eventTypeNames.firstIndex(of: layout.eventType)
        numberedLayouts.removeAll { $0.number == number }
        numberedLayouts.append((number, layout))
        plans[number] = Plan(eventType: event ?? unknownEventType, steps: steps)
        if let event { plans[number]!.lacks = ownFields[event].filter { field in !steps.contains { $0.field == field } } }
        guard let event, numbers[event] == 0, entity.participations[event] != nil else { return }
        if layout.fields == ownFields[event].map({ entity.record[$0] }) { numbers[event] = UInt8(number) }
    }

    /// Whether a number's layout has been learnt.
    func knows(_ number: Int) -> Bool { plans[number] != nil }

    /// Fields that records of other layouts lack, with the latest such record that was read.
    var lacking: [(eventType: Int, field: Int, latestMilliseconds: Int64)] {
        zip(plans, latestLacking).flatMap { plan, latest -> [(eventType: Int, field: Int, latestMilliseconds: Int64)] in
            guard let plan, latest != .min else { return [] }
            return plan.lacks.map { (plan.eventType, $0, latest) }
        }
    }

    // MARK: Writing

    /// Writes an event's record as an entry of the log of `key`.
    /// - Parameter bytes: room for `LogFormat.recordBytesMax`.
    /// - Returns: its length.
    func encode(_ batch: EventBatch, row: Int, _ key: EntityKey, recordSlots: UnsafePointer<Int32>, into bytes: UnsafeMutablePointer<UInt8>) -> Int {
        let header = batch.headers + row
        let base = row * batch.stride
        return encode(
            header.pointee.eventType, header.pointee.timeMilliseconds, RecordLayout.word(header.pointee), key, into: bytes
        ) { field in
            let slot = base + Int(recordSlots[field])
            return batch.present[slot] != 0 ? batch.cells[slot] : nil
        }
    }

    /// Writes a record of a journal; nil where its event type is not in the schema any more.
    func encode(_ record: Record, _ key: EntityKey, into bytes: UnsafeMutablePointer<UInt8>) -> Int? {
        let eventType = record.eventType
        guard eventType < numbers.count, numbers[eventType] != 0 else { return nil }
        return encode(eventType, record.time, record.idWord, key, into: bytes) { field in
            let field = layout.fields[field]
            return record.isPresent(field.presenceBit) ? record.cell(field) : nil
        }
    }

    @inline(__always) private func encode(
        _ eventType: Int, _ time: Int64, _ word: UInt64, _ key: EntityKey, into bytes: UnsafeMutablePointer<UInt8>, _ cell: (Int) -> UInt64?
    ) -> Int {
        precondition(numbers[eventType] != 0, "records are written once their layouts have numbers")
        // One byte of length is enough nearly always; where it is not, the rest moves up.
        let body = UnsafeMutableRawPointer(bytes + 1 + LogFormat.checkBytes)
        body.storeBytes(of: numbers[eventType], as: UInt8.self)
        body.storeBytes(of: UInt32(truncatingIfNeeded: time).littleEndian, toByteOffset: 1, as: UInt32.self)
        body.storeBytes(of: UInt16(truncatingIfNeeded: time >> 32).littleEndian, toByteOffset: 5, as: UInt16.self)
        body.storeBytes(of: word.littleEndian, toByteOffset: 7, as: UInt64.self)
        var at = 15
        var absent: UInt32 = 0
        let range = writingRanges[eventType]
        for place in range where cell(writings[place].field) == nil { absent |= 1 << UInt32(place - range.lowerBound) }
        if absent != 0 {
            body.storeBytes(of: numbers[eventType] | LogFormat.absentBit, as: UInt8.self)
            for byte in 0..<((range.count + 7) / 8) {
                body.storeBytes(of: UInt8(truncatingIfNeeded: absent >> UInt32(byte * 8)), toByteOffset: at, as: UInt8.self)
                at += 1
            }
        }
        for place in range {
            guard let cell = cell(writings[place].field) else { continue }
            switch writings[place].kind {
            case .eightBytes:
                body.storeBytes(of: cell.littleEndian, toByteOffset: at, as: UInt64.self)
                at += 8
            case .oneByte:
                body.storeBytes(of: UInt8(truncatingIfNeeded: cell), toByteOffset: at, as: UInt8.self)
                at += 1
            case .varint: at += Self.writeVarint(Int64(bitPattern: cell), body + at)
            case .timestamp: at += Self.writeVarint(Int64(bitPattern: cell) &- time, body + at)
            }
        }
        let check = Fingerprint.check(UnsafeRawBufferPointer(start: body, count: at), seed: LogFormat.seed(key))
        let length = at + LogFormat.checkBytes
        var head = 1
        if length > LogFormat.shortLengthMax {
            (body + 1).copyMemory(from: body, byteCount: at)
            bytes[1] = UInt8(length >> 7)
            head = 2
        }
        bytes[0] = UInt8(length & 0x7f) | (head == 2 ? 0x80 : 0)
        bytes[head] = UInt8(truncatingIfNeeded: check)
        bytes[head + 1] = UInt8(truncatingIfNeeded: check >> 8)
        return head + length
    }

    @inline(__always) private static func writeVarint(_ value: Int64, _ at: UnsafeMutableRawPointer) -> Int {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        var count = 0
        while rest >= 0x80 {
            at.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            rest >>= 7
            count += 1
        }
        at.storeBytes(of: UInt8(rest), toByteOffset: count, as: UInt8.self)
        return count + 1
    }

    // MARK: Reading

    /// Reads a record into `staging`; false where it is of a layout that has not been learnt, or does not keep to it.
    func decode(_ body: UnsafeRawBufferPointer) -> Bool {
        guard body.count >= 15, let plan = plans[Int(body[0] & ~LogFormat.absentBit)] else { return false }
        let low = UInt32(littleEndian: body.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        let high = UInt16(littleEndian: body.loadUnaligned(fromByteOffset: 5, as: UInt16.self))
        let time = Int64(high) << 32 | Int64(low)
        staging.time = time
        staging.idWord = UInt64(littleEndian: body.loadUnaligned(fromByteOffset: 7, as: UInt64.self))
        var information = UInt32(plan.eventType) << RecordLayout.typeShift
        var at = 15
        var absent: UInt32 = 0
        if body[0] & LogFormat.absentBit != 0 {
            let bytes = (plan.steps.count + 7) / 8
            guard at + bytes <= body.count else { return false }
            for byte in 0..<bytes { absent |= UInt32(body[at + byte]) << UInt32(byte * 8) }
            at += bytes
        }
        for field in layout.fields { setCell(field, 0) }
        for (index, step) in plan.steps.enumerated() where absent & (1 << UInt32(index)) == 0 {
            var cell: UInt64
            switch step.kind {
            case .eightBytes:
                guard at + 8 <= body.count else { return false }
                cell = UInt64(littleEndian: body.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                at += 8
            case .oneByte:
                guard at < body.count else { return false }
                cell = UInt64(body[at])
                at += 1
                if !step.values.isEmpty {
                    guard cell < step.values.count, step.values[Int(cell)] != 255 else { continue }
                    cell = UInt64(step.values[Int(cell)])
                }
            case .varint, .timestamp:
                var raw: UInt64 = 0
                var shift: UInt64 = 0
                while true {
                    guard at < body.count, shift < 64 else { return false }
                    let byte = body[at]
                    at += 1
                    raw |= UInt64(byte & 0x7f) << shift
                    shift += 7
                    if byte & 0x80 == 0 { break }
                }
                var value = Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
                if step.kind == .timestamp { value = value &+ time }
                cell = UInt64(bitPattern: value)
            }
            guard step.field >= 0 else { continue }
            setCell(layout.fields[step.field], cell)
            information |= layout.fields[step.field].presenceBit
        }
        guard at == body.count else { return false }
        staging.information = information
        if !plan.lacks.isEmpty {
            let number = Int(body[0] & ~LogFormat.absentBit)
            latestLacking[number] = max(latestLacking[number], time)
        }
        return true
    }

    @inline(__always) private func setCell(_ field: RecordLayout.FieldLayout, _ cell: UInt64) {
        if field.isWide {
            staging.base.storeBytes(of: cell, toByteOffset: field.offset, as: UInt64.self)
        } else {
            staging.base.storeBytes(of: UInt8(truncatingIfNeeded: cell), toByteOffset: field.offset, as: UInt8.self)
        }
    }
}
