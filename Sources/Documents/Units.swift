/// Units of durations in milliseconds, longest first.
private let durationUnits: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
]

/// Units of sizes in bytes, longest first: powers of 1,024 and, without the `i`, of 1,000.
private let byteUnits: [(name: String, bytes: Int64)] = [
    ("TiB", 1 << 40), ("TB", 1_000_000_000_000), ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000),
    ("KiB", 1 << 10), ("kB", 1_000), ("B", 1),
]

/// The milliseconds of a duration such as `500ms`, `30s`, `5m`, `24h` or `30d`; nil for other text, a negative number or one beyond Int64.
public func parseDuration(_ text: String) -> Int64? {
    guard let (number, unit) = splitUnit(text), let factor = durationUnits.first(where: { $0.name == unit })?.milliseconds else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
}

/// The shortest text that `parseDuration` reads back to the same: 90,000 is `90s`, 86,400,000 is `1d`.
public func formatDuration(_ milliseconds: Int64) -> String {
    let unit = durationUnits.first { milliseconds % $0.milliseconds == 0 && (milliseconds != 0 || $0.name == "s") } ?? ("ms", 1)
    return "\(milliseconds / unit.1)\(unit.0)"
}

/// The bytes of a size such as `4GiB` or `64kB`; digits alone are bytes. Nil for other text, a negative number or one beyond Int64.
public func parseByteSize(_ text: String) -> Int64? {
    guard let (number, unit) = splitUnit(text) else { return nil }
    if unit.isEmpty { return number }
    guard let factor = byteUnits.first(where: { $0.name == unit })?.bytes else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
}

/// The text with the largest unit that `parseByteSize` reads back to the same: 4,294,967,296 is `4GiB`.
public func formatByteSize(_ bytes: Int64) -> String {
    let unit = byteUnits.first { bytes != 0 && bytes % $0.bytes == 0 } ?? ("B", 1)
    return "\(bytes / unit.1)\(unit.0)"
}

private func splitUnit(_ text: String) -> (number: Int64, unit: String)? {
    let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
    let end = text.utf8.index(text.startIndex, offsetBy: digits)
    guard digits > 0, let number = Int64(text[..<end]) else { return nil }
    return (number, String(text[end...]))
}
