/// Writes JSON into a buffer that it keeps: commas are set automatically, and once the buffer is warm nothing is allocated.
///
///     writer.beginObject()
///     writer.key("amount"); writer.decimal(minorUnits: 1234, scale: 2)     // 12.34
///     writer.endObject()
///
/// The caller's order of calls must be right (a key before each value in an object, brackets in pairs); debug builds check the pairs.
/// Several values written one after the other at the top level would be separated by commas: call `reset` or `newline` between them.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8]
    private var needsComma = false
    private var depth = 0

    public init(capacity: Int = 1024) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Empties the buffer and keeps its memory.
    public mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
        depth = 0
    }

    /// Ends a line of JSON Lines; the next value starts afresh.
    public mutating func newline() {
        assert(depth == 0, "a bracket is open")
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// The text so far, for messages and tests; allocates.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    public mutating func key(_ name: String) {
        separate()
        appendQuoted(name.utf8Span.span)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func key(_ name: Span<UInt8>) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String) { string(value.utf8Span.span) }

    /// Text of valid UTF-8; what is invalid is written as it stands.
    public mutating func string(_ value: Span<UInt8>) {
        separate()
        appendQuoted(value)
    }

    public mutating func int(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(value.magnitude)
    }

    public mutating func uint(_ value: UInt64) {
        separate()
        appendDigits(value)
    }

    public mutating func bool(_ value: Bool) {
        separate()
        if value { append("true") } else { append("false") }
    }

    public mutating func null() {
        separate()
        append("null")
    }

    /// An exact decimal: 1234 with scale 2 is 12.34, and -5 with scale 2 is -0.05. Scale from 0 to 18.
    public mutating func decimal(minorUnits: Int64, scale: Int) {
        separate()
        if minorUnits < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDecimal(minorUnits.magnitude, scale: scale)
    }

    /// The shortest number that reads back to the same value; integral ones as 1.0. What JSON has no number for is text, as in protobuf's
    /// JSON: "NaN", "Infinity", "-Infinity".
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity") }
        separate()
        if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
        appendMagnitude(value.magnitude)
    }

    /// A value that is already JSON.
    public mutating func raw(_ json: Span<UInt8>) {
        separate()
        append(json)
    }

    public mutating func raw(_ json: [UInt8]) { raw(json.span) }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func close(_ bracket: UInt8) {
        assert(depth > 0, "no bracket is open")
        depth -= 1
        bytes.append(bracket)
        needsComma = true
    }

    /// Sets the comma that is due before a key or an element.
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

// Text.
extension JSONWriter {
    private mutating func append(_ text: StaticString) {
        // SAFETY: a static string's UTF-8 lives as long as the process.
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ span: Span<UInt8>) {
        // SAFETY: the pointer is used only within the closure, and `bytes` is not what it points into: a span of it could not be alive here.
        unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func appendQuoted(_ span: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for index in span.indices {
            let byte = span[index]
            if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { continue }
            append(span.extracting(start..<index))
            appendEscape(byte)
            start = index + 1
        }
        append(span.extracting(start..<span.count))
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default:
            append("\\u00")
            bytes.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 0x0F
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}

// Numbers.
extension JSONWriter {
    private mutating func appendDigits(_ value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = 20
        var rest = value
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        append(digits.span.extracting(start..<20))
    }

    private mutating func appendDecimal(_ units: UInt64, scale: Int) {
        precondition((0...18).contains(scale), "a scale from 0 to 18")
        if scale == 0 { return appendDigits(units) }
        let unit = powersOfTen[scale]
        appendDigits(units / unit)
        bytes.append(UInt8(ascii: "."))
        let fraction = units % unit
        var divisor = unit / 10
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / divisor % 10))
            divisor /= 10
        }
    }

    /// Numbers of up to 15 digits with up to 6 of them after the point, which are nearly all, are written from their digits: the fewest that
    /// divide back to the value are its shortest text, since no two decimals of 15 digits share a double. Others go through Swift's description.
    private mutating func appendMagnitude(_ value: Double) {
        for scale in 1...6 {
            let scaled = value * Double(powersOfTen[scale])
            guard scaled < 1e15 else { break }
            let units = UInt64(scaled + 0.5)
            if Double(units) / Double(powersOfTen[scale]) == value { return appendDecimal(units, scale: scale) }
        }
        append(value.description.utf8Span.span)
    }
}

private let powersOfTen: InlineArray<19, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
    1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
    100_000_000_000_000_000, 1_000_000_000_000_000_000,
]
