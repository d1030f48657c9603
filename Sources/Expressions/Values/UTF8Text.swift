/// String operations by code point. Swift compares strings by canonical equivalence; CEL compares code points, and the order of
/// UTF-8 bytes is the order of code points.
enum UTF8Text {
    /// Equality of the UTF-8 bytes. O(n).
    static func equal(_ left: String, _ right: String) -> Bool {
        let leftBytes = left.utf8
        let rightBytes = right.utf8
        guard leftBytes.count == rightBytes.count else { return false }
        return leftBytes.elementsEqual(rightBytes)
    }

    /// Order of code points. O(n).
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// A string of bytes that are valid UTF-8, or nil.
    static func string(validating bytes: some Sequence<UInt8>) -> String? {
        String(validating: bytes, as: UTF8.self)
    }
}
