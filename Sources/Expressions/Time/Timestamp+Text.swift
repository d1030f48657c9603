extension Timestamp {
    /// Reads an RFC 3339 timestamp, e.g. `2030-01-31T08:00:00.25+08:00`; nil when it is none or lies outside years 1 to 9999.
    ///
    /// Digits of a second's fraction beyond the ninth are ignored. Does not allocate; O(length).
    public init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
        // The shortest form is 2030-01-31T08:00:00Z.
        guard bytes.count >= 20 else { return nil }
        /// Two digits; more than any part of a time where they are none.
        @inline(__always) func pair(_ at: Int) -> Int {
            let (tens, ones) = (bytes[at] &- 0x30, bytes[at + 1] &- 0x30)
            return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : 1_000_000
        }
        let year = pair(0) * 100 + pair(2)
        let (month, day, hour, minute, second) = (pair(5), pair(8), pair(11), pair(14), pair(17))
        guard year <= 9999, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            (1...12).contains(month), day >= 1, day <= CivilTime.daysInMonth(year: Int64(year), month: month), hour <= 23, minute <= 59,
            second <= 59
        else { return nil }
        var index = 19
        var nanoseconds: Int32 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            var unit: Int32 = 100_000_000
            while index < bytes.count, bytes[index] &- 0x30 <= 9 {
                nanoseconds += Int32(bytes[index] - 0x30) * unit
                unit /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard index < bytes.count else { return nil }
        var offset = 0
        switch bytes[index] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): index += 1
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard bytes.count == index + 6, bytes[index + 3] == UInt8(ascii: ":") else { return nil }
            let (hours, minutes) = (pair(index + 1), pair(index + 4))
            guard hours <= 23, minutes <= 59 else { return nil }
            offset = (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "-") ? -60 : 60)
            index += 6
        default: return nil
        }
        guard index == bytes.count else { return nil }
        let days = CivilTime.days(year: Int64(year), month: month, day: day)
        self.init(seconds: days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset), nanoseconds: nanoseconds)
    }

    public init?(rfc3339 text: String) {
        var text = text
        guard let parsed = text.withUTF8({ Timestamp(rfc3339: $0) }) else { return nil }
        self = parsed
    }

    /// RFC 3339 in UTC, with as many digits of the fraction as it needs.
    public var rfc3339: String {
        let civil = CivilTime(epochSeconds: seconds)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(30)
        func append(_ value: Int, digits: Int) {
            var divisor = 1
            for _ in 1..<digits { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(0x30 + value / divisor % 10))
                divisor /= 10
            }
        }
        append(Int(civil.year), digits: 4)
        bytes.append(UInt8(ascii: "-"))
        append(civil.month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        append(civil.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        append(civil.hour, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(civil.minute, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(civil.second, digits: 2)
        if nanoseconds > 0 {
            bytes.append(UInt8(ascii: "."))
            append(Int(nanoseconds), digits: 9)
            while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        }
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Timestamp {
    /// The moment a span later (or earlier); nil outside years 1 to 9999.
    public func adding(_ duration: SignedDuration) -> Timestamp? {
        let (seconds, rest) = CivilTime.floorDivide(duration.nanoseconds, 1_000_000_000)
        let sum = Int64(nanoseconds) + rest
        return Timestamp(seconds: self.seconds + seconds + sum / 1_000_000_000, nanoseconds: Int32(sum % 1_000_000_000))
    }

    /// The span from another moment to this one; nil when it is longer than a duration can be.
    public func since(_ other: Timestamp) -> SignedDuration? {
        SignedDuration(seconds: seconds - other.seconds, nanoseconds: Int64(nanoseconds) - Int64(other.nanoseconds))
    }
}
