/// What happened to a message at the door of the producer's queue.
public enum ProduceResult: Equatable, Sendable {
    /// Accepted: a ``DeliveryReport`` will follow.
    case queued
    /// The queue holds as much as it may. Poll, and try the same message again: this is the back-pressure.
    case queueFull
    /// It will never be accepted (too large, no transaction begun, producer unusable…). No report follows.
    case rejected(KafkaError)
}
