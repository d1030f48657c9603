/// The properties that Vane sets where the user does not. Each differs from librdkafka's own default, or is spelled out
/// because the design depends on it.
enum ConsumerDefaults {
    /// For every reader.
    static let reader: [(name: String, value: String)] = [
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        ("auto.offset.reset", "earliest"),
        // What a transaction left unfinished or gave up has not happened.
        ("isolation.level", "read_committed"),
        // A missing topic is an error to report by name, not something to create with the broker's defaults.
        ("allow.auto.create.topics", "false"),
        // A topic that appears is noticed within this time (librdkafka: 5 minutes).
        ("topic.metadata.refresh.interval.ms", "5000"),
        // The broker answers a fetch at once when there is data; this only bounds how long a newly assigned or rewound
        // partition waits behind a fetch that is under way (librdkafka: 500).
        ("fetch.wait.max.ms", "100"),
        ("fetch.error.backoff.ms", "100"),
        // Small requests must not wait for earlier acknowledgements.
        ("socket.nagle.disable", "true"),
        // Back within a second after an outage (librdkafka: 10 s).
        ("reconnect.backoff.max.ms", "1000"),
        // What is fetched ahead, in memory. When it is exceeded, librdkafka before 2.2 does not fetch for a second (its issue
        // 2879), so it must hold a second's worth at the highest rate: 64 MiB is 160,000 messages of 400 bytes.
        ("queued.max.messages.kbytes", "65536"),
    ]

    /// For members of a group.
    static let member: [(name: String, value: String)] =
        reader + [("partition.assignment.strategy", "cooperative-sticky")]

    /// For tables: the end of a partition is what says that the table is complete.
    static let table: [(name: String, value: String)] = reader + [("enable.partition.eof", "true")]
}
