internal import Documents

extension ConfigurationSection {
    /// Properties that Vane sets itself, with the reason or the key to use.
    private static let ownProperties: [(name: String, remedy: String)] = [
        ("bootstrap.servers", "use kafka.bootstrap"), ("metadata.broker.list", "use kafka.bootstrap"), ("group.id", "use kafka.group"),
        ("transactional.id", "use kafka.transactional_id"), ("enable.idempotence", "use kafka.delivery"),
        ("enable.auto.commit", "remove it: offsets are committed after the outputs"),
        ("enable.auto.offset.store", "remove it: offsets are committed after the outputs"),
    ]

    /// A millisecond to a minute: longer, and too much would be decided again after a crash.
    private static let commitIntervalRange: ClosedRange<Int64> = 1...60_000

    mutating func readKafka() -> Configuration.Kafka {
        var kafka = section("kafka")
        let bootstrap = kafka.text("bootstrap", .required) ?? ""
        if !bootstrap.isEmpty, !bootstrap.split(separator: ",", omittingEmptySubsequences: false).allSatisfy({ Configuration.Listen(trimmed($0)) != nil }) {
            kafka.reject("bootstrap", "'\(bootstrap)' is no list of brokers", "write host:port, several separated by commas")
        }
        let group = kafka.text("group", default: "vane")
        let delivery = kafka.choice("delivery", default: Configuration.Kafka.Delivery.atLeastOnce)
        let interval = kafka.duration("commit_interval", in: Self.commitIntervalRange, default: delivery == .exactlyOnce ? 100 : 500)
        let transactionalID = kafka.text("transactional_id", .optional)
        let decisions = kafka.readDecisions()
        let topics = kafka.readTopics()
        let properties = kafka.readProperties("properties")
        let consumer = kafka.readProperties("consumer")
        let producer = kafka.readProperties("producer")
        kafka.finish()
        return Configuration.Kafka(
            bootstrap: bootstrap, group: group, delivery: delivery, commitIntervalMilliseconds: interval, transactionalID: transactionalID,
            decisions: decisions, topics: topics, properties: properties, consumer: consumer, producer: producer)
    }

    private mutating func readDecisions() -> Configuration.DecisionShare {
        let node = reader.optional("decisions")
        record("decisions", node?.text ?? "none", isGiven: node != nil)
        guard let node else { return .none }
        switch (node.text, node.content) {
        case ("none", _): return .none
        case ("all", _): return .all
        case (_, .double(let share)) where share > 0 && share < 1: return .share(share)
        case (_, .int(1)): return .all
        case (_, .int(0)): return .none
        default:
            reject("decisions", "'decisions' is '\(node.text)'", "write none, all, or a share between 0 and 1 such as 0.01")
            return .none
        }
    }

    private mutating func readTopics() -> Configuration.Topics {
        var section = section("topics")
        var topics = Configuration.Topics()
        topics.alerts = section.topic("alerts", default: topics.alerts)
        topics.controlActions = section.topic("control_actions", default: topics.controlActions)
        topics.decisions = section.topic("decisions", default: topics.decisions)
        topics.listEntries = section.topic("list_entries", default: topics.listEntries)
        topics.deadLetters = section.topic("dead_letters", default: topics.deadLetters)
        topics.control = section.topic("control", default: topics.control)
        section.finish()
        return topics
    }

    /// Kafka's own rule for names of topics.
    private mutating func topic(_ key: String, default fallback: String) -> String {
        let name = text(key, default: fallback)
        let isValid =
            name.utf8.count <= 249 && name != "." && name != ".."
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        if !isValid { reject(key, "'\(name)' is no name of a topic", "use up to 249 letters, digits, '.', '_' and '-'") }
        return name
    }

    /// Properties whose value names a file or folder.
    private static let pathProperties: Set<String> = [
        "ssl.ca.location", "ssl.certificate.location", "ssl.crl.location", "ssl.engine.location", "ssl.key.location", "ssl.keystore.location",
        "sasl.kerberos.keytab",
    ]

    /// Relative paths start at the configuration's folder; librdkafka would take the working directory. `probe` lets it search for certificates.
    private func propertyValue(_ name: String, _ text: String) -> String {
        Self.pathProperties.contains(name) && !text.isEmpty && !(name == "ssl.ca.location" && text == "probe") ? resolve(text) : text
    }

    /// librdkafka's properties; librdkafka itself knows which names and values exist.
    private mutating func readProperties(_ key: String) -> [Configuration.Property] {
        guard let node = reader.optional(key) else { return [] }
        let map = MapReader(node, "'\(path)\(key)'", diagnostics)
        return map.entries.compactMap { entry in
            let name = entry.key.text
            if let own = Self.ownProperties.first(where: { $0.name == name }) {
                diagnostics.error(code: "bad-value", "vane sets '\(name)' itself", remedy: own.remedy, at: entry.key.position)
                return nil
            }
            switch entry.value.content {
            case .list, .map, .null:
                diagnostics.error(
                    code: "wrong-type", "the property '\(name)' must be one value, not \(entry.value.kind)", remedy: "write '\(name): value'",
                    at: entry.value.position)
                return nil
            default: break
            }
            let value = propertyValue(name, entry.value.text)
            effective.record("\(path)\(key).\(name)", Secret.isSecret(property: name) ? Secret.mask : value, entry.value.position)
            return Configuration.Property(name: name, value: value, position: entry.value.position)
        }
    }

    private func trimmed(_ text: Substring) -> String { String(text.drop { $0 == " " }) }
}
