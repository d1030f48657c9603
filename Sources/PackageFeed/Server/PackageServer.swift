internal import CMicroHTTPD
internal import Events
internal import Glibc

/// A small web server for the documents of one folder, for development: ETag, Last-Modified, 304, GET and HEAD, and nothing else.
///
/// It looks at the files anew for each request. Names that start with a point are hidden, and nothing outside the folder is given out.
@safe public final class PackageServer: @unchecked Sendable {
    /// Enough for a test cluster's worth of processes.
    private static let connectionsMax: UInt32 = 256
    private static let idleSecondsMax: UInt32 = 30
    /// Documents are read whole.
    private static let fileBytesMax = 256 << 20

    // The daemon is set once, and its thread stops before this object goes.
    private var daemon: OpaquePointer?
    private let folder: String
    private let onRequest: @Sendable (_ method: String, _ path: String, _ status: Int) -> Void
    /// The port that it listens on.
    public private(set) var port: UInt16 = 0

    public struct Failure: Error, Sendable {
        public var message: String
    }

    /// Listens and serves until the object goes.
    /// - Parameters:
    ///   - host: an address, or `localhost`.
    ///   - port: 0 for any free one.
    ///   - onRequest: called on the server's thread after each request.
    public init(
        folder: String, host: String, port: UInt16, onRequest: @escaping @Sendable (_ method: String, _ path: String, _ status: Int) -> Void = { _, _, _ in }
    ) throws(Failure) {
        unsafe daemon = nil
        self.folder = folder
        self.onRequest = onRequest
        let host = host == "localhost" ? "127.0.0.1" : host
        // SAFETY: the daemon is stopped in `deinit`, so the handler never sees an object that is gone.
        let opaque = unsafe Unmanaged.passUnretained(self).toOpaque()
        let handler: MHD_AccessHandlerCallback = { opaque, connection, url, method, _, _, uploadSize, context in
            unsafe PackageServer.handle(opaque!, connection!, url!, method!, uploadSize!, context!)
        }
        var address = sockaddr_in()
        var address6 = sockaddr_in6()
        if unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 {
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe daemon = vane_mhd_start($0, 0, Self.connectionsMax, Self.idleSecondsMax, handler, opaque)
                }
            }
        } else if unsafe inet_pton(AF_INET6, host, &address6.sin6_addr) == 1 {
            address6.sin6_family = sa_family_t(AF_INET6)
            address6.sin6_port = port.bigEndian
            unsafe withUnsafePointer(to: &address6) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe daemon = vane_mhd_start($0, 1, Self.connectionsMax, Self.idleSecondsMax, handler, opaque)
                }
            }
        } else {
            throw Failure(message: "'\(host)' is no address")
        }
        guard let daemon = unsafe daemon else { throw Failure(message: "cannot listen on \(host):\(port): \(unsafe String(cString: strerror(errno)))") }
        self.port = unsafe vane_mhd_port(daemon)
    }

    deinit {
        if let daemon = unsafe daemon { unsafe MHD_stop_daemon(daemon) }
    }

    private struct Answer {
        var status: UInt32
        var body: [UInt8] = []
        var headers: [(String, String)] = []
    }

    private static func handle(
        _ opaque: UnsafeMutableRawPointer, _ connection: OpaquePointer, _ url: UnsafePointer<CChar>, _ method: UnsafePointer<CChar>,
        _ uploadSize: UnsafeMutablePointer<Int>, _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        // The first call brings the headers only.
        if unsafe context.pointee == nil {
            unsafe context.pointee = opaque
            return vane_mhd_go_on()
        }
        if unsafe uploadSize.pointee > 0 {
            unsafe uploadSize.pointee = 0
            return vane_mhd_go_on()
        }
        let server = unsafe Unmanaged<PackageServer>.fromOpaque(opaque).takeUnretainedValue()
        let (method, path) = unsafe (String(cString: method), String(cString: url))
        let answer = unsafe server.answer(method, path, connection)
        let response = unsafe answer.body.withUnsafeBytes {
            // SAFETY: the response copies the bytes.
            unsafe vane_mhd_response($0.baseAddress, $0.count)!
        }
        for (name, value) in answer.headers { unsafe _ = MHD_add_response_header(response, name, value) }
        let result = unsafe MHD_queue_response(connection, answer.status, response)
        unsafe MHD_destroy_response(response)
        server.onRequest(method, path, Int(answer.status))
        return result
    }

    private func answer(_ method: String, _ path: String, _ connection: OpaquePointer) -> Answer {
        guard method == "GET" || method == "HEAD" else {
            return Answer(status: 405, body: Array("only GET and HEAD\n".utf8), headers: [("Allow", "GET, HEAD")])
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard !parts.isEmpty, parts.allSatisfy({ !$0.hasPrefix(".") && !$0.contains("\0") }), let (bytes, modified) = read(parts.joined(separator: "/")) else {
            return Answer(status: 404, body: Array("there is no such document\n".utf8), headers: [("Content-Type", "text/plain; charset=utf-8")])
        }
        let etag = "\"\(Digest.hexadecimal(Digest.sha256(bytes).prefix(16)))\""
        let time = HTTPDate.text(modified)
        var headers = [("ETag", etag), ("Last-Modified", time), ("Cache-Control", "no-cache")]
        func header(_ name: String) -> String? {
            unsafe vane_mhd_header(connection, name).map { unsafe String(cString: $0) }
        }
        // An ETag says more than a time, which counts only without one.
        let isUnchanged =
            if let asked = header("If-None-Match") {
                asked.split(separator: ",").contains { candidate in
                    var candidate = candidate.drop { $0 == " " }
                    if candidate.hasPrefix("W/") { candidate = candidate.dropFirst(2) }
                    while candidate.last == " " { candidate.removeLast() }
                    return candidate == "*" || candidate == etag
                }
            } else {
                header("If-Modified-Since") == time
            }
        if isUnchanged { return Answer(status: 304, headers: headers) }
        headers.append(("Content-Type", Self.type(path)))
        return Answer(status: 200, body: bytes, headers: headers)
    }

    private func read(_ name: String) -> (bytes: [UInt8], modifiedSeconds: Int)? {
        let descriptor = unsafe open(folder + "/" + name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG, information.st_size <= Self.fileBytesMax else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 || bytes.count > Self.fileBytesMax { return nil }
            if count == 0 { return (bytes, Int(information.st_mtim.tv_sec)) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private static func type(_ path: String) -> String {
        let types = [
            ".yaml": "application/yaml", ".yml": "application/yaml", ".json": "application/json", ".csv": "text/csv; charset=utf-8",
            ".jsonl": "application/jsonl", ".ndjson": "application/jsonl", ".pub": "application/x-pem-file",
        ]
        return types.first { path.hasSuffix($0.key) }?.value ?? "application/octet-stream"
    }
}

/// Times as HTTP writes them: `Fri, 20 Nov 2026 01:30:00 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Parameter seconds: since 1970, which began on a Thursday.
    static func text(_ seconds: Int) -> String {
        let time = RFC3339.text(Int64(seconds) * 1_000)
        let parts = time.split { $0 == "-" || $0 == "T" || $0 == "Z" }.map(String.init)
        let day = ((seconds < 0 ? seconds - 86_399 : seconds) / 86_400 % 7 + 7) % 7
        return "\(days[day]), \(parts[2]) \(months[Int(parts[1])! - 1]) \(parts[0]) \(parts[3]) GMT"
    }
}
