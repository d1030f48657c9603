internal import Documents
internal import KafkaIO

/// What librdkafka says against the properties of a configuration.
enum KafkaProperties {
    /// Makes a consumer and a producer as `run` does, without a broker to connect to.
    /// - Parameter warnings: receives that a password is missing, which may be at hand only where it runs.
    /// - Throws: the first property that is wrong, with its place.
    static func check(_ kafka: Configuration.Kafka, _ warnings: DiagnosticList) throws(Diagnostics) {
        do {
            _ = try Consumer(group: kafka.group, properties: (kafka.properties + kafka.consumer).map { ($0.name, $0.value) })
            _ = try Producer(properties: (kafka.properties + kafka.producer).map { ($0.name, $0.value) }, onDelivery: { _ in })
        } catch {
            if case .rejected(let reason) = error, reason.contains("password") { return warnings.add(fault(error, kafka).asWarning) }
            throw Diagnostics([fault(error, kafka)])
        }
    }

    /// The diagnostic of an error, at the property that it names.
    static func fault(_ error: ConfigurationError, _ kafka: Configuration.Kafka) -> Diagnostic {
        let all = kafka.properties + kafka.consumer + kafka.producer
        var message = "\(error)"
        var culprit: Configuration.Property?
        switch error {
        case .property(let name, let value, _): culprit = all.last { $0.name == name && $0.value == value }
        case .rejected(let reason):
            culprit = all.last { reason.contains($0.name) }
            if let culprit, !Secret.isSecret(property: culprit.name) { message += ", where \(culprit.name) is \(culprit.value)" }
        }
        return Diagnostic(code: "bad-property", message, remedy: "correct the property under 'kafka' in the configuration", at: culprit?.position)
    }
}
