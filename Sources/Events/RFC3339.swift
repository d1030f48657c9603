internal import Expressions

/// RFC 3339 times as epoch milliseconds, straight from bytes.
public enum RFC3339 {
    /// - Returns: milliseconds since 1970, rounded down from finer fractions; nil where the text is no RFC 3339 date-time with a zone.
    public static func milliseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? { Timestamp(rfc3339: text)?.epochMilliseconds }

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
