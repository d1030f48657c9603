internal import Expressions

/// RFC 3339 times as epoch milliseconds, straight from bytes.
public enum RFC3339 {
    /// - Returns: milliseconds since 1970, rounded down from finer fractions; nil where the text is no RFC 3339 date-time with a zone.
    ///   A leap second counts as the second after it.
    public static func milliseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var at = 0
        func digits(_ count: Int) -> Int? {
            guard at + count <= text.count else { return nil }
            var value = 0
            for _ in 0..<count {
                let digit = Int(text[at]) - Int(UInt8(ascii: "0"))
                guard digit >= 0 && digit <= 9 else { return nil }
                value = value * 10 + digit
                at += 1
            }
            return value
        }
        func accept(_ allowed: UInt8...) -> Bool {
            guard at < text.count, allowed.contains(text[at]) else { return false }
            at += 1
            return true
        }
        guard let year = digits(4), accept(UInt8(ascii: "-")), let month = digits(2), accept(UInt8(ascii: "-")), let day = digits(2),
            accept(UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")), let hour = digits(2), accept(UInt8(ascii: ":")), let minute = digits(2),
            accept(UInt8(ascii: ":")), let second = digits(2), (1...12).contains(month), day >= 1,
            day <= CivilTime.daysInMonth(year: Int64(year), month: month), hour < 24, minute < 60, second <= 60
        else { return nil }
        var milliseconds = 0
        if accept(UInt8(ascii: ".")) {
            let start = at
            var unit = 100
            while at < text.count, case let digit = Int(text[at]) - Int(UInt8(ascii: "0")), digit >= 0 && digit <= 9 {
                milliseconds += digit * unit
                unit /= 10
                at += 1
            }
            guard at > start else { return nil }
        }
        var offsetMinutes = 0
        if !accept(UInt8(ascii: "Z"), UInt8(ascii: "z")) {
            guard at < text.count else { return nil }
            let negative = text[at] == UInt8(ascii: "-")
            guard accept(UInt8(ascii: "+"), UInt8(ascii: "-")), let hours = digits(2), accept(UInt8(ascii: ":")), let minutes = digits(2), hours < 24,
                minutes < 60
            else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (negative ? -1 : 1)
        }
        guard at == text.count else { return nil }
        let days = CivilTime.days(year: Int64(year), month: month, day: day)
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offsetMinutes * 60)
        return seconds * 1000 + Int64(milliseconds)
    }

    /// A time in UTC, with milliseconds where there are any: `2026-11-20T01:30:00.250Z`.
    public static func text(_ milliseconds: Int64) -> String {
        let time = CivilTime(epochMilliseconds: milliseconds)
        let fraction = CivilTime.floorDivide(milliseconds, 1000).remainder
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(time.year, 4))-\(padded(Int64(time.month), 2))-\(padded(Int64(time.day), 2))T\(padded(Int64(time.hour), 2)):"
            + "\(padded(Int64(time.minute), 2)):\(padded(Int64(time.second), 2))\(fraction == 0 ? "" : "." + padded(fraction, 3))Z"
    }
}
