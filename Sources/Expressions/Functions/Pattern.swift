internal import CRE2

/// A compiled regular expression of RE2: matching takes time linear in the text.
///
/// `@unchecked Sendable`: the handle is set once, and RE2 objects may be matched from any thread.
public final class Pattern: @unchecked Sendable {
    public struct Failure: Error { public let reason: String }

    private let handle: OpaquePointer

    private init(handle: OpaquePointer) { self.handle = handle }

    deinit { vane_re2_free(handle) }

    /// Compiles a pattern; fails with RE2's reason.
    public static func compile(_ text: String) -> Result<Pattern, Failure> {
        var text = text
        return text.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
                reason[0] = 0
                let handle = bytes.withMemoryRebound(to: CChar.self) {
                    vane_re2_compile($0.baseAddress ?? UnsafePointer(reason.baseAddress!), $0.count, reason.baseAddress!, reason.count)
                }
                // SAFETY: the shim ends the reason with a NUL within its capacity.
                guard let handle else { return .failure(Failure(reason: String(cString: reason.baseAddress!))) }
                return .success(Pattern(handle: handle))
            }
        }
    }

    /// Whether the pattern matches anywhere in the text.
    public func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches($0) }
    }

    /// Whether the pattern matches anywhere in UTF-8 bytes. Does not allocate.
    public func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = bytes.baseAddress else { return withUnsafePointer(to: 0) { vane_re2_matches(handle, $0, 0) } }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { vane_re2_matches(handle, $0, bytes.count) }
    }
}
