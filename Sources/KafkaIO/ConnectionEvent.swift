internal import CRdKafka

/// What a client has to say about its brokers. Only ``fatal(_:)`` ends the client; all else it goes on trying by itself.
public enum ConnectionEvent: Equatable, Sendable, CustomStringConvertible {
    /// One broker could not be reached, or its connection was lost.
    case brokerUnreachable(String)
    /// No broker is connected at present.
    case allBrokersDown(String)
    /// TLS or SASL failed: credentials or certificates need an operator.
    case authenticationFailed(String)
    /// The client can do nothing any more: close it and create a new one.
    case fatal(KafkaError)
    /// Anything else that librdkafka reports.
    case other(KafkaError)

    public var description: String {
        switch self {
        case .brokerUnreachable(let text): "Kafka broker unreachable, trying on: \(text)"
        case .allBrokersDown(let text): "all Kafka brokers are down, trying on: \(text)"
        case .authenticationFailed(let text): "Kafka authentication failed: \(text)"
        case .fatal(let error): "Kafka client is unusable: \(error)"
        case .other(let error): "Kafka: \(error)"
        }
    }

    init(code: rd_kafka_resp_err_t, reason: String) {
        switch code {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT:
            self = .brokerUnreachable(reason)
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
            self = .allBrokersDown(reason)
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            self = .authenticationFailed(reason)
        default:
            self = .other(KafkaError("talk to Kafka", code: code, reason: reason))
        }
    }
}
