public import Documents
internal import PackageFeed
internal import Rules
internal import Telemetry

extension Configuration {
    /// What vane.yaml looks like, for editors and the formatter.
    public static let shape = Shape.record([
        .required("schema", .text, "The schema's file. Relative paths start at this file's folder."),
        .optional("schema_updates", schemaUpdates, "Where additions to the schema come from while the process runs."),
        .optional("packages", .list(package), "The packages: files, folders or URLs."),
        .optional("kafka", kafka, "Where events come from and results go. `vane run` needs it."),
        .optional("journals", journals, "Where the history of entities is kept."),
        .optional("lists", .list(list), "The lists that conditions ask, with what they start with."),
        .optional("pseudonym", pseudonym, "The key that hashes sensitive fields."),
        .optional("budget", .duration, "The time in which a decision is useful. Default: 500ms."),
        .optional("overload", overload, "What to do when time or Redis is short."),
        .optional("accept", .record([.optional("future", .duration, "How far ahead of the clock an event may be. Default: 5m.")]), "Which events are taken."),
        .optional("http", .record([.optional("listen", .text, "host:port for status and metrics. Default: nothing listens.")]), "The HTTP interface."),
        .optional("log", log, "What is logged, and how."),
        .optional("state_directory", .text, "Where the last good documents are kept. Default: /var/lib/vane."),
    ])

    private static let schemaUpdates = Shape.record(
        [.required("url", .text, "https://…, http://… or file://… of the whole schema, with what it adds.")] + polling)

    private static let remote: [Shape.Property] =
        [.optional("url", .text, "https://…, http://… or file://… of the document, instead of a file.")] + polling

    private static let polling: [Shape.Property] = [
        .optional("every", .duration, "How often to ask for it. Default: 60s."),
        .optional("public_keys", .list(.text), "Files of the keys of which one must have signed it."),
        .optional("max_bytes", .byteSize, "The largest document that is taken."),
        .optional("timeout", .duration, "How long one request may take."),
        .optional("stale_after", .duration, "After this time without confirmation the document counts as stale."),
        .optional("stale_policy", .choice(Subscription.StalePolicy.allCases.map(\.rawValue)), "What to do about a stale document. Default: warn."),
        .optional("ca_file", .text, "Certificates of the authorities to trust, in PEM."),
    ]

    private static let package = Shape.record(
        [.optional("path", .text, "A package file, or a folder of them.")] + remote
            + [
                .optional("mode", .choice(Package.Mode.allCases.map(\.rawValue)), "Overrides the package's own mode."),
                .optional("rollout", Rollout.shape, "Overrides the package's own rollout."),
            ])

    private static let list = Shape.record(
        [.required("name", .text, "The name that conditions use."), .optional("file", .text, "A CSV file of subjects.")] + remote)

    private static let kafka = Shape.record([
        .required("bootstrap", .text, "host:port of brokers, separated by commas."),
        .optional("group", .text, "The consumer group. Default: vane."),
        .optional("delivery", .choice(Kafka.Delivery.allCases.map(\.rawValue)), "Default: at-least-once."),
        .optional("commit_interval", .duration, "How often offsets are committed. Default: 100ms exactly-once, 500ms otherwise."),
        .optional("transactional_id", .text, "The id of exactly-once transactions, one for each process."),
        .optional(
            "decisions", .either([.choice(["none", "all"]), Shape(.number(0...1))]), "Which decisions are published: none, all, or a share such as 0.01."),
        .optional("topics", topics, "Names of the topics that Vane writes and reads."),
        .optional("properties", properties, "Properties of librdkafka for consumer and producer."),
        .optional("consumer", properties, "Properties of librdkafka for the consumer only."),
        .optional("producer", properties, "Properties of librdkafka for the producer only."),
    ])

    private static let properties = Shape.table(.either([.text, Shape(.number(nil)), .bool]))

    private static let topics = Shape.record([
        .optional("alerts", .text, "Default: alerts."), .optional("control_actions", .text, "Default: control-actions."),
        .optional("decisions", .text, "Default: decisions."), .optional("list_entries", .text, "Default: list-entries."),
        .optional("dead_letters", .text, "Default: dead-letters."), .optional("control", .text, "Default: vane-control."),
    ])

    private static let journals = Shape.record([
        .optional("redis", redis, "Shares the journals between processes. Without it they live in this process."),
        .optional("memory", .byteSize, "The bound on journals in memory. Default: 4GiB."),
        .optional("records_per_entity", Shape(.int(16...10_000_000)), "How many records an entity keeps before the oldest are folded."),
    ])

    private static let redis = Shape.record([
        .required("url", .text, "redis://host:port/database, redis-socket:///path or redis-cluster://host:port,host:port."),
        .optional("prefix", .text, "What all keys start with. Default: vane:."),
        .optional("password_file", .text, "A file that holds the password."),
        .optional("outage", .duration, "How long processing may stand still before journals expire. Default: 1d."),
    ])

    private static let pseudonym = Shape.record([.optional("key_file", .text, "A file that holds the key.")])

    private static let overload = Shape.record([
        .optional("redis_down", .choice(RedisDownPolicy.allCases.map(\.rawValue)), "Decide on what is in memory, or wait. Default: degrade.")
    ])

    private static let log = Shape.record([
        .optional("level", .choice(LogLevel.allCases.map(\.rawValue)), "The least that is logged. Default: info."),
        .optional("format", .choice(LogFormat.allCases.map(\.rawValue)), "Lines for people, or JSON. Default: text."),
    ])
}
