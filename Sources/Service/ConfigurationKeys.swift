/// The keys that a flag or a variable can give, and how their text is read.
enum ConfigurationKeys {
    enum Kind {
        /// The text as it is: `--set kafka.group=007` is the group "007".
        case text
        /// A value in YAML: numbers, lists, maps.
        case yaml
        /// A map whose own keys may contain points, such as librdkafka's properties.
        case openMap
        /// Only from the environment, since files and process lists are read by others.
        case environmentOnly
    }

    static let all: [(path: String, kind: Kind)] = [
        ("schema", .text), ("schema_updates", .yaml), ("schema_updates.url", .text), ("packages", .yaml), ("kafka", .yaml), ("kafka.bootstrap", .text),
        ("kafka.group", .text), ("kafka.delivery", .text),
        ("kafka.commit_interval", .text), ("kafka.transactional_id", .text),
        ("kafka.decisions", .yaml), ("kafka.topics", .yaml), ("kafka.topics.alerts", .text), ("kafka.topics.control_actions", .text),
        ("kafka.topics.decisions", .text), ("kafka.topics.list_entries", .text), ("kafka.topics.dead_letters", .text),
        ("kafka.topics.control", .text), ("kafka.properties", .openMap), ("kafka.consumer", .openMap), ("kafka.producer", .openMap),
        ("journals", .yaml), ("journals.redis", .yaml), ("journals.redis.url", .text), ("journals.redis.prefix", .text),
        ("journals.redis.password_file", .text), ("journals.redis.outage", .text), ("journals.memory", .text),
        ("journals.records_per_entity", .yaml), ("lists", .yaml), ("pseudonym", .yaml), ("pseudonym.key_file", .text),
        ("pseudonym.key", .environmentOnly), ("budget", .text), ("overload", .yaml), ("overload.redis_down", .text), ("accept", .yaml),
        ("accept.future", .text), ("http", .yaml), ("http.listen", .text), ("log", .yaml), ("log.level", .text), ("log.format", .text),
        ("state_directory", .text),
    ]

    /// A key that was found: the steps to it in the tree, and how its text is read.
    struct Match {
        var steps: [String]
        var kind: Kind
    }

    /// The key of `--set KEY=…`; in an open map, everything behind its name is one key.
    static func match(path: String) -> Match? {
        if let known = all.first(where: { $0.path == path }) {
            return Match(steps: path.split(separator: ".").map(String.init), kind: known.kind == .openMap ? .yaml : known.kind)
        }
        for (map, kind) in all where kind == .openMap && path.hasPrefix(map + ".") && path.utf8.count > map.utf8.count + 1 {
            return Match(steps: map.split(separator: ".").map(String.init) + [String(path.dropFirst(map.count + 1))], kind: .text)
        }
        return nil
    }

    /// The key of a variable: `VANE_KAFKA_GROUP`. No two keys have the same variable; in an open map, underscores are points, as no property of
    /// librdkafka that a text can set has an underscore.
    static func match(variable: String) -> Match? {
        for (path, kind) in all where self.variable(of: path) == variable {
            return Match(steps: path.split(separator: ".").map(String.init), kind: kind == .openMap ? .yaml : kind)
        }
        for (map, kind) in all where kind == .openMap && variable.hasPrefix(self.variable(of: map) + "_") {
            let rest = variable.dropFirst(self.variable(of: map).count + 1).lowercased()
            guard !rest.isEmpty else { continue }
            return Match(steps: map.split(separator: ".").map(String.init) + [String(rest.map { $0 == "_" ? "." : $0 })], kind: .text)
        }
        return nil
    }

    static func variable(of path: String) -> String { "VANE_" + path.uppercased().map { $0 == "." ? "_" : String($0) }.joined() }

    /// What Kubernetes sets by itself in every pod beside a service named `vane` (VANE_SERVICE_HOST, VANE_PORT_8080_TCP_ADDR).
    static func isSetByKubernetes(_ variable: String) -> Bool {
        variable.hasPrefix("VANE_SERVICE_HOST") || variable.hasPrefix("VANE_SERVICE_PORT") || variable == "VANE_PORT" || variable.hasPrefix("VANE_PORT_")
    }
}
