/// A topic to create.
public struct TopicDefinition: Equatable, Sendable {
    public var name: String
    /// nil for the broker's default.
    public var partitionCount: Int?
    /// nil for the broker's default.
    public var replicationFactor: Int?
    /// Topic configuration, such as `cleanup.policy` = `compact`.
    public var configuration: [String: String]

    public init(name: String, partitionCount: Int? = nil, replicationFactor: Int? = nil, configuration: [String: String] = [:]) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }
}
