public import Documents
internal import Engine
internal import Events
internal import Glibc
internal import HTTPAPI
internal import Journals
internal import JournalSharing
internal import KafkaIO
internal import PackageFeed
internal import RedisStore
internal import Rules
public import Telemetry

/// The long-running service: everything that a configuration names, put together and run.
public final class Daemon {
    private let pipeline: Pipeline
    /// Nil where nobody may ask.
    private let server: HTTPServer?
    /// What is doubtful about the files that the configuration names; logged already.
    public let warnings: [Diagnostic]

    /// Why the daemon ended.
    public enum Ending: Sendable {
        case stopped
        /// Kafka refuses for good; the text says why.
        case failed(String)
    }

    /// Reads schema, packages, lists and keys, and connects nothing yet.
    /// - Parameters:
    ///   - stop: set by any thread, ends `run`.
    ///   - isDemo: Kafka is its own, so it reads all partitions and joins no group; sensitive fields may use a well-known key.
    /// - Throws: everything that is wrong with what the configuration names.
    public init(
        _ configuration: Configuration, build: String, log: Logger, registry: MetricsRegistry, stop: StopFlag, isDemo: Bool = false
    ) throws(Diagnostics) {
        let warnings = DiagnosticList()
        let prepared = try Prepared(configuration, isDemo: isDemo, warnings, log: log, registry: registry)
        self.warnings = warnings.sorted
        for warning in self.warnings { log.warning(warning.code, warning.description) }
        let instance = Daemon.instance
        let board = configuration.http == nil ? nil : StatusBoard(nowNanoseconds: Clock.steadyNanoseconds())
        do {
            pipeline = try Pipeline(
                prepared.kafka, engine: prepared.engine, decoder: prepared.decoder, instance: instance, build: build, log: log,
                metrics: PipelineMetrics(registry), watch: PackageWatch(registry, log: log), stop: stop, isAlone: isDemo,
                budgetMilliseconds: configuration.budgetMilliseconds,
                embedded: EmbeddedMemory(bytesMax: configuration.journals.memoryBytes, registry, log: log),
                sharing: Daemon.sharing(configuration, prepared.engine, registry, log),
                intake: prepared.feed.map { PackageIntake($0, log: log) }, board: board)
        } catch {
            throw Diagnostics([KafkaProperties.fault(error, prepared.kafka)])
        }
        if let listen = configuration.http, let board {
            let endpoint = StatusEndpoint(
                board: board, registry: registry, instance: instance, build: build, group: prepared.kafka.group,
                delivery: prepared.kafka.delivery.rawValue, startedMilliseconds: Clock.nowMilliseconds(), feed: prepared.feed?.statusReader,
                refresh: prepared.feed?.refresher, isStopping: { stop.isSet }, now: { (Clock.nowMilliseconds(), Clock.steadyNanoseconds()) })
            server = try Daemon.listen(listen, endpoint, registry, log)
        } else {
            server = nil
        }
        for package in prepared.engine.rules.packages {
            log.info(
                "package", "running package \(package.name) \(package.version)",
                [
                    "package": .string(package.name), "version": .string(package.version), "rules": .number(package.rules.count),
                    "mode": .string(package.mode.rawValue),
                ])
        }
    }

    private static func listen(
        _ listen: Configuration.Listen, _ endpoint: StatusEndpoint, _ registry: MetricsRegistry, _ log: Logger
    ) throws(Diagnostics) -> HTTPServer {
        registry.gauge("vane_indicators_warming", help: "Indicators whose windows reach back to before what they read was recorded.") {
            Double(endpoint.board.snapshot?.warmingIndicators.count ?? 0)
        }
        do {
            let server = try HTTPServer(host: listen.host, port: listen.port) { endpoint.answer($0) }
            let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
            log.info("listening", "status and metrics at http://\(host):\(server.port)", ["port": .number(server.port)])
            return server
        } catch {
            throw Diagnostics([
                Diagnostic(code: "cannot-listen", error.message, remedy: "choose another address for http.listen, or leave it out")
            ])
        }
    }

    /// Host and process: different for any two processes that run at once.
    private static var instance: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        return "\(host)-\(getpid())"
    }

    public func run() -> Ending {
        do {
            try pipeline.run()
            return .stopped
        } catch {
            return .failed("\(error)")
        }
    }

    private static func pseudonymiser(_ configuration: Configuration, _ schema: Schema, isDemo: Bool) throws(Diagnostics) -> Pseudonymiser? {
        switch configuration.pseudonymKey {
        case .file(let path): return try PseudonymKey.pseudonymiser(for: schema, keyFile: path)
        case .environment(let secret): return try PseudonymKey.pseudonymiser(for: schema, key: Array(secret.reveal().utf8))
        case nil: return try PseudonymKey.pseudonymiser(for: schema, keyFile: nil, forTesting: isDemo)
        }
    }

    private static func sharing(_ configuration: Configuration, _ engine: Engine, _ registry: MetricsRegistry, _ log: Logger) -> Sharing? {
        guard let redis = configuration.journals.redis else { return nil }
        let link = redis.server.makeLink()
        let options = SharedJournals.Options(prefix: redis.prefix, outageMilliseconds: redis.outageMilliseconds)
        return Sharing(
            SharedJournals(engine.store, link, options), link, policy: configuration.redisDown, memoryBytes: configuration.journals.memoryBytes,
            budgetMilliseconds: configuration.budgetMilliseconds, registry, log: log)
    }

    /// Everything short of a connection: what `run` and `check` have in common.
    private struct Prepared {
        let kafka: Configuration.Kafka
        let engine: Engine
        let decoder: Decoder
        /// Nil where nothing comes by URL, and in a check.
        let feed: Feed?

        /// - Parameter isCheck: the key for sensitive fields may be somewhere else, so that its absence is a warning.
        init(
            _ configuration: Configuration, isDemo: Bool = false, isCheck: Bool = false, _ warnings: DiagnosticList, log: Logger = .silent,
            registry: MetricsRegistry = MetricsRegistry()
        ) throws(Diagnostics) {
            let diagnostics = DiagnosticList()
            if configuration.kafka == nil {
                diagnostics.error(
                    code: "missing-key", "the configuration has no 'kafka'", remedy: "add 'kafka: {bootstrap: \"host:9092\", group: vane}'", at: nil)
            }
            var loaded: Loaded?
            do { loaded = try Loaded(configuration, warnings) } catch { diagnostics.add(contentsOf: error.all) }
            try diagnostics.throwIfErrors()
            guard let kafka = configuration.kafka, let loaded else { preconditionFailure("errors were thrown") }
            let zones = ZoneFiles()
            self.kafka = kafka
            let hasFeed = !isCheck && Subscriptions.areNeeded(configuration)
            feed =
                hasFeed
                ? try Subscriptions.feed(
                    configuration, schema: loaded.schema, timeZones: zones,
                    makeDecoder: { schema throws(Diagnostics) in
                        Decoder(schema: schema, pseudonymiser: try Daemon.pseudonymiser(configuration, schema, isDemo: isDemo), timeZones: zones)
                    }, log: log, registry: registry) : nil
            if isCheck { try Subscriptions.checkKeys(configuration) }
            // What can run before any server has answered.
            let initial = feed?.initial
            engine = try Engine(
                schema: initial?.extended?.schema ?? loaded.schema, packages: hasFeed ? [] : loaded.packages, lists: loaded.lists, timeZones: zones,
                journalLimits: JournalStore.Limits(recordsPerEntityMax: configuration.journals.recordsPerEntity),
                limits: Engine.Limits(futureMilliseconds: configuration.futureToleranceMilliseconds))
            if let initial, let compiled = initial.compiled {
                engine.setRules(compiled.rules, plan: compiled.plan)
                for (name, contents) in initial.lists { engine.lists.setContents(list: engine.lists.declare(name), contents) }
            }
            if let extended = initial?.extended {
                decoder = extended.decoder
                return
            }
            var pseudonymiser: Pseudonymiser?
            do {
                pseudonymiser = try Daemon.pseudonymiser(configuration, loaded.schema, isDemo: isDemo)
            } catch {
                guard isCheck, configuration.pseudonymKey == nil else { throw error }
                for fault in error.all { warnings.add(fault.asWarning) }
                pseudonymiser = try PseudonymKey.pseudonymiser(for: loaded.schema, keyFile: nil, forTesting: true)
            }
            decoder = Decoder(schema: loaded.schema, pseudonymiser: pseudonymiser, timeZones: zones)
        }
    }

    /// What a configuration names in files.
    struct Loaded {
        var schema: Schema
        var packages: [Package] = []
        var lists = Lists()

        init(_ configuration: Configuration, _ warnings: DiagnosticList) throws(Diagnostics) {
            schema = try RuleFiles.schema(configuration.schema, warnings: warnings)
            let diagnostics = DiagnosticList()
            for file in configuration.lists {
                do {
                    try ListFiles.read(file.file, into: file.name, lists)
                } catch {
                    diagnostics.add(contentsOf: error.all)
                }
            }
            do {
                packages = try RuleFiles.packages(
                    configuration.packages.compactMap { package in
                        guard case .path(let path) = package.source else { return nil }
                        return (path, package.override)
                    }, schema: schema, lists: Subscriptions.listNames(configuration), warnings: warnings)
            } catch {
                diagnostics.add(contentsOf: error.all)
            }
            try diagnostics.throwIfErrors()
        }
    }

    /// Reads everything that a configuration names, as `run` would, and connects nothing.
    /// - Parameter warnings: receives what is doubtful but not wrong.
    /// - Throws: everything that is wrong, and that `run` would refuse.
    public static func check(_ configuration: Configuration, warnings: DiagnosticList) throws(Diagnostics) {
        try KafkaProperties.check(Prepared(configuration, isCheck: true, warnings).kafka, warnings)
    }
}
