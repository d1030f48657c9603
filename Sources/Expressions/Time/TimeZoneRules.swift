/// The offsets of one time zone from UTC, read from a TZif file (RFC 9636).
///
/// The core does no I/O: whoever runs an expression reads `/usr/share/zoneinfo` and hands the bytes over.
public struct TimeZoneRules: Sendable {
    /// Moments (seconds since 1970, UTC) at which the offset changes, ascending.
    private var transitions: [Int64] = []
    /// The offset from each transition on.
    private var offsets: [Int32] = []
    /// Before the first transition.
    private var firstOffset: Int32 = 0
    /// After the last transition; nil when the last offset stays.
    private var footer: PosixTimeZone?

    /// A zone that never changes its offset.
    public init(fixedOffsetSeconds: Int32) { firstOffset = fixedOffsetSeconds }

    /// Reads a TZif file of version 2 or later; nil when the bytes are none. O(size).
    public init?(tzif bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let first = reader.header(), first.version >= UInt8(ascii: "2"), reader.skip(first.size(timeBytes: 4)),
            let counts = reader.header()
        else { return nil }
        for _ in 0..<counts.times {
            guard let time = reader.integer(bytes: 8) else { return nil }
            if let last = transitions.last, time <= last { return nil }
            transitions.append(time)
        }
        guard let indexes = reader.take(counts.times) else { return nil }
        var types: [Int32] = []
        for _ in 0..<counts.types {
            guard let offset = reader.integer(bytes: 4), reader.skip(2), abs(offset) < 172_800 else { return nil }
            types.append(Int32(offset))
        }
        guard let firstType = types.first else { return nil }
        firstOffset = firstType
        for index in indexes {
            guard Int(index) < types.count else { return nil }
            offsets.append(types[Int(index)])
        }
        guard reader.skip(counts.characters + counts.leaps * 12 + counts.standards + counts.universals) else { return nil }
        let text = reader.footer()
        if !text.isEmpty {
            guard let parsed = PosixTimeZone(text) else { return nil }
            footer = parsed
        }
    }

    /// Seconds to add to UTC at a moment. O(log transitions).
    public func offsetSeconds(atUTC seconds: Int64) -> Int32 {
        guard let first = transitions.first, let last = transitions.last, seconds >= first else {
            return transitions.isEmpty ? footer?.offsetSeconds(atUTC: seconds) ?? firstOffset : firstOffset
        }
        if seconds >= last, let footer { return footer.offsetSeconds(atUTC: seconds) }
        var low = 0
        var high = transitions.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle } else { high = middle }
        }
        return offsets[low]
    }
}

/// Finds the rules of a zone by its IANA name, such as `Asia/Shanghai`.
public protocol TimeZoneProvider: Sendable {
    func rules(named name: String) -> TimeZoneRules?
}

extension TimeZoneRules {
    /// The counts that a TZif header gives.
    private struct Header {
        var version: UInt8
        var universals: Int
        var standards: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        func size(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standards + universals
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var offset = 0

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, count <= bytes.count - offset else { return nil }
            defer { offset += count }
            return bytes[offset..<(offset + count)]
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        /// A big-endian two's complement number.
        mutating func integer(bytes count: Int) -> Int64? {
            guard let slice = take(count) else { return nil }
            var value: Int64 = slice.first.map { $0 >= 0x80 } == true ? -1 : 0
            for byte in slice { value = value << 8 | Int64(byte) }
            return value
        }

        mutating func header() -> Header? {
            guard let magic = take(4), magic.elementsEqual("TZif".utf8), let version = take(1)?.first, skip(15) else { return nil }
            var counts: [Int] = []
            for _ in 0..<6 {
                // No count of a sane file reaches the size of the file.
                guard let count = integer(bytes: 4), (0...Int64(bytes.count)).contains(count) else { return nil }
                counts.append(Int(count))
            }
            return Header(
                version: version, universals: counts[0], standards: counts[1], leaps: counts[2], times: counts[3], types: counts[4],
                characters: counts[5])
        }

        func footer() -> [UInt8] {
            guard offset < bytes.count, bytes[offset] == 0x0A else { return [] }
            return Array(bytes[(offset + 1)...].prefix { $0 != 0x0A })
        }
    }
}
