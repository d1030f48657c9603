/// Why a client could not be created from its properties.
public enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// librdkafka does not know this property or does not accept its value. The value may be a secret: ``description`` hides
    /// it where the property's name says so; whoever prints ``value`` otherwise must do the same.
    case property(name: String, value: String, reason: String)
    /// Each property is fine, but not together with the others or on this machine.
    case rejected(reason: String)

    public var description: String {
        switch self {
        case .property(let name, let value, let reason):
            let hidden = ConfigurationError.isSecret(name)
            // librdkafka repeats the value in some of its reasons.
            let shownReason = hidden && !value.isEmpty && reason.contains(value) ? "invalid value" : reason
            return "Kafka property \(name)=\(hidden ? "<hidden>" : value): \(shownReason)"
        case .rejected(let reason):
            return "Kafka client: \(reason)"
        }
    }

    /// Whether a property of this name holds something that logs must not show.
    public static func isSecret(_ name: String) -> Bool {
        let marks = ["password", "secret", "key.pem", "oauthbearer.config"]
        return marks.contains { name.contains($0) }
    }
}
