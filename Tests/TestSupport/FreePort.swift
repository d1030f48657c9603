import Glibc

/// Ports for servers that tests start.
public enum FreePort {
    /// A port of the loopback that nobody has, until somebody takes it.
    ///
    /// Below what the kernel gives to outgoing connections, so that none takes it in between; nor that of a Redis cluster's bus, which is 10,000 higher.
    public static func find() -> UInt16 {
        let (socket, port) = bound()
        close(socket)
        return port
    }

    /// A socket with such a port of its own. The caller closes it.
    public static func bound() -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        while true {
            let port = UInt16.random(in: 12_000..<22_000)
            address.sin_port = port.bigEndian
            let isFree = withUnsafeBytes(of: &address) { bind(socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), 16) == 0 }
            if isFree { return (socket, port) }
        }
    }
}
