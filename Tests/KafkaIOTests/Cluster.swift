import KafkaIO

/// Where a scenario runs.
struct Cluster {
    let bootstrapServers: String
    let createTopic: (_ name: String, _ partitionCount: Int, _ configuration: [String: String]) throws -> Void

    static func mock(_ cluster: MockCluster) -> Cluster {
        Cluster(bootstrapServers: cluster.bootstrapServers) { name, partitionCount, _ in
            try cluster.createTopic(name, partitionCount: partitionCount)
        }
    }

    static func real(_ broker: TestBroker) -> Cluster {
        Cluster(bootstrapServers: broker.bootstrapServers) { name, partitionCount, configuration in
            let administrator = try Administrator(properties: [("bootstrap.servers", broker.bootstrapServers)])
            try administrator.createTopics(
                [TopicDefinition(name: name, partitionCount: partitionCount, configuration: configuration)],
                timeoutMilliseconds: 30_000)
        }
    }

    /// A new topic with a name of its own.
    func topic(_ name: String, partitions: Int = 1, _ configuration: [String: String] = [:]) throws -> String {
        let name = unique(name)
        try createTopic(name, partitions, configuration)
        return name
    }
}
