internal import CSimdJSON
public import Expressions

/// Decodes JSON events into rows, in one pass and without a tree. One thread at a time.
///
/// Plain JSON and CloudEvents 1.0 are accepted: structured (the fields are in `data`) and binary (the caller passes the `ce_` headers as
/// `Envelope`). Unknown members are ignored; a member that the schema knows and that appears twice is refused, because two readers
/// of such an event may see different amounts. Members that the schema does not know are passed over without being parsed: their brackets must
/// balance, their strings end and their bytes be UTF-8, but a malformed number among them goes unnoticed. Source: CloudEvents 1.0, section 3; RFC 8259, section 4.
public final class Decoder {
    public let schema: Schema
    private let pseudonymiser: Pseudonymiser?
    private let plans: [DecodingPlan]
    private let scanner: OpaquePointer
    private let typeKeys = TypeKeys()
    private let derivations: DerivedFields

    /// What the record's headers say; used where the JSON itself does not.
    public struct Envelope {
        public var id: UnsafeRawBufferPointer?
        public var time: UnsafeRawBufferPointer?
        public var traceparent: UnsafeRawBufferPointer?
        /// When the record entered Kafka, in milliseconds since 1970.
        public var receivedMilliseconds: Int64?

        public init(
            id: UnsafeRawBufferPointer? = nil, time: UnsafeRawBufferPointer? = nil, traceparent: UnsafeRawBufferPointer? = nil,
            receivedMilliseconds: Int64? = nil
        ) {
            self.id = id
            self.time = time
            self.traceparent = traceparent
            self.receivedMilliseconds = receivedMilliseconds
        }
    }

    /// - Parameter pseudonymiser: needed where the schema has sensitive fields.
    public init(schema: Schema, pseudonymiser: Pseudonymiser?, timeZones: (any TimeZoneProvider)?) {
        precondition(pseudonymiser != nil || !schema.events.contains { $0.fields.contains(where: \.sensitive) })
        self.schema = schema
        self.pseudonymiser = pseudonymiser
        plans = schema.events.indices.map { DecodingPlan(schema, eventType: $0) }
        scanner = vane_json_scanner_make()
        derivations = DerivedFields(schema, timeZones: timeZones)
    }

    deinit { vane_json_scanner_free(scanner) }

    /// Larger events leave the batch nothing but their texts: what the schema does not know of them is not worth its memory.
    private static let stagedBytesMax = 16 * 1024

    /// Decodes one event of a known type into a new row of `batch`, which must not be full.
    /// - Returns: the row.
    /// - Throws: why the event is refused; the batch is then as before.
    public func decode(
        _ bytes: UnsafeRawBufferPointer, eventType: Int, envelope: Envelope = Envelope(), into batch: EventBatch
    ) throws(Rejection) -> Int {
        let plan = plans[eventType]
        try checkSize(bytes)
        // Once as it stands, and once more where its strings have escapes.
        if !batch.hasRoom(forTextBytes: 2 * bytes.count + Int(VANE_JSON_PADDING) + plan.textBytesMaxBesideEvent) {
            throw Rejection(.tooLarge, "the batch holds too much text already")
        }
        let outcome: vane_json_outcome
        if bytes.count <= Self.stagedBytesMax {
            let place = batch.stage(bytes, padding: Int(VANE_JSON_PADDING), room: bytes.count + plan.envelopeTextBytesMax)
            outcome = vane_json_scan_padded(
                scanner, plan.keys, place.assumingMemoryBound(to: CChar.self), bytes.count, plan.tokens, plan.dataTokens)
        } else {
            batch.unstage()
            outcome = vane_json_scan(
                scanner, plan.keys, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, plan.tokens, plan.dataTokens)
        }
        if outcome.status != VANE_JSON_OK { throw plan.rejection(outcome) }
        let row = batch.appendRow()
        do {
            try fill(row, plan, envelope, batch)
        } catch {
            batch.removeLast()
            throw error
        }
        return row
    }

    /// The type of an event that came without a topic: what `event_type` says, or a CloudEvent's `type`, or either within its `data`; where the schema has one type only, that.
    public func eventType(of bytes: UnsafeRawBufferPointer) throws(Rejection) -> Int {
        if schema.events.count == 1 { return 0 }
        try checkSize(bytes)
        let outcome = vane_json_scan(
            scanner, typeKeys.keys, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, typeKeys.tokens, typeKeys.dataTokens)
        if outcome.status != VANE_JSON_OK { throw DecodingPlan.rejection(outcome, TypeKeys.names) }
        let hasData = typeKeys.tokens[TypeKeys.dataKey].kind == VANE_JSON_OBJECT
        for tokens in [typeKeys.tokens] + (hasData ? [typeKeys.dataTokens] : []) {
            for key in [TypeKeys.eventTypeKey, TypeKeys.typeKey] where tokens[key].kind == VANE_JSON_STRING {
                let name = String(decoding: Self.bytes(tokens[key]), as: UTF8.self)
                if let index = schema.event(named: name) { return index }
            }
        }
        throw Rejection(
            .unknownEventType, field: TypeKeys.names[TypeKeys.eventTypeKey],
            "the event does not say its type; add an 'event_type' that is one of \(schema.events.map(\.name).joined(separator: ", "))")
    }

    private func checkSize(_ bytes: UnsafeRawBufferPointer) throws(Rejection) {
        if bytes.count > FieldLimits.eventBytesMax {
            throw Rejection(.tooLarge, "the event is larger than \(FieldLimits.eventBytesMax >> 20) MiB")
        }
    }

    private func fill(_ row: Int, _ plan: DecodingPlan, _ envelope: Envelope, _ batch: EventBatch) throws(Rejection) {
        let structured =
            plan.dataKey >= 0 && plan.tokens[plan.specVersionKey].kind == VANE_JSON_STRING && plan.tokens[plan.dataKey].kind == VANE_JSON_OBJECT
        let tokens = structured ? plan.dataTokens : plan.tokens
        let base = row * batch.stride
        let cells = batch.cells + base
        let present = batch.present + base
        let texts = batch.texts + base

        batch.headers[row].eventType = plan.eventType
        batch.headers[row].receivedMilliseconds = envelope.receivedMilliseconds

        // Id: the schema's own key, then the envelope's.
        var id = try Self.identifier(tokens[plan.idKey], field: plan.type.idKey)
        if id == nil, structured { id = try Self.identifier(plan.tokens[plan.envelopeIDKey], field: "id") }
        if id == nil { id = envelope.id }
        guard let id, !id.isEmpty else {
            throw Rejection(.missingID, field: plan.type.idKey, "the event has no id")
        }
        if id.count > FieldLimits.eventIDBytesMax {
            throw Rejection(.stringTooLong, field: plan.type.idKey, "the id is longer than \(FieldLimits.eventIDBytesMax) bytes")
        }
        let idFingerprint = Fingerprint.of(id)
        batch.headers[row].idFingerprint = idFingerprint
        cells[EventType.idSlot] = idFingerprint
        texts[EventType.idSlot] = batch.reference(id)
        present[EventType.idSlot] = 1

        // Time, likewise.
        var time: Int64?
        if Self.isGiven(tokens[plan.timeKey]) {
            time = try Self.time(tokens[plan.timeKey], field: plan.type.timeKey)
        } else if structured, Self.isGiven(plan.tokens[plan.envelopeTimeKey]) {
            time = try Self.time(plan.tokens[plan.envelopeTimeKey], field: "time")
        } else if let bytes = envelope.time {
            time = try Self.time(text: bytes, field: "ce_time")
        }
        guard let time else { throw Rejection(.missingTime, field: plan.type.timeKey, "the event has no time") }
        if time < FieldLimits.timeMillisecondsMin || time >= FieldLimits.timeMillisecondsMax {
            throw Rejection(.outOfRange, field: plan.type.timeKey, "the time lies outside the years 1970 to 2199; times are RFC 3339 or epoch milliseconds")
        }
        batch.headers[row].timeMilliseconds = time
        cells[EventType.timeSlot] = UInt64(bitPattern: time)
        present[EventType.timeSlot] = 1

        cells[EventType.typeSlot] = plan.typeFingerprint
        texts[EventType.typeSlot] = plan.typeName.withUnsafeBytes { batch.store($0) }
        present[EventType.typeSlot] = 1

        var traceparent = envelope.traceparent
        if structured, case let token = plan.tokens[plan.traceparentKey], token.kind == VANE_JSON_STRING { traceparent = Self.bytes(token) }
        // It is handed on as it is, so one that is no trace context is left out.
        if let traceparent, Self.isTraceContext(traceparent) { batch.headers[row].traceparent = batch.store(traceparent) }

        for index in 0..<plan.fieldCount {
            // Looked at where they are: copies of them would cost more than all else here.
            let field = UnsafePointer(plan.fieldPlans + index)
            let token = UnsafePointer(tokens + field.pointee.key)
            if !Self.isGiven(token.pointee) {
                if field.pointee.optional { continue }
                throw Rejection(.missingField, field: plan.name(field.pointee), "the field is missing")
            }
            let slot = field.pointee.slot
            switch field.pointee.kind {
            case .string:
                guard token.pointee.kind == VANE_JSON_STRING else { throw plan.wrongType(field.pointee, token.pointee, "a string") }
                let bytes = Self.bytes(token.pointee)
                if bytes.count > FieldLimits.stringBytesMax {
                    throw Rejection(.stringTooLong, field: plan.name(field.pointee), "the string is longer than \(FieldLimits.stringBytesMax) bytes")
                }
                if bytes.isEmpty && field.pointee.isKey {
                    // An empty identifier identifies nothing.
                    if field.pointee.optional { continue }
                    throw Rejection(.missingKey, field: plan.name(field.pointee), "the key field is empty")
                }
                cells[slot] = Fingerprint.of(bytes)
                texts[slot] = batch.reference(bytes)
            case .enumeration:
                guard token.pointee.kind == VANE_JSON_STRING else { throw plan.wrongType(field.pointee, token.pointee, "a string") }
                let index = plan.enumerationIndex(field.pointee, Self.bytes(token.pointee))
                guard index >= 0 else {
                    throw Rejection(
                        .unknownEnumValue, field: plan.name(field.pointee),
                        "the value is none of \(plan.enumerationNames(field.pointee).joined(separator: ", "))")
                }
                cells[slot] = UInt64(bitPattern: Int64(index))
            case .decimal:
                guard token.pointee.kind == VANE_JSON_NUMBER || token.pointee.kind == VANE_JSON_STRING else {
                    throw plan.wrongType(field.pointee, token.pointee, "a number, or a string that holds one")
                }
                do {
                    cells[slot] = UInt64(bitPattern: try Numbers.minorUnits(Self.utf8(token.pointee), scale: field.pointee.detail))
                } catch {
                    throw plan.rejection(error, field.pointee)
                }
            case .int:
                guard token.pointee.kind == VANE_JSON_NUMBER else { throw plan.wrongType(field.pointee, token.pointee, "a whole number") }
                do {
                    cells[slot] = UInt64(bitPattern: try Numbers.whole(Self.utf8(token.pointee)))
                } catch {
                    throw plan.rejection(error, field.pointee)
                }
            case .double:
                guard token.pointee.kind == VANE_JSON_NUMBER else { throw plan.wrongType(field.pointee, token.pointee, "a number") }
                // +0.0 and -0.0 are one value, and one bit pattern.
                cells[slot] = (token.pointee.real + 0.0).bitPattern
            case .bool:
                guard token.pointee.kind == VANE_JSON_BOOL else { throw plan.wrongType(field.pointee, token.pointee, "true or false") }
                cells[slot] = token.pointee.real != 0 ? 1 : 0
            case .timestamp:
                let time = try Self.time(token.pointee, field: plan.name(field.pointee))
                if !FieldLimits.timestampMilliseconds.contains(time) {
                    throw Rejection(.outOfRange, field: plan.name(field.pointee), "the time lies outside the years 1 to 9999")
                }
                cells[slot] = UInt64(bitPattern: time)
            }
            present[slot] = 1
        }
        if plan.hasDerivations { derivations.compute(plan.eventType, row: row, batch) }
        if plan.hasSensitive, let pseudonymiser { pseudonymise(row, plan, pseudonymiser, batch) }
    }

    private func pseudonymise(_ row: Int, _ plan: DecodingPlan, _ pseudonymiser: Pseudonymiser, _ batch: EventBatch) {
        for slot in plan.sensitiveSlots where batch.isPresent(row: row, slot: slot) {
            let at = row * batch.stride + slot
            var digest: Pseudonymiser.Digest = (0, 0)
            pseudonymiser.digest(batch.text(batch.texts[at]), into: &digest)
            withUnsafeBytes(of: &digest) { bytes in
                batch.texts[at] = Pseudonymiser.withHexadecimal(bytes) { batch.store($0) }
            }
            batch.cells[at] = Fingerprint.of(batch.text(batch.texts[at]))
        }
    }

    private static func bytes(_ token: vane_json_token) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: token.bytes, count: Int(token.count))
    }

    private static func utf8(_ token: vane_json_token) -> UnsafeBufferPointer<UInt8> {
        bytes(token).assumingMemoryBound(to: UInt8.self)
    }

    private static func isGiven(_ token: vane_json_token) -> Bool { token.kind != VANE_JSON_ABSENT && token.kind != VANE_JSON_NULL }

    /// An id is a string, or a number as written; nil where there is none.
    private static func identifier(_ token: vane_json_token, field: String) throws(Rejection) -> UnsafeRawBufferPointer? {
        if !isGiven(token) { return nil }
        if token.kind == VANE_JSON_STRING || (token.kind == VANE_JSON_NUMBER && Numbers.isNumber(utf8(token))) { return bytes(token) }
        throw Rejection(.wrongType, field: field, "an id is a string or a number")
    }

    /// Hexadecimal digits in groups, as W3C Trace Context writes them.
    private static func isTraceContext(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count <= FieldLimits.traceparentBytesMax
            && text.allSatisfy {
                ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f")) || $0 == UInt8(ascii: "-")
            }
    }

    private static func time(_ token: vane_json_token, field: String) throws(Rejection) -> Int64 {
        if token.kind == VANE_JSON_STRING { return try time(text: bytes(token), field: field) }
        guard token.kind == VANE_JSON_NUMBER else {
            throw Rejection(.wrongType, field: field, "a time is an RFC 3339 string or epoch milliseconds")
        }
        do {
            return try Numbers.whole(utf8(token))
        } catch {
            if case .outOfRange = error { throw Rejection(.outOfRange, field: field, "epoch milliseconds have 64 bits") }
            throw Rejection(.malformedTime, field: field, "epoch milliseconds are a whole number")
        }
    }

    private static func time(text: UnsafeRawBufferPointer, field: String) throws(Rejection) -> Int64 {
        guard let milliseconds = RFC3339.milliseconds(text.assumingMemoryBound(to: UInt8.self)) else {
            throw Rejection(.malformedTime, field: field, "the time is not RFC 3339 with a zone, such as 2026-11-20T09:30:00.000+08:00")
        }
        return milliseconds
    }
}
