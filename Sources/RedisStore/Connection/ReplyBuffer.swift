/// Replies in the order of the commands, flattened: an `MGET` of n keys gives n values. Reused: no allocation in steady state.
@safe
public final class ReplyBuffer {
    /// Exchanged with a link's own: replies are not copied.
    var storage: UnsafeMutablePointer<ReplyStorage>

    public init() { unsafe storage = ReplyStorage.make() }

    deinit {
        unsafe storage.deinitialize(count: 1)
        unsafe storage.deallocate()
    }

    /// Values, without the elements of arrays.
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
}

/// Filling, for whoever stands in for a server.
extension ReplyBuffer {
    public func removeAll() { unsafe storage.pointee.reset(count: 0, commands: 0) }

    public func append(integer: Int64) { unsafe storage.pointee.put(integer: integer, at: storage.pointee.appendSlot()) }

    public func append(bulk: UnsafeRawBufferPointer) { unsafe storage.pointee.put(.bulk, bulk, at: storage.pointee.appendSlot()) }

    public func append(status: String) { append(.status, status) }

    /// The text as Redis would send it: `OOM command not allowed when used memory > 'maxmemory'.`
    public func append(error: String) { append(.error, error) }

    public func appendMissing() { unsafe storage.pointee.putMissing(at: storage.pointee.appendSlot()) }

    public func appendLost() { _ = unsafe storage.pointee.appendSlot() }

    private func append(_ kind: Reply.Kind, _ text: String) {
        unsafe Array(text.utf8).withUnsafeBytes { unsafe storage.pointee.put(kind, $0, at: storage.pointee.appendSlot()) }
    }
}
