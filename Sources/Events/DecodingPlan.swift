internal import CSimdJSON
internal import Expressions

/// How one event type is read: its JSON keys, and what becomes of each field. Flat, so that decoding follows arrays only.
final class DecodingPlan {
    enum Kind: UInt8 { case string, bool, int, double, decimal, enumeration, timestamp }

    struct FieldPlan {
        var kind: Kind
        var optional: Bool
        /// Part of an entity's key.
        var isKey: Bool
        var slot: Int
        /// Index into the tokens.
        var key: Int
        /// The scale of a decimal, or the index of an enumeration's first value among those of all.
        var detail: Int
        /// Of an enumeration.
        var valueCount = 0
    }

    let type: EventType
    let eventType: Int
    let typeName: [UInt8]
    let typeFingerprint: UInt64
    let keys: OpaquePointer
    let tokens: UnsafeMutablePointer<vane_json_token>
    let dataTokens: UnsafeMutablePointer<vane_json_token>
    let fieldPlans: UnsafeMutablePointer<FieldPlan>
    let fieldCount: Int
    private let enumerationValues: FixedArray<EnumerationValue>
    private let enumerationTexts: FixedArray<UInt8>
    let sensitiveSlots: [Int]
    let hasSensitive: Bool
    let hasDerivations: Bool
    private(set) var idKey = 0
    private(set) var timeKey = 0
    private(set) var specVersionKey = 0
    private(set) var envelopeIDKey = 0
    private(set) var envelopeTimeKey = 0
    private(set) var traceparentKey = 0
    /// The payload of an envelope; -1 where the schema has a field of that name, so that events are never envelopes.
    private(set) var dataKey = -1
    /// Bytes of text that a row may hold of what its envelope says, and the event type.
    let envelopeTextBytesMax: Int
    /// Bytes of text that a row may hold besides what stands in the event: these, pseudonyms, and derived texts.
    let textBytesMaxBesideEvent: Int
    private let keyNames: [String]

    init(_ schema: Schema, eventType: Int) {
        let type = schema.events[eventType]
        self.type = type
        self.eventType = eventType
        typeName = Array(type.name.utf8)
        typeFingerprint = Fingerprint.of(type.name)

        var names: [String] = []
        var flags: [UInt8] = []
        func key(_ name: String, flag: Int = 0) -> Int {
            if let index = names.firstIndex(of: name) {
                flags[index] |= UInt8(flag)
                return index
            }
            names.append(name)
            flags.append(UInt8(flag))
            return names.count - 1
        }
        // In the order in which producers write: id and time, the fields, then what only envelopes have.
        idKey = key(type.idKey)
        timeKey = key(type.timeKey)
        var plans: [FieldPlan] = []
        var values: [EnumerationValue] = []
        var texts: [UInt8] = []
        for (slot, field) in type.fields.enumerated() where slot > EventType.typeSlot && field.derivation == nil {
            var detail = 0
            var valueCount = 0
            let kind: Kind
            switch field.type {
            case .string: kind = .string
            case .bool: kind = .bool
            case .int: kind = .int
            case .double: kind = .double
            case .decimal(let scale):
                kind = .decimal
                detail = scale
            case .enumeration(let names):
                kind = .enumeration
                detail = values.count
                valueCount = names.count
                for name in names {
                    let text = Array(name.utf8)
                    // Padded, as what it is compared with is.
                    let start = (text + Array(repeating: 0, count: 8)).withUnsafeBytes { EnumerationValue.start(.init(rebasing: $0[..<text.count])) }
                    values.append(EnumerationValue(start: start, count: text.count, offset: texts.count))
                    texts += text
                }
            case .timestamp: kind = .timestamp
            }
            let isKey = schema.entities.contains { $0.participations[eventType]?.keySlots.contains(slot) ?? false }
            plans.append(
                FieldPlan(
                    kind: kind, optional: field.optional, isKey: isKey, slot: slot,
                    key: key(field.name, flag: kind == .double ? Int(VANE_JSON_KEY_REAL) : 0), detail: detail, valueCount: valueCount))
        }
        specVersionKey = key("specversion")
        envelopeIDKey = key("id")
        envelopeTimeKey = key("time")
        traceparentKey = key("traceparent")
        if !type.fields.contains(where: { $0.name == "data" }) { dataKey = key("data", flag: Int(VANE_JSON_KEY_DATA)) }

        let keys: OpaquePointer = vane_json_keys_make()
        self.keys = keys
        for (name, flag) in zip(names, flags) {
            var name = name
            name.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { vane_json_keys_add(keys, $0.baseAddress, $0.count, flag) }
            }
        }
        tokens = .allocate(capacity: names.count)
        tokens.initialize(repeating: vane_json_token(), count: names.count)
        dataTokens = .allocate(capacity: names.count)
        dataTokens.initialize(repeating: vane_json_token(), count: names.count)
        fieldPlans = .allocate(capacity: max(plans.count, 1))
        fieldPlans.initialize(from: plans, count: plans.count)
        fieldCount = plans.count
        enumerationValues = FixedArray(values)
        enumerationTexts = FixedArray(texts)
        sensitiveSlots = type.fields.indices.filter { type.fields[$0].sensitive }
        hasSensitive = !sensitiveSlots.isEmpty
        envelopeTextBytesMax = typeName.count + 2 * FieldLimits.eventIDBytesMax
        textBytesMaxBesideEvent =
            envelopeTextBytesMax + sensitiveSlots.count * 64
            + type.fields.count { $0.derivation != nil } * FieldLimits.stringBytesMax
        hasDerivations = type.fields.contains { $0.derivation != nil }
        keyNames = names
    }

    deinit {
        vane_json_keys_free(keys)
        tokens.deallocate()
        dataTokens.deallocate()
        fieldPlans.deallocate()
        enumerationValues.deallocate()
        enumerationTexts.deallocate()
    }

    /// The index of an enumeration's value, or -1. Linear in the number of values, which `FieldLimits.enumerationValuesMax` bounds.
    /// - Parameter text: can be read for eight bytes beyond its end.
    @inline(__always) func enumerationIndex(_ field: FieldPlan, _ text: UnsafeRawBufferPointer) -> Int {
        let start = EnumerationValue.start(text)
        for index in 0..<field.valueCount {
            let value = enumerationValues.base + field.detail + index
            if value.pointee.start == start && value.pointee.count == text.count && (text.count <= 8 || isEqual(value.pointee, text)) { return index }
        }
        return -1
    }

    @inline(never) private func isEqual(_ value: EnumerationValue, _ text: UnsafeRawBufferPointer) -> Bool {
        UnsafeRawBufferPointer(start: enumerationTexts.base + value.offset, count: value.count).elementsEqual(text)
    }

    func enumerationNames(_ field: FieldPlan) -> [String] {
        guard case .enumeration(let names) = type.fields[field.slot].type else { return [] }
        return names
    }

    func name(_ field: FieldPlan) -> String { type.fields[field.slot].name }

    func wrongType(_ field: FieldPlan, _ token: vane_json_token, _ expected: String) -> Rejection {
        let found =
            switch token.kind {
            case VANE_JSON_STRING: "a string"
            case VANE_JSON_NUMBER: "a number"
            case VANE_JSON_BOOL: "a boolean"
            case VANE_JSON_OBJECT: "an object"
            case VANE_JSON_ARRAY: "an array"
            default: "null"
            }
        return Rejection(.wrongType, field: name(field), "the field holds \(found); the schema says \(type.fields[field.slot].type.name), \(expected)")
    }

    func rejection(_ failure: Numbers.Failure, _ field: FieldPlan) -> Rejection {
        switch failure {
        case .malformed: Rejection(.wrongType, field: name(field), "the text is not a number")
        case .notWhole: Rejection(.wrongType, field: name(field), "the number is not whole; the schema says int")
        case .outOfRange: Rejection(.outOfRange, field: name(field), "the number is too large for \(type.fields[field.slot].type.name)")
        case .tooManyDecimals: Rejection(.tooManyDecimals, field: name(field), "the number has more than \(field.detail) decimals")
        }
    }

    func rejection(_ outcome: vane_json_outcome) -> Rejection { Self.rejection(outcome, keyNames) }

    static func rejection(_ outcome: vane_json_outcome, _ keyNames: [String]) -> Rejection {
        let why = String(cString: outcome.why)
        let field = outcome.key == 0xffff ? nil : keyNames[Int(outcome.key)]
        let reason: Rejection.Reason =
            switch outcome.status {
            case VANE_JSON_EMPTY: .empty
            case VANE_JSON_UTF8: .invalidUTF8
            case VANE_JSON_DEPTH: .tooDeep
            case VANE_JSON_DUPLICATE: .duplicateKey
            case VANE_JSON_NUMBER_RANGE: .outOfRange
            case VANE_JSON_MEMORY: .tooLarge
            default: .notJSON
            }
        return Rejection(reason, field: field, why)
    }
}

/// A value of an enum, to be found by its text without a loop over the bytes of most.
struct EnumerationValue {
    /// The first eight bytes of the text, zeros where it is shorter.
    var start: UInt64
    var count: Int
    /// Where the whole text is among those of all values.
    var offset: Int

    /// The first eight bytes of a text that as many can be read from, zeros where it is shorter.
    @inline(__always) static func start(_ text: UnsafeRawBufferPointer) -> UInt64 {
        let word = text.count == 0 ? 0 : UInt64(littleEndian: text.baseAddress!.loadUnaligned(as: UInt64.self))
        return text.count >= 8 ? word : word & ((1 << UInt64(8 * text.count)) - 1)
    }
}

/// The JSON keys that name an event's type.
final class TypeKeys {
    static let names = ["event_type", "type", "data"]
    static let eventTypeKey = 0
    static let typeKey = 1
    static let dataKey = 2

    let keys: OpaquePointer
    let tokens: UnsafeMutablePointer<vane_json_token>
    let dataTokens: UnsafeMutablePointer<vane_json_token>

    init() {
        let keys: OpaquePointer = vane_json_keys_make()
        self.keys = keys
        for (index, name) in Self.names.enumerated() {
            var name = name
            let flags = index == Self.dataKey ? UInt8(VANE_JSON_KEY_DATA) : 0
            name.withUTF8 { bytes in bytes.withMemoryRebound(to: CChar.self) { vane_json_keys_add(keys, $0.baseAddress, $0.count, flags) } }
        }
        tokens = .allocate(capacity: Self.names.count)
        tokens.initialize(repeating: vane_json_token(), count: Self.names.count)
        dataTokens = .allocate(capacity: Self.names.count)
        dataTokens.initialize(repeating: vane_json_token(), count: Self.names.count)
    }

    deinit {
        vane_json_keys_free(keys)
        tokens.deallocate()
        dataTokens.deallocate()
    }
}
