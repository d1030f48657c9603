public import Documents
internal import Engine
internal import Events
internal import Glibc
internal import Journals
internal import KafkaIO
internal import PackageFeed
internal import Rules
public import Telemetry

/// The long-running service: everything that a configuration names, put together and run.
public final class Daemon {
    private let pipeline: Pipeline

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
        try Daemon.refuseWhatIsMissing(configuration)
        guard let kafka = configuration.kafka else {
            throw Diagnostics([
                Diagnostic(code: "missing-key", "the configuration has no 'kafka'", remedy: "add 'kafka: {bootstrap: \"host:9092\", group: vane}'")
            ])
        }
        let loaded = try Loaded(configuration)
        let zones = ZoneFiles()
        let feed =
            Subscriptions.areNeeded(configuration)
            ? try Subscriptions.feed(configuration, schema: loaded.schema, timeZones: zones, log: log, registry: registry) : nil
        let engine = try Daemon.engine(configuration, loaded, feed, zones)
        let pseudonymiser = try Daemon.pseudonymiser(configuration, loaded.schema, isDemo: isDemo)
        do {
            pipeline = try Pipeline(
                kafka, engine: engine, decoder: Decoder(schema: loaded.schema, pseudonymiser: pseudonymiser, timeZones: zones), instance: Daemon.instance,
                build: build, log: log, metrics: PipelineMetrics(registry), stop: stop, isAlone: isDemo, intake: feed.map { PackageIntake($0, log: log) })
        } catch {
            throw Diagnostics([Diagnostic(code: "bad-property", "\(error)", remedy: "correct the property under 'kafka' in the configuration")])
        }
        for package in loaded.packages {
            log.info(
                "package", "running package \(package.name) \(package.version)",
                [
                    "package": .string(package.name), "version": .string(package.version), "rules": .number(package.rules.count),
                    "mode": .string(package.mode.rawValue),
                ])
        }
    }

    /// With what can run before any server has answered.
    private static func engine(_ configuration: Configuration, _ loaded: Loaded, _ feed: Feed?, _ zones: ZoneFiles) throws(Diagnostics) -> Engine {
        let journalLimits = JournalStore.Limits(recordsPerEntityMax: configuration.journals.recordsPerEntity)
        let limits = Engine.Limits(futureMilliseconds: configuration.futureToleranceMilliseconds)
        guard let feed, let compiled = feed.initial.compiled else {
            return try Engine(
                schema: loaded.schema, packages: loaded.packages, lists: loaded.lists, timeZones: zones, journalLimits: journalLimits, limits: limits)
        }
        let engine = try Engine(
            schema: loaded.schema, packages: [], lists: loaded.lists, timeZones: zones, journalLimits: journalLimits, limits: limits)
        engine.setRules(compiled.rules, plan: compiled.plan)
        for (name, contents) in feed.initial.lists { engine.lists.setContents(list: engine.lists.declare(name), contents) }
        return engine
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

    /// What the configuration can say and this version cannot do.
    private static func refuseWhatIsMissing(_ configuration: Configuration) throws(Diagnostics) {
        let diagnostics = DiagnosticList()
        func refuse(_ what: String, _ remedy: String) {
            diagnostics.error(code: "not-available", "this version does not \(what)", remedy: remedy, at: nil)
        }
        if configuration.journals.redis != nil { refuse("keep journals in Redis", "leave 'journals.redis' out: they are then kept in memory") }
        if configuration.kafka?.delivery == .exactlyOnce { refuse("deliver exactly once", "set 'kafka.delivery: at-least-once'") }
        try diagnostics.throwIfErrors()
    }

    /// What a configuration names in files.
    struct Loaded {
        var schema: Schema
        var packages: [Package] = []
        var lists = Lists()

        init(_ configuration: Configuration) throws(Diagnostics) {
            schema = try RuleFiles.schema(configuration.schema)
            let diagnostics = DiagnosticList()
            for file in configuration.lists {
                do {
                    try ListFiles.read(file.file, into: file.name, lists)
                } catch {
                    diagnostics.add(contentsOf: error.all)
                }
            }
            var paths: [String] = []
            var modes: [Configuration.Package.Mode?] = []
            for package in configuration.packages {
                guard case .path(let path) = package.source else { continue }
                do {
                    for file in try RuleFiles.packagePaths(path) {
                        paths.append(file)
                        modes.append(package.mode)
                    }
                } catch {
                    diagnostics.add(contentsOf: error.all)
                }
            }
            do {
                packages = try RuleFiles.packages(paths, schema: schema, lists: Subscriptions.listNames(configuration))
                for (index, mode) in modes.enumerated() {
                    if let mode { packages[index].mode = mode == .live ? .live : .shadow }
                }
            } catch {
                diagnostics.add(contentsOf: error.all)
            }
            try diagnostics.throwIfErrors()
        }
    }

    /// Reads everything that a configuration names, as `run` would, and connects nothing.
    /// - Throws: everything that is wrong.
    public static func check(_ configuration: Configuration) throws(Diagnostics) {
        let loaded = try Loaded(configuration)
        _ = try Engine(schema: loaded.schema, packages: loaded.packages, lists: loaded.lists, timeZones: ZoneFiles())
        try Subscriptions.checkKeys(configuration)
        if case .file = configuration.pseudonymKey { _ = try pseudonymiser(configuration, loaded.schema, isDemo: false) }
    }
}
