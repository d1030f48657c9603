import Glibc
import KafkaIO
import Testing

/// A schema, a package and a configuration of `vane run`, with topics of their own on a cluster.
final class Deployment {
    let cluster: Cluster
    let folder = Folder()
    let name: String
    let transactions: String
    let alerts: String
    let controlActions: String
    let decisions: String
    let listEntries: String
    let deadLetters: String

    /// - Parameters:
    ///   - createsInput: whether the topic of the transactions exists from the start.
    ///   - kafka: further keys of the section `kafka`, indented by two.
    ///   - rest: further sections.
    init(_ cluster: Cluster, partitions: Int = 2, createsInput: Bool = true, kafka: String = "", rest: String = "") throws {
        self.cluster = cluster
        name = Cluster.unique("it")
        transactions = name + "-transactions"
        alerts = name + "-alerts"
        controlActions = name + "-control-actions"
        decisions = name + "-decisions"
        listEntries = name + "-list-entries"
        deadLetters = name + "-dead-letters"
        if createsInput { try cluster.createTopic(transactions, partitions: partitions) }
        for topic in [alerts, controlActions, decisions, deadLetters] { try cluster.createTopic(topic, partitions: 1) }
        try cluster.createTopic(listEntries, partitions: 1, configuration: ["cleanup.policy": "compact"])
        try folder.write("schema.yaml", schema)
        try folder.write("rules/watch/package.yaml", Self.package)
        try folder.write(
            "vane.yaml",
            """
            schema: schema.yaml
            packages: [{path: rules}]
            kafka:
              bootstrap: "\(cluster.bootstrap)"
              group: \(name)
              topics: {alerts: \(alerts), control_actions: \(controlActions), decisions: \(decisions), list_entries: \(listEntries), dead_letters: \(deadLetters), control: \(name)-control}
            \(kafka)
            lists: [{name: black, file: lists/black.csv}, {name: white, file: lists/white.jsonl}]
            accept: {future: 5m}
            \(rest)
            """)
        try folder.write("lists/black.csv", "subject,reason,expires_at\nmule-1,\"sold, in 2025\",\nmule-2,borrowed,2026-01-01T00:00:00Z\n")
        try folder.write("lists/white.jsonl", "{\"subject\":\"grandmother\",\"attributes\":{\"why\":\"known\"}}\n")
    }

    var configuration: String { folder.path + "/vane.yaml" }

    /// Starts `vane run`.
    func start(_ settings: [String] = [], environment: [String: String] = [:], executable: String = Places.executable) throws -> Child {
        try Child(["run", "--config", configuration] + settings.flatMap { ["--set", $0] }, executable: executable, environment: environment)
    }

    /// Sends a transaction; its time is `seconds` into a day.
    func send(
        _ feed: Feed, _ id: String, account: String = "A", amount: String = "2000.00", payee: String? = nil, seconds: Int = 0, headers: [(String, String)] = []
    ) {
        feed.send(transactions, key: account, Self.event(id, account: account, amount: amount, payee: payee, seconds: seconds), headers: headers)
    }

    static func event(_ id: String, account: String = "A", amount: String = "2000.00", payee: String? = nil, seconds: Int = 0) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = "2026-03-01T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
        let counterparty = payee.map { ",\"counterparty\":\"\($0)\"" } ?? ""
        return "{\"event_id\":\"\(id)\",\"event_time\":\"\(time)\",\"account_id\":\"\(account)\",\"amount\":\(amount),\"direction\":\"out\"\(counterparty)}"
    }

    private var schema: String {
        """
        timezone: UTC
        events:
          transaction:
            topic: \(transactions)
            id: event_id
            time: event_time
            fields:
              account_id: {type: string}
              amount: {type: decimal, scale: 2}
              direction: {type: enum, values: [in, out]}
              counterparty: {type: string, optional: true}
              counter: {type: int, optional: true}
        entities:
          account: {key: account_id, history: 30d, record: [amount, direction]}
        """
    }

    private static let package = """
        package: watch
        version: "7"
        priority: critical
        on: [transaction]
        indicators:
          - {id: count_1h, entity: account, aggregate: count, window: 1h}
          - {id: sum_1h, entity: account, aggregate: sum(amount), window: 1h}
        rules:
          - {id: large, title: {en: Large, zh: 大额}, kind: score, when: 'amount >= 1000.0', score: 45, dimension: amount}
          - {id: many, kind: score, when: 'count_1h >= 3 && sum_1h >= 3000.0', score: 40}
          - {id: listed, kind: score, when: 'in_list("grey", account_id)', score: 30}
          - {id: payee, kind: score, when: 'in_list("black", counterparty)', score: 20}
          - {id: reason, kind: hit, when: 'list_attr("black", counterparty, "reason") == "sold, in 2025"'}
          - {id: trusted, kind: hit, when: 'in_list("white", counterparty) && list_attr("white", counterparty, "why") == "known"'}
          - {id: grey, kind: list, when: 'amount >= 5000.0', list: {name: grey, subject: account_id, ttl: 7d}}
        decide:
          score: sum
          levels: {yellow: 40, red: 80}
          actions:
            yellow: [{action: step_up, on: account}]
            red: [{action: block, on: account, for: 24h}]
        """
}

extension Record {
    /// The ids of the rules in an alert, in order.
    var rules: [String] { json["hits"].array.compactMap { $0["rule"].string } }
    var eventID: String { json["event_id"].string ?? "" }
}
