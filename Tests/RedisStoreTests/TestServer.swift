import Foundation
import Glibc
import TestSupport
import Testing

@testable import RedisStore

/// A redis-server of its own, on a free port and a socket, in a folder that goes with it.
final class TestServer {
    static let skipReason: Comment = "no redis-server in PATH"
    static let isAvailable = program != nil

    static let program: String? = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        .map { "\($0)/redis-server" }.first { access($0, X_OK) == 0 }

    let port: UInt16
    let folder: String
    private(set) var process: Process
    private let options: [String]

    var socket: String { "\(folder)/s" }
    var address: RedisAddress { .tcp(host: "127.0.0.1", port: port) }

    init(_ options: [String] = [], port: UInt16? = nil) throws {
        self.options = options
        folder = TemporaryFolder.make("vane-redis")
        self.port = port ?? FreePort.find()
        process = Process()
        try start()
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func start() throws {
        process = Process()
        process.executableURL = URL(filePath: TestServer.program!)
        process.arguments =
            ["--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "no", "--logfile", "log"]
            + options
        try process.run()
        try wait("the server to listen") { Plug.canConnect(port) }
    }

    func stop() {
        signal(SIGKILL)
        process.waitUntilExit()
    }

    func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }
}

struct TimedOut: Error, CustomStringConvertible { let description: String }

/// Polls a condition that another process fulfils.
func wait(_ what: String, seconds: Double = 20, _ condition: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while try !condition() {
        guard Date() < deadline else { throw TimedOut(description: "waited for \(what)") }
        usleep(2_000)
    }
}

/// Bare sockets.
enum Plug {
    static func listen() -> (socket: Int32, port: UInt16) {
        let plug = FreePort.bound()
        Glibc.listen(plug.socket, 16)
        return plug
    }

    static func connect(_ port: UInt16) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafeBytes(of: &address) { Glibc.connect(socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), 16) }
        if result == 0 { return socket }
        close(socket)
        return nil
    }

    static func canConnect(_ port: UInt16) -> Bool {
        guard let socket = connect(port) else { return false }
        close(socket)
        return true
    }
}
