/// One value of a reply.
@safe
public struct Reply {
    public enum Kind: UInt8, Sendable {
        /// The connection broke before the reply came: whether the command took effect is unknown.
        case lost
        case integer
        case bulk
        /// There is no such key or value.
        case missing
        case status
        case error
        /// Only for commands whose reply comes as it comes; `integer` is the number of elements.
        case array
    }

    public let kind: Kind
    /// What kind of error, where `kind` is one.
    public let errorCode: ReplyErrorCode
    public let integer: Int64
    /// A bulk's bytes, a status' or an error's text; valid until the buffer that it is from is used again.
    public let bytes: UnsafeRawBufferPointer

    /// The bytes as text, for logs.
    public var text: String { unsafe String(decoding: bytes, as: UTF8.self) }
}
