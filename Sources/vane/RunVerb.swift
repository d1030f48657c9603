internal import CommandLineTable
internal import Documents
internal import Service
internal import Telemetry

/// `vane run`: the daemon.
enum RunVerb {
    static let verb = Verb(
        "run", summary: "run the decision engine against Kafka",
        details: [
            "Consumes the topics of the schema as a member of its consumer group and emits alerts and control actions, until SIGTERM or SIGINT: then it finishes what it has begun, commits and leaves the group. A second signal ends it at once.",
            "Each key of the configuration can be given as --set kafka.group=x or VANE_KAFKA_GROUP=x; flag before environment before file.",
        ],
        options: [
            Option("config", short: "c", "FILE", help: "the configuration", default: "vane.yaml", environment: "VANE_CONFIG", completion: .files),
            Option("set", "KEY=VALUE", help: "override a key of the configuration", isRepeated: true),
            Option("print-config", help: "print the effective configuration, with where each value comes from, and exit"),
        ],
        examples: [
            Example("vane run --config vane.yaml", "run until stopped"),
            Example("vane run -c vane.yaml --set kafka.bootstrap=broker1:9092,broker2:9092 --set log.level=debug", "override what the file says"),
            Example("vane run -c vane.yaml --print-config", "what would it use?"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        let path = arguments.value("config")!
        let configuration: Configuration
        do {
            configuration = try Configuration.read(Files.read(path), file: path, settings: arguments.values("set"), environment: Environment.all)
        } catch {
            Terminal.complain(error.all)
            return Exit.badConfiguration
        }
        if arguments.flag("print-config") {
            Terminal.write(configuration.effectiveText())
            return Exit.fine
        }
        let stop = StopFlag()
        Signals.stop(stop)
        let log = Logger(level: configuration.logLevel, format: configuration.logFormat)
        let daemon: Daemon
        do {
            daemon = try Daemon(configuration, build: VerbTable.version, log: log, registry: MetricsRegistry(), stop: stop)
        } catch {
            Terminal.complain(error.all)
            return Exit.badConfiguration
        }
        switch daemon.run() {
        case .stopped: return Exit.fine
        case .failed(let why):
            log.error("failed", "\(why)")
            return Exit.unreachable
        }
    }
}
