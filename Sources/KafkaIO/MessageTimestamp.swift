/// A record's time as Kafka stores it.
public struct MessageTimestamp: Equatable, Sendable {
    public enum Kind: Sendable {
        /// The producer set it.
        case created
        /// The broker set it when it appended the record.
        case appended
        /// The record has none (message format 0).
        case unavailable
    }

    /// Milliseconds since the epoch, or -1 where the kind is `unavailable`.
    public let milliseconds: Int64
    public let kind: Kind

    public init(milliseconds: Int64, kind: Kind) {
        self.milliseconds = milliseconds
        self.kind = kind
    }
}
