/// Replies in the order of the commands, one value each. Reused: no allocation in steady state.
@safe
public final class ReplyBuffer {
    /// Exchanged with a link's own: replies are not copied.
    var storage: UnsafeMutablePointer<ReplyStorage>

    public init() { unsafe storage = ReplyStorage.make() }

    deinit {
        unsafe storage.deinitialize(count: 1)
        unsafe storage.deallocate()
    }

    /// Replies, without the elements of arrays.
    public var count: Int { unsafe storage.pointee.count }

    public subscript(index: Int) -> Reply { unsafe storage.pointee.reply(index) }

    /// Whether some reply is an error of this kind.
    public func hasError(_ code: ReplyErrorCode) -> Bool { unsafe storage.pointee.errorCodes & (1 << UInt32(code.rawValue)) != 0 }

    /// Where the elements of a value of kind `array` are, to be read by subscript; empty for any other.
    public func elements(of index: Int) -> Range<Int> {
        let value = unsafe storage.pointee.value(index)
        guard value.kind == .array else { return 0..<0 }
        return Int(value.number)..<(Int(value.number) + Int(value.length))
    }

    /// The bytes of an array's strings one after another; nil where the value is no array, or holds something else than strings.
    ///
    /// They are where they came, so nothing is copied, save where other servers' replies came in between. Valid until the buffer is used again.
    /// - Complexity: linear in the elements.
    public func joined(_ index: Int) -> UnsafeRawBufferPointer? {
        let elements = elements(of: index)
        guard unsafe storage.pointee.value(index).kind == .array else { return nil }
        return unsafe storage.pointee.joined(elements)
    }
}

/// Filling, for whoever stands in for a server.
extension ReplyBuffer {
    /// Begins anew with values that are all lost.
    public func removeAll(values: Int) { unsafe storage.pointee.reset(count: values, commands: 0) }

    public func put(integer: Int64, at index: Int) { unsafe storage.pointee.put(integer: integer, at: index) }

    public func put(bulk: UnsafeRawBufferPointer, at index: Int) { unsafe storage.pointee.put(.bulk, bulk, at: index) }

    public func put(strings: [[UInt8]], at index: Int) {
        let first = unsafe storage.pointee.reserve(strings.count)
        for (number, string) in strings.enumerated() {
            unsafe string.withUnsafeBytes { unsafe storage.pointee.put(.bulk, $0, at: first + number) }
        }
        unsafe storage.pointee.put(arrayOf: strings.count, first: first, at: index)
    }

    public func put(status: String, at index: Int) { put(.status, status, index) }

    /// The text as Redis would send it: `OOM command not allowed when used memory > 'maxmemory'.`
    public func put(error: String, at index: Int) { put(.error, error, index) }

    public func putMissing(at index: Int) { unsafe storage.pointee.putMissing(at: index) }

    private func put(_ kind: Reply.Kind, _ text: String, _ index: Int) {
        unsafe Array(text.utf8).withUnsafeBytes { unsafe storage.pointee.put(kind, $0, at: index) }
    }
}
