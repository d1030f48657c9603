public import Documents
internal import Expressions
internal import KafkaIO
public import Service
internal import Synchronization
public import Telemetry

/// Everything embedded: a Kafka in this process, a synthetic bank that feeds it, the daemon between its topics, and a reader of the alerts who knows
/// the truth.
public final class Demonstration {
    public struct Options: Sendable {
        /// Folder of schema and packages.
        public var rules = "rules"
        public var eventsPerSecond = 200.0
        public var customers = 20_000
        public var seed: UInt64 = 1
        /// nil: until stopped.
        public var durationMilliseconds: Int64?
        public var language = "en"

        public init() {}
    }

    /// An alert as the reader sees it.
    public struct Alert: Sendable {
        public var json: [UInt8]
        public var eventTimeMilliseconds: Int64
        public var level: String
        public var subject: String
        public var score: Double
        /// Id, title and the values that it was decided on, a line each.
        public var rules: [String]
        public var actions: [String]
        /// From the record's timestamp to here.
        public var latencyMilliseconds: Int64
        /// The fraud story that the event belongs to; nil for an honest one.
        public var truth: Truth?
        public var lookAlike: String?
    }

    public struct Summary: Sendable {
        public var seconds = 0.0
        public var events: UInt64 = 0
        public var alerts: UInt64 = 0
        /// Alerts on events of a fraud story.
        public var rightAlerts: UInt64 = 0
        /// Stories that have begun long enough ago to be caught, and of these the ones that raised an alert.
        public var stories = 0
        public var storiesCaught = 0
        /// Of the alerts once the quick first phase is over.
        public var latencyP50Milliseconds = 0.0
        public var latencyP99Milliseconds = 0.0
        public var latencyMaxMilliseconds = 0.0
    }

    /// The bank's clock starts so long before now that its events never lie in the future, however fast they are played.
    private static let startBeforeNowMilliseconds: Int64 = 60 * 86_400_000
    /// Played quickly at the start: nobody has a past yet, so nothing can alert before the first frauds ripen, which took two to three thousand events.
    private static let prologueEvents = 6_000.0
    private static let prologueEventsPerSecond = 4_000.0
    /// What the prologue has piled up is decided within this time.
    private static let settlingMilliseconds: Int64 = 1_000
    private static let partitions = 3
    private static let topics = Configuration.Topics.defaults

    private let options: Options
    private let stop: StopFlag
    private let feedStop = StopFlag()
    private let cluster: MockCluster
    private let daemon: Daemon
    private let shared = Shared()
    private var histogram = LatencyHistogram()
    private var startedNanoseconds: Int64 = 0
    private var summary = Summary()

    /// What the feed knows and the reader looks up.
    private final class Shared: Sendable {
        struct State {
            var truths: [String: Truth] = [:]
            var lookAlikes: [String: String] = [:]
            /// Performance number of each story, with whether an alert came.
            var performances: [Int: Bool] = [:]
            var sent: UInt64 = 0
        }

        let state = Mutex(State())
        let ending = Mutex<Daemon.Ending?>(nil)
        let isRunning = Atomic(true)
        /// When the last event of the prologue was sent.
        let prologueEndMilliseconds = Atomic(Int64.max)
    }

    /// - Parameter stop: set by any thread, ends `run`.
    public init(_ options: Options, build: String, log: Logger, stop: StopFlag) throws(Diagnostics) {
        self.options = options
        self.stop = stop
        do {
            cluster = try MockCluster(brokerCount: 1)
            for topic in SyntheticBank.topics { try cluster.createTopic(topic, partitionCount: Self.partitions) }
            for topic in Self.topics { try cluster.createTopic(topic, partitionCount: 1) }
        } catch {
            throw Diagnostics([
                Diagnostic(code: "mock-cluster", "the embedded Kafka does not start: \(error)", remedy: "see that the package librdkafka1 is installed")
            ])
        }
        // The mock broker holds a fetch for the whole wait; a real one answers at once.
        let configuration = try Configuration.read(
            Array(
                """
                schema: \(options.rules)/schema.yaml
                packages: [{path: \(options.rules)}]
                kafka:
                  bootstrap: "\(cluster.bootstrapServers)"
                  group: vane-demo
                  consumer: {fetch.wait.max.ms: 5, topic.metadata.refresh.interval.ms: 300000}
                """.utf8), file: "demo.yaml")
        daemon = try Daemon(configuration, build: build, log: log, registry: MetricsRegistry(), stop: stop, isDemo: true)
    }

    /// What is doubtful about the schema and the packages.
    public var warnings: [Diagnostic] { daemon.warnings }

    /// Runs until the duration is over or `stop` is set.
    /// - Parameters:
    ///   - onAlert: takes each alert as it arrives, on this thread.
    ///   - onSummary: takes the figures so far, about every two seconds.
    /// - Returns: the final figures, or why it failed.
    public func run(onAlert: (Alert) -> Void, onSummary: (Summary) -> Void) -> Result<Summary, Diagnostics> {
        startedNanoseconds = Service.Clock.steadyNanoseconds()
        startDaemon()
        let reader: Consumer
        let table: TableReader
        let messages = MessageBatch(capacity: 256)
        let properties = [("bootstrap.servers", cluster.bootstrapServers), ("fetch.wait.max.ms", "5")]
        do {
            reader = try Consumer(group: "vane-demo-screen", properties: properties)
            table = try TableReader(topic: "alerts", properties: properties)
            _ = reader.attach(table)
            try startFeed()
        } catch {
            return .failure(Diagnostics([Diagnostic(code: "demo", "\(error)", remedy: "report this")]))
        }
        var nextSummary = startedNanoseconds + 2_000_000_000
        while shared.isRunning.load(ordering: .acquiring) {
            _ = reader.poll(into: messages, timeoutMilliseconds: 50)
            for message in messages { take(message, onAlert) }
            let now = Service.Clock.steadyNanoseconds()
            if let duration = options.durationMilliseconds, now - startedNanoseconds >= duration * 1_000_000 { feedStop.set() }
            if stop.isSet { feedStop.set() }
            if feedStop.isSet {
                // What is under way still arrives.
                if now > settleUntil { stop.set() } else if settleUntil == .max { settleUntil = now + 500_000_000 }
            }
            if now >= nextSummary {
                nextSummary = now + 2_000_000_000
                onSummary(figures())
            }
        }
        if case .failed(let why)? = shared.ending.withLock({ $0 }) {
            return .failure(Diagnostics([Diagnostic(code: "demo", why, remedy: "see the log lines above")]))
        }
        return .success(figures())
    }

    private var settleUntil = Int64.max

    private func startDaemon() {
        // SAFETY: only the new thread touches the daemon from here on.
        nonisolated(unsafe) let daemon = daemon
        let shared = shared
        Threads.start {
            let ending = daemon.run()
            shared.ending.withLock { $0 = ending }
            shared.isRunning.store(false, ordering: .releasing)
        }
    }

    // MARK: The feed

    private func startFeed() throws(ConfigurationError) {
        nonisolated(unsafe) let producer = try Producer(
            properties: [("bootstrap.servers", cluster.bootstrapServers), ("linger.ms", "1")], onDelivery: { _ in })
        let shared = shared
        let feedStop = feedStop
        let options = options
        let start = Service.Clock.nowMilliseconds() - Self.startBeforeNowMilliseconds
        Threads.start {
            var bank = SyntheticBank(seed: options.seed, startMilliseconds: start, customers: options.customers)
            let topics = Dictionary(uniqueKeysWithValues: SyntheticBank.topics.map { ($0, Topic($0)) })
            let began = Service.Clock.steadyNanoseconds()
            var sent: UInt64 = 0
            while !feedStop.isSet {
                let due = Self.eventsDue(after: Double(Service.Clock.steadyNanoseconds() - began) / 1e9, options.eventsPerSecond)
                while sent < due && !feedStop.isSet {
                    let event = bank.next()
                    shared.state.withLock { state in
                        if sent >= UInt64(Self.prologueEvents) { state.sent += 1 }
                        if let truth = event.truth {
                            state.truths[event.eventID] = truth
                            if state.performances[truth.performance] == nil { state.performances[truth.performance] = false }
                        } else if let lookAlike = event.lookAlike {
                            state.lookAlikes[event.eventID] = lookAlike
                        }
                    }
                    var key = event.key
                    let topic = topics[event.topic]!
                    sent += 1
                    if sent == UInt64(Self.prologueEvents) { shared.prologueEndMilliseconds.store(Service.Clock.nowMilliseconds(), ordering: .releasing) }
                    key.withUTF8 { key in
                        event.json.withUnsafeBytes { json in
                            while case .queueFull = producer.produce(to: topic, key: UnsafeRawBufferPointer(key), value: json, sequence: sent) {
                                producer.poll(timeoutMilliseconds: 10)
                            }
                        }
                    }
                }
                // Paces the feed: waits for acknowledgements, at most a few milliseconds.
                producer.poll(timeoutMilliseconds: 2)
            }
            _ = producer.flush(timeoutMilliseconds: 2_000)
        }
    }

    private static func eventsDue(after seconds: Double, _ eventsPerSecond: Double) -> UInt64 {
        let prologue = min(prologueEvents, seconds * max(prologueEventsPerSecond, eventsPerSecond))
        let prologueSeconds = prologueEvents / max(prologueEventsPerSecond, eventsPerSecond)
        return UInt64(prologue + max(0, seconds - prologueSeconds) * eventsPerSecond)
    }

    // MARK: The reader

    private func take(_ message: Message, _ onAlert: (Alert) -> Void) {
        guard let payload = message.payload, case .map(let alert)? = try? parseJSONValue(Array(payload)) else { return }
        func text(_ key: String, _ map: MapValue? = nil) -> String {
            if case .string(let text)? = (map ?? alert).value(for: .string(key)) { return text }
            return ""
        }
        func list(_ key: String) -> [MapValue] {
            guard case .list(let values)? = alert.value(for: .string(key)) else { return [] }
            return values.compactMap { if case .map(let map) = $0 { map } else { nil } }
        }
        func time(_ key: String) -> Int64 { Timestamp(rfc3339: text(key))?.epochMilliseconds ?? 0 }
        var latency: Int64 = 0
        var recordMilliseconds: Int64 = 0
        if case .int(let milliseconds)? = alert.value(for: .string("latency_ms")) {
            recordMilliseconds = time("decided_at") - milliseconds
            latency = max(0, Service.Clock.nowMilliseconds() - recordMilliseconds)
        }
        var score = 0.0
        if case .double(let value)? = alert.value(for: .string("score")) { score = value }
        let evidence = list("evidence").compactMap { map -> String? in
            guard let value = map.value(for: .string("value")) else { return nil }
            return "\(text("indicator", map)) = \(Self.text(of: value))"
        }
        let rules = list("hits").map { hit in "\(text("rule", hit)) \(text("title", hit))" } + (evidence.isEmpty ? [] : [evidence.joined(separator: ", ")])
        let eventID = text("event_id")
        let (truth, lookAlike) = shared.state.withLock { state in
            let truth = state.truths[eventID]
            if let truth { state.performances[truth.performance] = true }
            return (truth, state.lookAlikes[eventID])
        }
        let prologueEnd = shared.prologueEndMilliseconds.load(ordering: .acquiring)
        if prologueEnd != .max && recordMilliseconds >= prologueEnd + Self.settlingMilliseconds { histogram.record(latency * 1_000) }
        summary.alerts += 1
        if truth != nil { summary.rightAlerts += 1 }
        onAlert(
            Alert(
                json: Array(payload), eventTimeMilliseconds: time("event_time"), level: text("level"), subject: text("subject"), score: score, rules: rules,
                actions: list("actions").map { text("action", $0) }, latencyMilliseconds: latency, truth: truth, lookAlike: lookAlike))
    }

    private static func text(of value: Value) -> String {
        switch value {
        case .null: "none"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): ((number * 100).rounded() / 100).description
        case .string(let text): text
        default: "…"
        }
    }

    private func figures() -> Summary {
        var figures = summary
        figures.seconds = Double(Service.Clock.steadyNanoseconds() - startedNanoseconds) / 1e9
        shared.state.withLock { state in
            figures.events = state.sent
            figures.stories = state.performances.count
            figures.storiesCaught = state.performances.values.count { $0 }
        }
        figures.latencyP50Milliseconds = Double(histogram.percentile(0.5)) / 1_000
        figures.latencyP99Milliseconds = Double(histogram.percentile(0.99)) / 1_000
        figures.latencyMaxMilliseconds = Double(histogram.maximum) / 1_000
        return figures
    }
}

extension Configuration.Topics {
    /// The topics of outputs, and the two that are inputs beside the schema's, as they are named by default.
    static var defaults: [String] {
        let topics = Self()
        return [topics.alerts, topics.controlActions, topics.decisions, topics.listEntries, topics.deadLetters, topics.control]
    }
}
