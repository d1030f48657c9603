public import Events

/// What the log of one entity consists of: a list of entries, each with its length and a check in front, so that they can be read one after another too.
///
/// | bytes | what |
/// |---|---|
/// | 1 to 3 | length of the rest, as a varint |
/// | 2 | check: XXH3 of the rest, seeded by the entity's key |
/// | 1 | the record's layout, 1...127, with the highest bit set where some field is absent; 0 for an entry that is no record |
///
/// A record goes on with its time (6 bytes, milliseconds since 1970), its id word (8 bytes), the absent fields as bits (where there are any: 1, 2 or
/// 3 bytes) and the present fields: strings and doubles 8 bytes, bools and enums 1, whole numbers and decimals as zigzag varints, timestamps
/// likewise as the difference from the record's time.
///
/// An entry that is no record goes on with its kind: an *opening* begins each log, a *closing* ends it. All numbers are little-endian.
enum LogFormat {
    static let absentBit: UInt8 = 0x80
    static let openingKind: UInt8 = 1
    static let closingKind: UInt8 = 2
    /// One byte of length holds so much.
    static let shortLengthMax = 0x7f
    /// Length, check, layout, time, id, absent bits and 24 varints.
    static let recordBytesMax = 2 + 2 + 1 + 6 + 8 + 3 + SchemaLimits.recordedFieldsMax * 10
    static let checkBytes = 2

    /// The check that an entry carries; 0 for what is too short to be one.
    @inline(__always) static func check(ofEntry entry: UnsafeRawBufferPointer) -> UInt16 {
        var at = 0
        while at < entry.count && entry[at] & 0x80 != 0 { at += 1 }
        return at + 2 < entry.count ? UInt16(entry[at + 1]) | UInt16(entry[at + 2]) << 8 : 0
    }

    /// What differs from entity to entity, so that entries of another one are noticed.
    static func seed(_ key: EntityKey) -> UInt64 { key.low ^ key.high }
}

/// What a log begins with.
public struct LogOpening: Sendable, Equatable {
    /// Counts the logs that an entity has had; each takes over what was alive in the one before.
    public var generation: UInt32
    /// The journal's latest time when the log was opened; `Int64.min` for the first.
    public var openedMilliseconds: Int64
    /// When the entity was first seen; `Int64.max` for the first log.
    public var firstSeenMilliseconds: Int64
    /// Records were left behind that lifetimes have seen.
    public var hasDropped: Bool
    /// Until when records were folded into panes, for want of room; nil where none were.
    public var foldedMilliseconds: Int64?
    /// Those panes; empty where there are none, or they are too many.
    public var panes: [UInt8]
    /// What lifetimes had added up over the records that were left behind; empty where nothing was.
    public var lifetimes: [UInt8]

    public init(
        generation: UInt32, openedMilliseconds: Int64 = .min, firstSeenMilliseconds: Int64 = .max, hasDropped: Bool = false, foldedMilliseconds: Int64? = nil,
        panes: [UInt8] = [], lifetimes: [UInt8] = []
    ) {
        self.generation = generation
        self.openedMilliseconds = openedMilliseconds
        self.firstSeenMilliseconds = firstSeenMilliseconds
        self.hasDropped = hasDropped
        self.foldedMilliseconds = foldedMilliseconds
        self.panes = panes
        self.lifetimes = lifetimes
    }

    /// What lifetimes may carry over; an entity that needs more begins them anew, and says so.
    public static let lifetimeBytesMax = 60_000
    /// The same for panes, without which windows that reach into them see less, and say so.
    public static let paneBytesMax = 1_000_000
}

/// One entry of a log.
enum LogEntry {
    /// From its layout byte on.
    case record(UnsafeRawBufferPointer)
    case opening(LogOpening)
    case closing
}

/// Goes through a log entry by entry.
struct LogCursor {
    private let bytes: UnsafeRawBufferPointer
    private let seed: UInt64
    /// Where the next entry begins.
    private(set) var offset: Int
    /// The bytes at `offset` are no entry.
    private(set) var isDamaged = false

    init(_ bytes: UnsafeRawBufferPointer, key: EntityKey, from offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
        seed = LogFormat.seed(key)
    }

    /// The next entry; nil at the end, or where the log is damaged.
    mutating func next() -> LogEntry? {
        let rest = bytes.count - offset
        guard rest > 0 else { return nil }
        var length = Int(bytes[offset])
        var head = 1
        if length > LogFormat.shortLengthMax {
            guard rest >= 2 else { return damaged() }
            if bytes[offset + 1] & 0x80 == 0 {
                length = length & 0x7f | Int(bytes[offset + 1]) << 7
                head = 2
            } else {
                guard rest >= 3, bytes[offset + 2] & 0x80 == 0 else { return damaged() }
                length = length & 0x7f | Int(bytes[offset + 1] & 0x7f) << 7 | Int(bytes[offset + 2]) << 14
                head = 3
            }
        }
        guard length > LogFormat.checkBytes, head + length <= rest else { return damaged() }
        let check = UInt16(bytes[offset + head]) | UInt16(bytes[offset + head + 1]) << 8
        let body = UnsafeRawBufferPointer(rebasing: bytes[(offset + head + LogFormat.checkBytes)..<(offset + head + length)])
        guard Fingerprint.check(body, seed: seed) == check else { return damaged() }
        let entry: LogEntry
        if body[0] != 0 {
            entry = .record(body)
        } else if body.count == 2 && body[1] == LogFormat.closingKind {
            entry = .closing
        } else if body.count >= 2 && body[1] == LogFormat.openingKind, let opening = LogOpening(UnsafeRawBufferPointer(rebasing: body[2...])) {
            entry = .opening(opening)
        } else {
            return damaged()
        }
        offset += head + length
        return entry
    }

    private mutating func damaged() -> LogEntry? {
        isDamaged = true
        return nil
    }
}

extension LogOpening {
    private static let fixedBytes = 4 + 8 + 8 + 1
    private static let droppedFlag: UInt8 = 1
    /// Behind the flags come the time until which records were folded, and the panes with their length.
    private static let foldedFlag: UInt8 = 2
    private static let foldedBytes = 8 + 4

    /// The first log of an entity has nothing to say.
    public static let first = LogOpening(generation: 0)

    init?(_ bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty {
            self = .first
            return
        }
        guard bytes.count >= Self.fixedBytes else { return nil }
        generation = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        openedMilliseconds = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: Int64.self))
        firstSeenMilliseconds = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int64.self))
        hasDropped = bytes[20] & Self.droppedFlag != 0
        panes = []
        var at = Self.fixedBytes
        if bytes[20] & Self.foldedFlag != 0 {
            guard bytes.count >= at + Self.foldedBytes else { return nil }
            foldedMilliseconds = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int64.self))
            let count = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt32.self)))
            at += Self.foldedBytes
            guard count <= bytes.count - at else { return nil }
            panes = Array(bytes[at..<(at + count)])
            at += count
        }
        lifetimes = Array(bytes[at...])
    }

    /// The entry as it stands in the log of `key`.
    public func entry(_ key: EntityKey) -> [UInt8] {
        var body: [UInt8] = [0, LogFormat.openingKind]
        if self == .first { return LogFormat.entry(body, key) }
        withUnsafeBytes(of: generation.littleEndian) { body += $0 }
        withUnsafeBytes(of: openedMilliseconds.littleEndian) { body += $0 }
        withUnsafeBytes(of: firstSeenMilliseconds.littleEndian) { body += $0 }
        body.append((hasDropped ? Self.droppedFlag : 0) | (foldedMilliseconds != nil ? Self.foldedFlag : 0))
        if let foldedMilliseconds {
            withUnsafeBytes(of: foldedMilliseconds.littleEndian) { body += $0 }
            withUnsafeBytes(of: UInt32(panes.count).littleEndian) { body += $0 }
            body += panes
        }
        body += lifetimes
        return LogFormat.entry(body, key)
    }
}

extension LogFormat {
    static func entry(_ body: [UInt8], _ key: EntityKey) -> [UInt8] {
        let length = body.count + checkBytes
        precondition(length < 1 << 21)
        var bytes: [UInt8] =
            length <= shortLengthMax
            ? [UInt8(length)]
            : length < 1 << 14
                ? [UInt8(length & 0x7f) | 0x80, UInt8(length >> 7)]
                : [UInt8(length & 0x7f) | 0x80, UInt8(length >> 7 & 0x7f) | 0x80, UInt8(length >> 14)]
        let check = body.withUnsafeBytes { Fingerprint.check($0, seed: seed(key)) }
        bytes += [UInt8(check & 0xff), UInt8(check >> 8)]
        return bytes + body
    }

    static func closing(_ key: EntityKey) -> [UInt8] { entry([0, closingKind], key) }
}
