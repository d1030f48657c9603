internal import Events

/// Where the parts of a record are. A record is what a journal keeps of one event: 24 bytes and the recorded fields.
///
/// | bytes | what |
/// |---|---|
/// | 0..<8 | time, milliseconds since 1970 |
/// | 8..<16 | id word: 48 bits of the event id's fingerprint, and in the low 16 the event's origin |
/// | 16..<20 | position in the order of appends to this journal |
/// | 20..<24 | presence bits of the recorded fields, and the event type in the highest byte |
/// | 24... | 8-byte fields, then 1-byte fields |
struct RecordLayout: Sendable {
    struct FieldLayout: Sendable {
        var offset: Int
        /// 8 or 1 bytes.
        var isWide: Bool
        var presenceBit: UInt32
        var type: FieldType
    }

    static let fieldsOffset = 24
    static let typeShift: UInt32 = 24
    static let presenceMask: UInt32 = (1 << typeShift) - 1

    let fields: [FieldLayout]
    let stride: Int

    init(_ entity: EntityType) {
        precondition(entity.record.count <= SchemaLimits.recordedFieldsMax)
        var next = Self.fieldsOffset
        var layouts: [FieldLayout?] = Array(repeating: nil, count: entity.record.count)
        for wide in [true, false] {
            for (index, field) in entity.record.enumerated() where Self.isWide(field.type) == wide {
                layouts[index] = FieldLayout(offset: next, isWide: wide, presenceBit: 1 << UInt32(index), type: field.type)
                next += wide ? 8 : 1
            }
        }
        fields = layouts.map { $0! }
        // Four bytes keep the header's fields within one cache line more often than not, at the least padding.
        stride = (next + 3) & ~3
    }

    /// The id word of an event's record.
    ///
    /// 48 bits tell the events of one millisecond in one journal apart: a million pairs of them collide with a probability below 10⁻⁸.
    @inline(__always) static func word(_ header: EventHeader) -> UInt64 { header.idFingerprint & ~originMask | UInt64(header.origin) }

    static let originMask: UInt64 = 0xffff

    private static func isWide(_ type: FieldType) -> Bool {
        switch type {
        case .bool, .enumeration: false
        case .string, .int, .double, .decimal, .timestamp: true
        }
    }
}

/// A record in memory.
struct Record {
    let base: UnsafeMutableRawPointer

    @inline(__always) init(_ base: UnsafeMutableRawPointer) { self.base = base }

    @inline(__always) var time: Int64 {
        get { base.loadUnaligned(as: Int64.self) }
        nonmutating set { base.storeBytes(of: newValue, as: Int64.self) }
    }

    @inline(__always) var idWord: UInt64 {
        get { base.loadUnaligned(fromByteOffset: 8, as: UInt64.self) }
        nonmutating set { base.storeBytes(of: newValue, toByteOffset: 8, as: UInt64.self) }
    }

    @inline(__always) var sequence: UInt32 {
        get { base.loadUnaligned(fromByteOffset: 16, as: UInt32.self) }
        nonmutating set { base.storeBytes(of: newValue, toByteOffset: 16, as: UInt32.self) }
    }

    @inline(__always) var information: UInt32 {
        get { base.loadUnaligned(fromByteOffset: 20, as: UInt32.self) }
        nonmutating set { base.storeBytes(of: newValue, toByteOffset: 20, as: UInt32.self) }
    }

    /// Whether the record is of the same event as one of the same time with this id word.
    @inline(__always) func isSameEvent(_ word: UInt64) -> Bool { (idWord ^ word) & ~RecordLayout.originMask == 0 }

    @inline(__always) var origin: UInt16 { UInt16(truncatingIfNeeded: idWord) }

    @inline(__always) var eventType: Int { Int(information >> RecordLayout.typeShift) }

    @inline(__always) func isPresent(_ bit: UInt32) -> Bool { information & bit != 0 }

    @inline(__always) func cell(_ field: RecordLayout.FieldLayout) -> UInt64 {
        field.isWide ? wide(field.offset) : UInt64(base.load(fromByteOffset: field.offset, as: UInt8.self))
    }

    /// Sets a field's bits, and not that it is present.
    @inline(__always) func set(_ cell: UInt64, _ field: RecordLayout.FieldLayout) {
        if field.isWide {
            base.storeBytes(of: cell, toByteOffset: field.offset, as: UInt64.self)
        } else {
            base.storeBytes(of: UInt8(truncatingIfNeeded: cell), toByteOffset: field.offset, as: UInt8.self)
        }
    }

    @inline(__always) func wide(_ offset: Int) -> UInt64 { base.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
}
