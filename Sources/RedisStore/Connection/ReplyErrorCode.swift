internal import Glibc

/// What kind of error a server replied with: the first word of its text.
public enum ReplyErrorCode: UInt8, Sendable, CaseIterable {
    case other
    /// `OOM`: no memory left for writes.
    case outOfMemory
    case loading, readOnly, wrongType, clusterDown, noAuth, noPermission, busy
    /// `MISCONF`: persistence fails, and writes are refused.
    case misconf
    /// `NOREPLICAS`: too few replicas are in step, and writes are refused.
    case noReplicas
    case masterDown, moved, ask, tryAgain, crossSlot, wrongPassword, noScript

    private static let words: [(StaticString, ReplyErrorCode)] = [
        ("MOVED", .moved), ("ASK", .ask), ("OOM", .outOfMemory), ("LOADING", .loading), ("READONLY", .readOnly), ("WRONGTYPE", .wrongType),
        ("CLUSTERDOWN", .clusterDown), ("NOAUTH", .noAuth), ("NOPERM", .noPermission), ("BUSY", .busy), ("MISCONF", .misconf),
        ("NOREPLICAS", .noReplicas), ("MASTERDOWN", .masterDown), ("TRYAGAIN", .tryAgain), ("CROSSSLOT", .crossSlot),
        ("WRONGPASS", .wrongPassword), ("NOSCRIPT", .noScript),
    ]

    init(text: UnsafeRawBufferPointer) {
        var length = 0
        while length < text.count, unsafe text[length] != 0x20 { length += 1 }
        for (word, code) in ReplyErrorCode.words where word.utf8CodeUnitCount == length {
            if unsafe memcmp(word.utf8Start, text.baseAddress!, length) == 0 {
                self = code
                return
            }
        }
        self = .other
    }
}
