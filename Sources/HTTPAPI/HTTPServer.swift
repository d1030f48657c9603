internal import CMicroHTTPD
internal import Glibc

/// A small web server on a thread of its own, for operators and their tools. Anybody who reaches it may ask, so everything that it takes is bounded.
@safe public final class HTTPServer: @unchecked Sendable {
    /// Probes, a scraper, a few people.
    public static let connectionsMax: UInt32 = 64
    /// Also bounds how long a request may take to arrive.
    public static let idleSecondsMax: UInt32 = 15
    /// Nothing that is served needs a body; what tools send by themselves is small.
    public static let bodyBytesMax = 4_096
    private static let urlBytesMax = 1_024

    public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    // The daemon is set once, and its thread stops before this object goes.
    private var daemon: OpaquePointer?
    private let handler: Handler
    /// The port that it listens on.
    public private(set) var port: UInt16 = 0

    public struct Failure: Error, Sendable {
        public var message: String
    }

    /// Listens and serves until the object goes.
    /// - Parameters:
    ///   - host: an address, or `localhost`.
    ///   - port: 0 for any free one.
    ///   - handler: called on the server's thread, one request at a time; must not take long.
    public init(host: String, port: UInt16, handler: @escaping Handler) throws(Failure) {
        unsafe daemon = nil
        self.handler = handler
        let host = host == "localhost" ? "127.0.0.1" : host
        // SAFETY: the daemon is stopped in `deinit`, so the handler never sees an object that is gone.
        let opaque = unsafe Unmanaged.passUnretained(self).toOpaque()
        let callback: MHD_AccessHandlerCallback = { opaque, connection, url, method, _, _, uploadSize, context in
            unsafe HTTPServer.handle(opaque!, connection!, url!, method!, uploadSize!, context!)
        }
        var address = sockaddr_in()
        var address6 = sockaddr_in6()
        if unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 {
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe daemon = vane_mhd_start($0, 0, Self.connectionsMax, Self.idleSecondsMax, callback, opaque)
                }
            }
        } else if unsafe inet_pton(AF_INET6, host, &address6.sin6_addr) == 1 {
            address6.sin6_family = sa_family_t(AF_INET6)
            address6.sin6_port = port.bigEndian
            unsafe withUnsafePointer(to: &address6) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe daemon = vane_mhd_start($0, 1, Self.connectionsMax, Self.idleSecondsMax, callback, opaque)
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

    /// Called once for the headers, then for each part of the body, then once more; in between, `context` holds one more than the bytes so far.
    private static func handle(
        _ opaque: UnsafeMutableRawPointer, _ connection: OpaquePointer, _ url: UnsafePointer<CChar>, _ method: UnsafePointer<CChar>,
        _ uploadSize: UnsafeMutablePointer<Int>, _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        guard let state = unsafe context.pointee else {
            unsafe context.pointee = UnsafeMutableRawPointer(bitPattern: 1)
            // Refused before it is sent, where it says its length.
            if let length = unsafe vane_mhd_header(connection, "Content-Length"), unsafe strtoull(length, nil, 10) > UInt64(bodyBytesMax) {
                return unsafe answer(.text("a body of at most \(bodyBytesMax) bytes, please", status: 413), connection)
            }
            return vane_mhd_go_on()
        }
        let arrived = unsafe uploadSize.pointee
        if arrived > 0 {
            let total = Int(bitPattern: state) + arrived
            // In the middle of a body there is no way to answer: the connection ends.
            guard total <= bodyBytesMax + 1 else { return vane_mhd_give_up() }
            unsafe context.pointee = UnsafeMutableRawPointer(bitPattern: total)
            unsafe uploadSize.pointee = 0
            return vane_mhd_go_on()
        }
        guard unsafe strnlen(url, urlBytesMax + 1) <= urlBytesMax else { return unsafe answer(.text("that path is too long", status: 414), connection) }
        // SAFETY: the daemon has stopped before the object goes.
        let server = unsafe Unmanaged<HTTPServer>.fromOpaque(opaque).takeUnretainedValue()
        let request = unsafe HTTPRequest(method: String(cString: method), path: String(cString: url))
        return unsafe answer(server.handler(request), connection)
    }

    private static func answer(_ answer: HTTPResponse, _ connection: OpaquePointer) -> MHD_Result {
        let response = unsafe answer.body.withUnsafeBytes {
            // SAFETY: the response copies the bytes.
            unsafe vane_mhd_response($0.baseAddress, $0.count)!
        }
        let common = [
            HTTPResponse.Header("Content-Type", answer.contentType), .init("Cache-Control", "no-store"), .init("X-Content-Type-Options", "nosniff"),
        ]
        for header in common + answer.headers { unsafe _ = MHD_add_response_header(response, header.name, header.value) }
        let result = unsafe MHD_queue_response(connection, UInt32(answer.status), response)
        unsafe MHD_destroy_response(response)
        return result
    }
}
