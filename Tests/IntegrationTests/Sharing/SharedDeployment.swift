import Testing

/// A schema, packages and a configuration of `vane run` over accounts, devices and addresses, with topics of their own.
final class SharedDeployment {
    let cluster: Cluster
    let name = Cluster.unique("shared")
    let folder = Folder()
    var input: String { name + "-events" }

    /// Where the outputs of one kind of process go.
    struct Outputs {
        let alerts: String, decisions: String, deadLetters: String
    }

    /// Of the processes that share journals, and of the one that nothing happens to.
    let shared: Outputs
    let alone: Outputs

    private let executable: String

    init(_ cluster: Cluster, _ server: RedisServer, partitions: Int, executable: String = Places.executable) throws {
        self.cluster = cluster
        self.executable = executable
        shared = Outputs(alerts: name + "-alerts", decisions: name + "-decisions", deadLetters: name + "-dead-letters")
        alone = Outputs(alerts: name + "-alone-alerts", decisions: name + "-alone-decisions", deadLetters: name + "-alone-dead-letters")
        try cluster.createTopic(input, partitions: partitions)
        for topic in [shared.alerts, shared.decisions, shared.deadLetters, alone.alerts, alone.decisions, alone.deadLetters] {
            try cluster.createTopic(topic, partitions: 1)
        }
        try cluster.createTopic(name + "-list-entries", partitions: 1, configuration: ["cleanup.policy": "compact"])
        try folder.write("schema.yaml", schema)
        try folder.write("rules/accounts/package.yaml", Self.accounts)
        try folder.write("rules/everything/package.yaml", Self.everything)
        try folder.write("shared.yaml", configuration(shared, group: name, sessionMilliseconds: 3_000, "journals: {redis: {url: \"\(server.url)\"}}"))
        try folder.write("alone.yaml", configuration(alone, group: name + "-alone", sessionMilliseconds: 30_000, ""))
    }

    /// Starts a process that shares journals with others.
    func start() throws -> Child { try Child(["run", "--config", folder.path + "/shared.yaml"], executable: executable) }

    /// Starts one with journals of its own.
    func startAlone() throws -> Child { try Child(["run", "--config", folder.path + "/alone.yaml"], executable: executable) }

    private func configuration(_ outputs: Outputs, group: String, sessionMilliseconds: Int, _ journals: String) -> String {
        """
        schema: schema.yaml
        packages: [{path: rules}]
        kafka:
          bootstrap: "\(cluster.bootstrap)"
          group: \(group)
          delivery: exactly-once
          commit_interval: 100ms
          decisions: all
          topics: {alerts: \(outputs.alerts), control_actions: \(outputs.alerts)-actions, decisions: \(outputs.decisions), list_entries: \(name)-list-entries, dead_letters: \(outputs.deadLetters), control: \(name)-control}
          consumer: {session.timeout.ms: \(sessionMilliseconds)}
        budget: 60s
        overload: {redis_down: pause}
        \(journals)
        """
    }

    /// History so long that no log is begun anew: then each is one key, whose order is the journal's.
    private var schema: String {
        """
        timezone: UTC
        events:
          event:
            topic: \(input)
            id: id
            time: time
            fields:
              account: {type: string, optional: true}
              device: {type: string, optional: true}
              address: {type: string, optional: true}
              amount: {type: int}
        entities:
          account: {key: account, history: 30d, record: [amount, address]}
          device: {key: device, history: 30d, record: [amount, account]}
          address: {key: address, history: 30d, record: [amount, account]}
        """
    }

    /// Raises alerts, over the partition key's entity only: they must not depend on how partitions mix.
    private static let accounts = """
        package: accounts
        version: "1"
        on: [event]
        priority: critical
        indicators:
        \(SharedIndicator.all.filter { $0.entity == "account" }.map(\.yaml).joined(separator: "\n"))
        rules:
          - {id: many, kind: score, when: 'a_count >= 3', score: 30}
          - {id: much, kind: score, when: 'a_sum >= 2000', score: 40}
          - {id: spread, kind: score, when: 'a_addresses >= 10 && a_all >= 12', score: 20}
        decide: {score: sum, levels: {yellow: 40, red: 80}}
        """

    /// Shows every indicator in every decision, without alerts.
    private static let everything = """
        package: everything
        version: "1"
        mode: shadow
        on: [event]
        priority: critical
        indicators:
        \(SharedIndicator.all.map(\.yaml).joined(separator: "\n"))
        rules:
        \(["account", "device", "address"].map { entity in
            let condition = SharedIndicator.all.filter { $0.entity == entity }.map { "\($0.id) >= 0" }.joined(separator: " && ")
            return "  - {id: \(entity), kind: hit, when: '\(condition)'}"
        }.joined(separator: "\n"))
        """
}
