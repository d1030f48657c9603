import Glibc
import TestSupport
import Testing

/// A redis-server of a test's own, on a free port, that can be killed and started again in its place.
final class RedisServer {
    static let isAvailable = program != nil
    static let skipReason: Comment = "no redis-server and redis-cli in PATH"
    private static let program = find("redis-server").flatMap { find("redis-cli") == nil ? nil : $0 }

    private static func find(_ name: String) -> String? {
        (Places.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    private(set) var port: UInt16
    private let folder = Folder()
    private let options: [String]
    private var process: Child?
    /// For `ask`, where one is needed.
    var password: String?

    var url: String { "redis://127.0.0.1:\(port)" }

    /// - Parameter options: as on the command line of redis-server. Without any it keeps nothing on disk.
    init(_ options: [String] = [], password: String? = nil, isStarted: Bool = true) throws {
        self.options = options + (password.map { ["--requirepass", $0] } ?? [])
        self.password = password
        port = FreePort.find()
        if !isStarted { return }
        // Somebody else may take the port in between.
        for _ in 0..<3 {
            if try launch() { return }
            port = FreePort.find()
        }
        try start()
    }

    func start() throws {
        let isStarted = try launch()
        try #require(isStarted, "the port \(port) is taken")
    }

    /// - Returns: false where another process has the port.
    private func launch() throws -> Bool {
        let process = try Child(
            ["--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder.path, "--save", "", "--enable-debug-command", "yes"] + options,
            executable: Self.program!)
        let isReady = process.output.wait(within: patience) { $0.isClosed || $0.count(of: "Ready to accept connections") > 0 }
        if process.output.text.contains("Address already in use") { return false }
        try #require(isReady && !process.output.snapshot.isClosed, "redis-server does not start: \(process.output.text)")
        self.process = process
        return true
    }

    func kill() throws {
        process?.signal(SIGKILL)
        _ = try process?.wait()
        process = nil
    }

    /// What redis-cli prints.
    @discardableResult
    func ask(_ command: String) throws -> String {
        let secret = password.map { "-a '\($0)' --no-auth-warning " } ?? ""
        let output = try Shell.run("redis-cli -h 127.0.0.1 -p \(port) \(secret)\(command)")
        return String(output.drop { $0 == "\n" }).trimmingEnd
    }

    func wait(_ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + patience
        while try !condition() {
            try #require(ContinuousClock.now < deadline, "not within \(patience): \(what)", sourceLocation: sourceLocation)
            usleep(20_000)
        }
    }

    /// Listens where another did: what a virtual address or a name does in a failover.
    func take(placeOf other: RedisServer) throws {
        try #require(try ask("config set port \(other.port)") == "OK")
        port = other.port
    }

    /// Of a command of Redis, how often it has been called.
    func calls(_ command: String) throws -> Int {
        let line = try ask("info commandstats").split(separator: "\r\n").first {
            $0.hasPrefix("cmdstat_\(command):calls=") || $0.hasPrefix("\ncmdstat_\(command):calls=")
        }
        return line.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix { $0 != "," }) } ?? 0
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
