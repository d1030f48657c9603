internal import Glibc

/// Writes into room that is known to be enough.
@safe
struct ByteWriter {
    private(set) var at: UnsafeMutablePointer<UInt8>

    init(_ room: UnsafeMutablePointer<UInt8>) { unsafe at = room }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        unsafe memcpy(at, text.utf8Start, text.utf8CodeUnitCount)
        unsafe at += text.utf8CodeUnitCount
    }

    /// An argument of a command: its length and its bytes.
    @inline(__always)
    mutating func put(argument: UnsafeRawBufferPointer) {
        put(0x24)
        put(decimal: argument.count)
        put("\r\n")
        if let from = argument.baseAddress {
            unsafe memcpy(at, from, argument.count)
            unsafe at += argument.count
        }
        put("\r\n")
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        unsafe at.pointee = byte
        unsafe at += 1
    }

    @inline(__always)
    private mutating func put(decimal value: Int) {
        if value < 10 { return put(UInt8(truncatingIfNeeded: 48 + value)) }
        if value < 100 {
            put(UInt8(truncatingIfNeeded: 48 + value / 10))
            return put(UInt8(truncatingIfNeeded: 48 + value % 10))
        }
        var digits = 3
        var bound = 1_000
        while digits < 19, value >= bound {
            digits += 1
            bound &*= 10
        }
        var rest = value
        for place in stride(from: digits - 1, through: 0, by: -1) {
            unsafe at[place] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        }
        unsafe at += digits
    }
}
