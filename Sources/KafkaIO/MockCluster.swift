internal import CRdKafka

/// librdkafka's in-process Kafka: real sockets on loopback, so that any client can connect. For the demo and tests.
///
/// It keeps a bounded stretch of each partition in memory, does not know transactions' isolation, compaction or topic
/// administration, and creates topics on first use.
@safe public final class MockCluster {
    private let client: ClientHandle
    private let pointer: OpaquePointer

    /// Kafka's request types that are worth failing.
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case syncGroup = 14
        case initProducerIdentity = 22
        case addOffsetsToTransaction = 25
        case endTransaction = 26
    }

    /// - Parameter brokerCount: their ids are 1 and up.
    public init(brokerCount: Int = 1, log: LogHandler? = nil) throws(ConfigurationError) {
        client = try ClientHandle(.producer, defaults: [], properties: [], context: ClientContext(log: log))
        guard let created = unsafe rd_kafka_mock_cluster_new(client.pointer, Int32(brokerCount)) else {
            throw .rejected(reason: "no mock cluster of \(brokerCount) brokers")
        }
        unsafe pointer = created
    }

    deinit { unsafe rd_kafka_mock_cluster_destroy(pointer) }

    /// `127.0.0.1:PORT,…`, for `bootstrap.servers`.
    public var bootstrapServers: String { unsafe String(cString: rd_kafka_mock_cluster_bootstraps(pointer)) }

    public func createTopic(_ name: String, partitionCount: Int, replicationFactor: Int = 1) throws(KafkaError) {
        let code = unsafe rd_kafka_mock_topic_create(pointer, name, Int32(partitionCount), Int32(replicationFactor))
        try KafkaError.check(code, "create the mock topic \(name)")
    }

    /// Makes metadata requests for the topic fail with this error; nil ends that.
    public func failTopic(_ name: String, with code: KafkaErrorCode?) {
        unsafe rd_kafka_mock_topic_set_error(pointer, name, rd_kafka_resp_err_t(code?.rawValue ?? 0))
    }

    /// Makes the next requests of this type fail with these errors, one each. ``KafkaErrorCode/transport`` disconnects.
    public func failNext(_ request: Request, with codes: [KafkaErrorCode]) {
        let errors = codes.map { rd_kafka_resp_err_t($0.rawValue) }
        // SAFETY: librdkafka copies the array.
        unsafe rd_kafka_mock_push_request_errors_array(pointer, request.rawValue, errors.count, errors)
    }

    /// Drops the broker's connections and takes no new ones; nil means every broker.
    public func takeDown(broker: Int32? = nil) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_mock_broker_set_down(pointer, broker ?? -1), "take a mock broker down")
    }

    /// Takes connections again.
    public func bringUp(broker: Int32? = nil) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_mock_broker_set_up(pointer, broker ?? -1), "bring a mock broker up")
    }

    /// Delays each of the broker's answers; nil means every broker.
    public func setRoundTrip(milliseconds: Int32, broker: Int32? = nil) throws(KafkaError) {
        try KafkaError.check(
            unsafe rd_kafka_mock_broker_set_rtt(pointer, broker ?? -1, milliseconds), "slow a mock broker down")
    }
}
