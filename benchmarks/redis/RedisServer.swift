internal import CHiredis
internal import Foundation
internal import Glibc
internal import RedisStore

/// A redis-server of the benchmark's own: on a Unix socket and a free port, without persistence.
final class RedisServer {
    private let process = Process()
    private let folder = "/tmp/vane-redis-bench-\(getpid())"
    let port = freePort()

    var path: String { folder + "/socket" }
    private var pid: Int32 { process.processIdentifier }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        process.executableURL = URL(filePath: "/usr/bin/redis-server")
        process.arguments = [
            "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", path, "--dir", folder, "--save", "", "--appendonly", "no", "--logfile", "log",
        ]
        try process.run()
        while access(path, F_OK) != 0 {
            guard process.isRunning else { fatalError("redis-server does not start: \((try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "")") }
            usleep(10_000)
        }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A link that is connected.
    func link(database: Int, overTCP: Bool = false) -> any RedisLink {
        let address: RedisAddress = overTCP ? .tcp(host: "127.0.0.1", port: port) : .unix(path: path)
        let link = RedisConfiguration(address: address, database: database).makeLink()
        while !link.isConnected { link.maintain(timeoutMilliseconds: 1_000) }
        return link
    }

    /// Number of processor seconds that the server has used so far.
    var processorSeconds: Double { field("used_cpu_sys:", of: "cpu") + field("used_cpu_user:", of: "cpu") }

    private func field(_ name: String, of section: String) -> Double {
        let context = redisConnectUnix(path)!
        defer { redisFree(context) }
        let reply = withVaList([]) { redisvCommand(context, "INFO \(section)", $0) }!.assumingMemoryBound(to: redisReply.self)
        defer { freeReplyObject(reply) }
        let text = String(cString: reply.pointee.str)
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }!
        return Double(line.dropFirst(name.count))!
    }
}

/// A port that nobody listens on at the moment.
private func freePort() -> UInt16 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            precondition(bind(listener, $0, length) == 0)
            precondition(getsockname(listener, $0, &length) == 0)
        }
    }
    return UInt16(bigEndian: address.sin_port)
}
