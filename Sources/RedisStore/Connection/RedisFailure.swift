/// Why there is no connection to a server.
public struct RedisFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// No address for its name, nobody listens, the network is gone.
        case unreachable
        /// It does not answer in time.
        case timedOut
        /// It closed the connection.
        case closed
        /// What it sends is not RESP, or not what was asked for.
        case malformed
        /// Wrong user or password, or a user who may not do what is needed.
        case authentication
        /// It is a replica.
        case readOnly
        /// It is reading its data from disk.
        case loading
        /// It is too old, or a member of a cluster where none was configured, or the reverse.
        case unsuitable
        /// The cluster has no master for some of its slots.
        case clusterDown
    }

    public let kind: Kind
    /// Which server, without credentials.
    public let server: String
    /// What happened, and what to do where an operator can do something.
    public let reason: String

    public init(_ kind: Kind, server: String, reason: String) {
        self.kind = kind
        self.server = server
        self.reason = reason
    }

    /// Whether trying again soon may help.
    var isTransient: Bool { kind != .authentication && kind != .unsuitable }

    public var description: String { "Redis \(server): \(reason) [\(kind.rawValue)]" }
}
