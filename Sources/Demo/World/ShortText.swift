/// Up to 24 bytes of ASCII, built in place: identifiers are made of numbers when they are written, and no string is allocated for them.
struct ShortText: Sendable {
    private(set) var bytes = InlineArray<24, UInt8>(repeating: 0)
    private(set) var count = 0

    /// Within 15 bytes this stays inside the string's own two words.
    var string: String {
        String(unsafeUninitializedCapacity: count) { buffer in
            for index in 0..<count { buffer[index] = bytes[index] }
            return count
        }
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { for byte in $0 { append(byte) } }
    }

    mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    /// Decimal digits, with zeros in front up to `width`; digits beyond the width are cut off.
    mutating func append(_ number: Int, width: Int) {
        var rest = number
        var index = count + width
        while index > count {
            index -= 1
            bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += width
    }

    mutating func append(_ number: Int) {
        var width = 1
        var bound = 10
        while number >= bound {
            width += 1
            bound *= 10
        }
        append(number, width: width)
    }

    mutating func appendHexadecimal(_ number: UInt64, width: Int) {
        for digit in stride(from: width - 1, through: 0, by: -1) {
            let value = UInt8(truncatingIfNeeded: number >> (UInt64(digit) * 4)) & 15
            append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
        }
    }
}
