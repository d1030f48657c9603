import Glibc
import KafkaIO
import Synchronization
import TestSupport
import Testing

/// A Kafka for tests: a real one (`VANE_TEST_KAFKA=host:port`, or one started from `shared/kafka`), or librdkafka's in this process.
final class Cluster: @unchecked Sendable {
    enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case real, mock
        var testDescription: String { rawValue }
    }

    static let skipReason: Comment = "no VANE_TEST_KAFKA, and no shared/kafka/bin/kafka-local (VANE_SHARED) to start one from"
    static let canBeKilled = tool != nil
    static let hasReal = external != nil || tool != nil
    /// The mock's group coordinator now and then does not answer a member that joins again, so it stands in only where there is no real broker.
    static let kinds: [Kind] = hasReal ? [.real] : [.mock]
    /// A real one where there is one.
    static let best: Kind = hasReal ? .real : .mock

    static func of(_ kind: Kind) throws -> Cluster { try kind == .real ? shared.get() : Cluster(mock: MockCluster(brokerCount: 1)) }

    let bootstrap: String
    private let mock: MockCluster?
    private let folder: String?

    init(mock: MockCluster) {
        self.mock = mock
        bootstrap = mock.bootstrapServers
        folder = nil
    }

    private init(bootstrap: String, folder: String?) {
        mock = nil
        self.bootstrap = bootstrap
        self.folder = folder
    }

    /// Started at first use, and stopped when the test process ends.
    private static let shared = Swift.Result { try external.map { Cluster(bootstrap: $0, folder: nil) } ?? start("shared") }

    /// One of its own, for a test that kills it.
    /// - Parameter settings: the broker's, as `key=value`.
    static func start(_ name: String, settings: [String] = []) throws -> Cluster {
        let folder = TemporaryFolder.make("vane-it-kafka-\(name)")
        folders.withLock { $0.append(folder) }
        _ = registerCleaning
        let options = ["--port \(FreePort.find())"] + settings.map { "--set '\($0)'" }
        let output = try Shell.run("KAFKA_HEAP=256m '\(tool!)' start '\(folder)' " + options.joined(separator: " "))
        return Cluster(bootstrap: output.split(separator: "\n").last.map(String.init) ?? "", folder: folder)
    }

    func kill() throws { try Shell.run("'\(Cluster.tool!)' kill '\(folder!)'") }
    func revive() throws { try Shell.run("KAFKA_HEAP=256m '\(Cluster.tool!)' revive '\(folder!)'") }

    /// From now on nobody may use that transactional id. The broker must have an authorizer: see `authorizing`.
    func forbid(transactionalID id: String) throws {
        try Shell.run(
            "java -cp '\(Places.shared)/kafka/libs/*' org.apache.kafka.tools.AclCommand --bootstrap-server \(bootstrap) --add "
                + "--deny-principal User:ANONYMOUS --deny-host '*' --operation Write --transactional-id '\(id)'")
    }

    /// Settings of a broker that allows what no rule is about.
    static let authorizing = [
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "allow.everyone.if.no.acl.found=true",
    ]

    func addPartitions(_ topic: String, upTo count: Int) throws {
        try Shell.run("'\(Cluster.tool!)' tool topics --bootstrap-server \(bootstrap) --alter --topic \(topic) --partitions \(count)")
    }

    func deleteTopic(_ name: String) throws {
        try Administrator(properties: [("bootstrap.servers", bootstrap)]).deleteTopics([name], timeoutMilliseconds: 30_000)
    }

    func createTopic(_ name: String, partitions: Int, configuration: [String: String] = [:]) throws {
        if let mock { return try mock.createTopic(name, partitionCount: partitions) }
        let administrator = try Administrator(properties: [("bootstrap.servers", bootstrap)])
        try administrator.createTopics(
            [TopicDefinition(name: name, partitionCount: partitions, replicationFactor: 1, configuration: configuration)], timeoutMilliseconds: 30_000)
    }

    private static let external = Places.environment("VANE_TEST_KAFKA")
    private static let tool: String? = {
        let path = Places.shared + "/kafka/bin/kafka-local"
        return access(path, X_OK) == 0 ? path : nil
    }()

    private static let folders = Mutex<[String]>([])
    private static let registerCleaning: Void = {
        atexit {
            for folder in Cluster.folders.withLock({ $0 }) { _ = try? Shell.run("'\(Cluster.tool!)' kill '\(folder)'; rm -rf '\(folder)'") }
        }
    }()

    private static let counter = Atomic<Int>(0)

    /// A name that no other test and no other run uses on the same broker.
    static func unique(_ name: String) -> String { "\(name)-\(getpid())-\(time(nil))-\(counter.add(1, ordering: .relaxed).newValue)" }
}

/// A record of a topic, copied.
struct Record {
    var topic: String
    var partition: Int32
    var key: String?
    var value: [UInt8]?
    var headers: [String: String] = [:]

    var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
    var json: JSON { JSON(parsing: text ?? "") }

    init(_ message: Message) {
        topic = message.topic.name
        partition = message.partition
        key = message.key.map { String(decoding: $0, as: UTF8.self) }
        value = message.payload.map { Array($0) }
        var headers: [String: String] = [:]
        message.forEachHeader { headers[$0] = $1.map { String(decoding: $0, as: UTF8.self) } ?? "" }
        self.headers = headers
    }
}

/// Writes records.
final class Feed {
    private final class Failures { var list: [KafkaError] = [] }

    private let producer: Producer
    private let failures = Failures()
    private var sequence: UInt64 = 0

    init(_ cluster: Cluster) throws {
        let failures = failures
        producer = try Producer(
            properties: [("bootstrap.servers", cluster.bootstrap), ("linger.ms", "2")],
            onDelivery: { if let failure = $0.failure { failures.list.append(failure) } })
    }

    func send(_ topic: String, key: String?, _ value: String?, headers: [(String, String)] = [], partition: Int32? = nil) {
        send(topic, key: key.map { Array($0.utf8) }, bytes: value.map { Array($0.utf8) }, headers: headers, partition: partition)
    }

    func send(_ topic: String, key: [UInt8]?, bytes: [UInt8]?, headers: [(String, String)] = [], partition: Int32? = nil) {
        sequence += 1
        var list = MessageHeaders()
        for (name, value) in headers { list.append(name, value) }
        func give(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
            if let bytes { bytes.withUnsafeBytes { body($0) } } else { body(nil) }
        }
        give(key) { key in
            give(bytes) { bytes in
                while case .queueFull = producer.produce(to: Topic(topic), partition: partition, key: key, value: bytes, headers: list, sequence: sequence) {
                    producer.poll(timeoutMilliseconds: 10)
                }
            }
        }
    }

    /// Takes acknowledgements, without waiting.
    func serve() { producer.poll() }

    /// Waits until the broker has everything.
    func flush(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            producer.flush(timeoutMilliseconds: 60_000) && failures.list.isEmpty, "everything is delivered: \(failures.list)", sourceLocation: sourceLocation)
    }
}

/// Reads topics from their beginning, without a group.
final class Tap {
    private let consumer: Consumer
    private let tables: [TableReader]
    private let batch = MessageBatch(capacity: 1_000)
    private(set) var records: [Record] = []

    /// - Parameter isolation: `read_uncommitted` shows what transactions have open or have given up, too.
    init(_ cluster: Cluster, _ topics: [String], isolation: String = "read_committed") throws {
        let properties = [("bootstrap.servers", cluster.bootstrap), ("fetch.wait.max.ms", "10"), ("isolation.level", isolation)]
        consumer = try Consumer(group: Cluster.unique("tap"), properties: properties)
        tables = try topics.map { try TableReader(topic: $0, properties: properties, discoveryMilliseconds: 5_000) }
        for table in tables { _ = consumer.attach(table) }
    }

    func of(_ topic: String) -> [Record] { records.filter { $0.topic == topic } }

    func poll() {
        consumer.poll(into: batch, timeoutMilliseconds: 50)
        for message in batch { records.append(Record(message)) }
        batch.removeAll()
    }

    /// Reads on until nothing more comes.
    func drain() {
        var before = -1
        while records.count > before {
            before = records.count
            poll()
        }
    }

    /// Reads on until the condition holds.
    func read(_ what: String, within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation, until condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            try #require(ContinuousClock.now < deadline, "not within \(limit): \(what)", sourceLocation: sourceLocation)
            poll()
        }
    }

    /// Reads on until the topics have as many records.
    func read(_ counts: [String: Int], within limit: Duration = patience, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + limit
        func have() -> [String: Int] { counts.reduce(into: [:]) { have, entry in have[entry.key] = of(entry.key).count } }
        while counts.contains(where: { of($0.key).count < $0.value }) {
            try #require(ContinuousClock.now < deadline, "not within \(limit): wanted \(counts), have \(have())", sourceLocation: sourceLocation)
            poll()
        }
    }

    /// Reads everything that is there now.
    func readToEnd(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try read("the end of the topics", sourceLocation: sourceLocation) { tables.allSatisfy(\.hasReachedEnd) }
        poll()
    }
}
