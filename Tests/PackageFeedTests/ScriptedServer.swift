import Glibc
import Synchronization

/// A web server that does what a test says, right or wrong, byte by byte.
final class ScriptedServer: Sendable {
    /// A connection with its request.
    struct Exchange: Sendable {
        let descriptor: Int32
        /// The request line and the headers.
        let request: String

        func header(_ name: String) -> String? {
            for line in request.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ":") {
                return String(line.dropFirst(name.count + 1).drop { $0 == " " })
            }
            return nil
        }

        /// - Returns: whether the other side still listens.
        @discardableResult func send(_ bytes: [UInt8]) -> Bool {
            var start = 0
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count <= 0 { return false }
                start += count
            }
            return true
        }

        @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        func answer(_ status: String, _ headers: [String] = [], _ body: [UInt8] = []) {
            send((["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.count)", "Connection: close", "", ""]).joined(separator: "\r\n"))
            send(body)
        }

        /// Waits until the other side has gone.
        func hang() {
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
        }
    }

    let port: UInt16
    private let listener: Int32
    private let count = Atomic(0)
    private let script: Mutex<@Sendable (Exchange) -> Void>

    var requests: Int { count.load(ordering: .acquiring) }
    var url: String { "http://127.0.0.1:\(port)/package.yaml" }

    init(_ script: @escaping @Sendable (Exchange) -> Void) {
        self.script = Mutex(script)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        Self.thread { [weak self, listener] in
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 { return }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                guard let server = self else {
                    close(descriptor)
                    return
                }
                Self.thread { server.serve(descriptor) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Does something else from the next request on.
    func now(_ script: @escaping @Sendable (Exchange) -> Void) { self.script.withLock { $0 = script } }

    private func serve(_ descriptor: Int32) {
        var request: [UInt8] = []
        var byte: UInt8 = 0
        while !request.suffix(4).elementsEqual("\r\n\r\n".utf8), recv(descriptor, &byte, 1, 0) == 1 { request.append(byte) }
        if !request.isEmpty {
            count.add(1, ordering: .releasing)
            script.withLock { $0 }(Exchange(descriptor: descriptor, request: String(decoding: request, as: UTF8.self)))
        }
        close(descriptor)
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Start {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Start(body)).toOpaque())
        pthread_detach(thread)
    }
}
