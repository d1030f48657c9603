internal import Glibc

/// What `connect` takes.
struct SocketAddress: Sendable {
    /// What `sockaddr_un` holds, less the closing zero.
    static let pathBytesMax = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    private var storage = sockaddr_storage()
    private var length: socklen_t

    init(_ found: UnsafePointer<addrinfo>) {
        length = min(unsafe found.pointee.ai_addrlen, socklen_t(MemoryLayout<sockaddr_storage>.size))
        let from = unsafe found.pointee.ai_addr
        let size = Int(length)
        unsafe withUnsafeMutableBytes(of: &storage) { unsafe _ = memcpy($0.baseAddress!, from!, size) }
    }

    init(path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(SocketAddress.pathBytesMax)) }
        length = socklen_t(MemoryLayout<sockaddr_un>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { room in
            unsafe withUnsafeBytes(of: &address) { unsafe room.copyMemory(from: $0) }
        }
    }

    /// A socket that does not block and has begun to connect, or an errno.
    func beginConnecting() -> (socket: Int32, error: Int32) {
        let socket = Glibc.socket(Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return (-1, errno) }
        if storage.ss_family != AF_UNIX {
            var on: Int32 = 1
            unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            unsafe setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        let size = length
        let result = unsafe withUnsafeBytes(of: storage) { unsafe connect(socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), size) }
        if result == 0 || errno == EINPROGRESS { return (socket, 0) }
        let error = errno
        close(socket)
        return (-1, error)
    }
}
