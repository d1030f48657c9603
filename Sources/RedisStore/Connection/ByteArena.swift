internal import Glibc

/// Bytes that grow at the end; emptied, the room stays for the next use.
@safe
struct ByteArena: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 4096) {
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe base.deallocate() }

    /// Valid until the arena grows.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    mutating func removeAll() { count = 0 }

    /// Room for `more` bytes, which the caller writes before anything else happens to the arena.
    @inline(__always)
    mutating func extend(by more: Int) -> UnsafeMutablePointer<UInt8> {
        if count + more > capacity { grow(by: more) }
        defer { count += more }
        return unsafe base + count
    }

    /// Takes back what ``extend(by:)`` gave too much of.
    @inline(__always)
    mutating func shrink(to newCount: Int) { count = newCount }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let from = bytes.baseAddress, bytes.count > 0 else { return }
        unsafe memcpy(extend(by: bytes.count), from, bytes.count)
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        unsafe memcpy(extend(by: text.utf8CodeUnitCount), text.utf8Start, text.utf8CodeUnitCount)
    }

    mutating func append(_ byte: UInt8) { unsafe extend(by: 1).pointee = byte }

    /// Decimal digits.
    mutating func append(decimal value: Int64) {
        if value >= 0, value < 10 { return append(UInt8(truncatingIfNeeded: 48 + value)) }
        if value < 0 { append(45) }
        var rest = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while digits < 20, rest >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        let room = unsafe extend(by: digits)
        for place in stride(from: digits - 1, through: 0, by: -1) {
            unsafe room[place] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        }
    }

    private mutating func grow(by more: Int) {
        var larger = capacity
        while larger < count + more { larger *= 2 }
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe memcpy(moved, base, count)
        unsafe base.deallocate()
        unsafe base = moved
        capacity = larger
    }
}
