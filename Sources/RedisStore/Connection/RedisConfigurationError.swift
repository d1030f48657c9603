/// Why a connection's settings cannot be used. Never shows a password.
public struct RedisConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Which setting: `url`, `password_file`.
    public let setting: String
    /// What is wrong and what to do.
    public let reason: String

    public var description: String { "Redis \(setting): \(reason)" }
}
