/// How a step of a transaction ended, by what must follow.
public enum TransactionResult: Equatable, Sendable {
    case done
    /// The same step may be tried again.
    case retriable(KafkaError)
    /// The transaction must be aborted; then the consumer goes back to the committed offsets and the work is done anew.
    case abortable(KafkaError)
    /// The producer can do no more: close it. Its open transaction will not be committed. Also what our own misuse gives.
    case fatal(KafkaError)

    public var error: KafkaError? {
        switch self {
        case .done: nil
        case .retriable(let error), .abortable(let error), .fatal(let error): error
        }
    }
}
