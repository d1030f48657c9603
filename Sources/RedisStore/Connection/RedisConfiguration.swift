/// How to reach a Redis server or cluster.
public struct RedisConfiguration: Equatable, Sendable {
    /// One server, or some of a cluster's, from which the others are learned.
    public var addresses: [RedisAddress]
    public var isCluster: Bool
    /// The database that is selected; a cluster has only 0.
    public var database: Int
    /// The ACL user; nil for `default`.
    public var user: String?
    public var password: String?
    /// For finding the address, connecting and greeting together.
    public var connectTimeoutMilliseconds: Int32 = 2_000
    /// A server from which nothing comes for so long while replies are due counts as gone.
    public var replyTimeoutMilliseconds: Int32 = 1_000
    /// Pauses between attempts to connect double from the first to the second.
    public var reconnectMillisecondsMin: Int32 = 50
    public var reconnectMillisecondsMax: Int32 = 5_000
    /// The pause after a refusal that only an operator can mend: a wrong password, an old server.
    public var refusedMilliseconds: Int32 = 10_000

    public init(address: RedisAddress, database: Int = 0, user: String? = nil, password: String? = nil) {
        addresses = [address]
        isCluster = false
        self.database = database
        self.user = user
        self.password = password
    }

    /// A link that begins to connect when it is first used.
    public func makeLink() -> any RedisLink {
        isCluster ? ClusterLink(self) : StandaloneLink(self)
    }
}

/// The password is in no text of it.
extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        let servers = addresses.map(\.description).joined(separator: ",")
        return "\(isCluster ? "cluster " : "")\(user.map { $0 + "@" } ?? "")\(servers)/\(database)"
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
