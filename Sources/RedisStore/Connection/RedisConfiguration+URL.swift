extension RedisConfiguration {
    /// Reads one of
    /// - `redis://[user:password@]host[:port][/database]`
    /// - `redis-socket:///path/redis.sock[?db=n]`, also as `unix://`
    /// - `redis-cluster://[user:password@]host[:port],host[:port]…`
    ///
    /// - Parameters:
    ///   - user: goes before the URL's.
    ///   - password: goes before the URL's: from ``RedisSecret``, so that no file that is shown holds it.
    ///   - cluster: makes a cluster of `redis://`.
    public init(url: String, user: String? = nil, password: String? = nil, cluster: Bool = false) throws(RedisConfigurationError) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { throw .url("there is no '://'; write redis://host:port/database") }
        let scheme = url[..<colon].lowercased()
        let rest = url[url.index(colon, offsetBy: 3)...]
        switch scheme {
        case "redis": try self.init(servers: rest, isCluster: cluster)
        case "redis-cluster": try self.init(servers: rest, isCluster: true)
        case "redis-socket", "unix":
            guard !cluster else { throw .url("a cluster is reached over TCP: write redis-cluster://host:port,host:port") }
            try self.init(socket: rest)
        case "rediss":
            throw .url("TLS is not built in: point redis:// or redis-socket:// at a tunnel, for instance stunnel, that listens on this machine")
        default:
            throw .url("'\(scheme)://' is not known; there are redis://, redis-cluster:// and redis-socket://")
        }
        if let user { self.user = user }
        if let password { self.password = password }
        guard self.user == nil || self.password != nil else { throw RedisConfigurationError(setting: "user", reason: "a user needs a password") }
    }

    private init(servers: Substring, isCluster: Bool) throws(RedisConfigurationError) {
        var rest = servers
        self.init(address: .unix(path: ""))
        self.isCluster = isCluster
        if let at = rest.lastIndex(of: "@") {
            let credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
            let colon = credentials.firstIndex(of: ":") ?? credentials.endIndex
            let name = try RedisConfiguration.decoded(credentials[..<colon])
            user = name.isEmpty ? nil : name
            if colon < credentials.endIndex { password = try RedisConfiguration.decoded(credentials[credentials.index(after: colon)...]) }
        }
        if let question = rest.firstIndex(of: "?") {
            throw .url("'\(rest[question...])' is not known; the database goes behind the port: redis://host:6379/1")
        }
        if let slash = rest.firstIndex(of: "/") {
            database = try RedisConfiguration.database(rest[rest.index(after: slash)...])
            rest = rest[..<slash]
        }
        if isCluster, database != 0 { throw .url("a cluster has only database 0") }
        addresses = []
        for part in rest.split(separator: ",", omittingEmptySubsequences: false) {
            guard let address = RedisAddress(hostAndPort: part) else { throw .url("'\(part)' is not host:port") }
            addresses.append(address)
        }
        if !isCluster, addresses.count != 1 { throw .url("several servers are a cluster's: write redis-cluster://\(rest)") }
    }

    private init(socket: Substring) throws(RedisConfigurationError) {
        var path = socket
        var database = 0
        if let question = path.firstIndex(of: "?") {
            let query = path[path.index(after: question)...]
            guard query.hasPrefix("db=") else { throw .url("'?\(query)' is not known; the database is ?db=1") }
            database = try RedisConfiguration.database(query.dropFirst(3))
            path = path[..<question]
        }
        guard path.hasPrefix("/") else { throw .url("a socket's path begins at the root: redis-socket:///run/redis/redis.sock") }
        let decoded = try RedisConfiguration.decoded(path)
        guard decoded.utf8.count <= SocketAddress.pathBytesMax else {
            throw .url("a socket's path has at most \(SocketAddress.pathBytesMax) bytes, this one \(decoded.utf8.count)")
        }
        self.init(address: .unix(path: decoded), database: database)
    }

    private static func database(_ text: Substring) throws(RedisConfigurationError) -> Int {
        if text.isEmpty { return 0 }
        guard let number = UInt16(text) else { throw .url("'\(text)' is not the number of a database") }
        return Int(number)
    }

    /// With `%40` and the like read.
    private static func decoded(_ text: Substring) throws(RedisConfigurationError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.first != 0x2B, digits.first != 0x2D, let digitText = String(digits), let value = UInt8(digitText, radix: 16) else {
                throw .url("a '%' stands before two hexadecimal digits; itself it is written %25")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .url("what '%' stands for is not UTF-8") }
        return decoded
    }
}

extension RedisConfigurationError {
    static func url(_ reason: String) -> RedisConfigurationError { RedisConfigurationError(setting: "url", reason: reason) }
}
