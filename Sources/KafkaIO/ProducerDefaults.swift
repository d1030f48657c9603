/// The properties that Vane sets where the user does not, with the reason where it differs from librdkafka's own.
enum ProducerDefaults {
    static func properties(over user: [(name: String, value: String)]) -> [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = [
            // No duplicates and no gaps by retries; also bounds the requests in flight, without which linger 0 drowns a broker.
            ("enable.idempotence", "true"),
            ("acks", "all"),
            // Messages batch themselves while five requests are in flight, so waiting longer only adds latency.
            ("linger.ms", "0"),
            // What may wait for acknowledgement; at the limit `produce` says `queueFull`.
            ("queue.buffering.max.messages", "100000"),
            ("queue.buffering.max.kbytes", "65536"),
            ("socket.nagle.disable", "true"),
            ("reconnect.backoff.max.ms", "1000"),
        ]
        // An output is never given up while the process lives: its event's offset could not be committed anyway, and
        // back-pressure pauses consumption meanwhile. A transaction has its own time limit.
        if !user.contains(where: { $0.name == "transactional.id" }) { properties.append(("message.timeout.ms", "0")) }
        return properties
    }
}
