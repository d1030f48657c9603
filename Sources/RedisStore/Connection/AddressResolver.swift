internal import Glibc
internal import Synchronization

/// Finds a name's addresses on a thread of its own: nobody can say for how long `getaddrinfo` blocks.
final class AddressResolver: Sendable {
    enum Result: Sendable {
        case found([SocketAddress])
        case failed(String)
    }

    private let host: String
    private let port: UInt16
    private let result = Mutex<Result?>(nil)
    /// Becomes readable with the result.
    let descriptor: Int32
    private let signal: Int32

    private init(host: String, port: UInt16) {
        self.host = host
        self.port = port
        var ends: [Int32] = [-1, -1]
        let made = unsafe pipe(&ends)
        precondition(made == 0, "no descriptors left")
        descriptor = ends[0]
        signal = ends[1]
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(descriptor)
        close(signal)
    }

    /// The addresses where they need no look-up; otherwise nil.
    static func addresses(of address: RedisAddress) -> [SocketAddress]? {
        switch address {
        case .unix(let path): return [SocketAddress(path: path)]
        case .tcp(let host, let port):
            guard case .found(let addresses) = look(up: host, port, flags: AI_NUMERICHOST) else { return nil }
            return addresses
        }
    }

    static func start(host: String, port: UInt16) -> AddressResolver {
        let resolver = AddressResolver(host: host, port: port)
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(resolver)
        let error = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                unsafe Unmanaged<AddressResolver>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        unsafe pthread_attr_destroy(&attributes)
        if error != 0 {
            unsafe argument.release()
            resolver.finish(.failed("cannot start a thread: \(unsafe String(cString: strerror(error)))"))
        }
        return resolver
    }

    /// Nil while it is looking.
    func poll() -> Result? { result.withLock { $0 } }

    private func run() { finish(AddressResolver.look(up: host, port, flags: 0)) }

    private func finish(_ found: Result) {
        result.withLock { $0 = found }
        var byte: UInt8 = 0
        unsafe _ = write(signal, &byte, 1)
    }

    private static func look(up host: String, _ port: UInt16, flags: Int32) -> Result {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let error = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard error == 0 else { return .failed(unsafe String(cString: gai_strerror(error))) }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            found.append(unsafe SocketAddress(entry))
            unsafe next = entry.pointee.ai_next
        }
        return .found(found)
    }
}
