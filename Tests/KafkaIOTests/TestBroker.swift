import Glibc
import Synchronization
import TestSupport

/// A real Apache Kafka for tests: the one named in `VANE_TEST_KAFKA=host:port`, or one started from `shared/kafka`
/// (`VANE_SHARED`, or next to the repository) in a folder of its own and stopped when the test process ends.
final class TestBroker: Sendable {
    static let skipReason: String = "no VANE_TEST_KAFKA, and no shared/kafka/bin/kafka-local (VANE_SHARED) to start one from"

    /// Whether tests may have a real broker.
    static let isAvailable = external != nil || tool != nil
    /// Whether tests may kill and revive one.
    static let canBeKilled = tool != nil

    /// The broker that all tests share; started at first use.
    static let shared = Swift.Result { try external.map { TestBroker(bootstrapServers: $0, folder: nil) } ?? TestBroker.start("shared") }

    let bootstrapServers: String
    private let folder: String?

    private init(bootstrapServers: String, folder: String?) {
        self.bootstrapServers = bootstrapServers
        self.folder = folder
    }

    /// One of its own, for a test that kills it.
    static func start(_ name: String) throws -> TestBroker {
        let folder = TemporaryFolder.make("vane-kafka-tests-\(name)")
        folders.withLock { $0.append(folder) }
        _ = registerCleaning
        let output = try shell("KAFKA_HEAP=256m '\(tool!)' start '\(folder)' --port \(FreePort.find())")
        return TestBroker(bootstrapServers: output.split(separator: "\n").last.map(String.init) ?? "", folder: folder)
    }

    func kill() throws { try TestBroker.shell("'\(TestBroker.tool!)' kill '\(folder!)'") }
    func revive() throws { try TestBroker.shell("KAFKA_HEAP=256m '\(TestBroker.tool!)' revive '\(folder!)'") }

    private static let external = environment("VANE_TEST_KAFKA")

    private static let tool: String? = {
        // Tests/KafkaIOTests/TestBroker.swift is three levels below the repository, which `shared` stands next to.
        let here = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = (environment("VANE_SHARED") ?? "/\(here)/shared") + "/kafka/bin/kafka-local"
        return access(path, X_OK) == 0 ? path : nil
    }()

    private static let folders = Mutex<[String]>([])

    private static let registerCleaning: Void = {
        atexit {
            for folder in TestBroker.folders.withLock({ $0 }) {
                _ = try? TestBroker.shell("'\(TestBroker.tool!)' kill '\(folder)'; rm -rf '\(folder)'")
            }
        }
    }()

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    struct ShellError: Error { let command: String, status: Int32, output: String }

    @discardableResult
    private static func shell(_ command: String) throws -> String {
        guard let stream = popen(command, "r") else { throw ShellError(command: command, status: -1, output: "") }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            output.append(contentsOf: buffer[..<count])
        }
        let text = String(decoding: output, as: UTF8.self)
        let status = pclose(stream)
        if status != 0 { throw ShellError(command: command, status: status, output: text) }
        return text
    }
}
