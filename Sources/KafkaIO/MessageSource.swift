/// Which reader a message in a batch came through.
public enum MessageSource: Equatable, Sendable {
    /// The consumer's own subscription.
    case subscription
    /// A ``TableReader`` attached to the consumer, by its order of attachment, from 0.
    case table(UInt8)
}
