/// What `MOVED slot host:port` and `ASK slot host:port` say.
struct Redirection {
    let address: RedisAddress

    /// - Parameter server: who said it; an empty host means its own.
    init?(_ text: String, from server: RedisAddress) {
        let words = text.split(separator: " ")
        guard words.count >= 3, let colon = words[2].lastIndex(of: ":"), let port = UInt16(words[2][words[2].index(after: colon)...]), port > 0 else {
            return nil
        }
        guard let address = Redirection.address(host: String(words[2][..<colon]), port: port, from: server) else { return nil }
        self.address = address
    }

    static func address(host: String, port: UInt16, from server: RedisAddress) -> RedisAddress? {
        if !host.isEmpty, host != "?" { return .tcp(host: host, port: port) }
        guard case .tcp(let own, _) = server else { return nil }
        return .tcp(host: own, port: port)
    }
}
