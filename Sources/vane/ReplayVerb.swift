internal import CommandLineTable
internal import Documents
internal import Engine
internal import Events
internal import Glibc
internal import RuleTesting
internal import Rules
internal import Service

/// `vane replay`: events from a file through the production engine.
enum ReplayVerb {
    static let verb = Verb(
        "replay", summary: "run recorded events through rules and print what they decide",
        details: [
            "Reads one JSON event a line and prints one JSON object for each event that a rule hits, in input order. Where the schema has several event types, each event names its own under \"event_type\". Refused events are reported on standard error with their line.",
            "With --against, the events run through those packages as well, and what is printed is where the two decide differently, rule by rule; exits with 2 if they do. Packages in shadow, or rolled out to a share, are compared as if they acted for everyone.",
        ],
        arguments: [Argument("EVENTS", help: "file of JSON Lines; - reads standard input", count: .atLeastOne)],
        options: [
            Option("schema", short: "s", "FILE", help: "the schema; by default schema.yaml beside or above the first package", completion: .files),
            Option("package", short: "p", "PATH", help: "a package file, or a folder of packages", isRepeated: true, completion: .files),
            ListOption.option,
            Option("indicators", help: "print the value of every indicator"),
            Option("all", help: "print events that nothing hits, too"),
            Option("against", "PATH", help: "other packages to compare with", isRepeated: true, completion: .files),
            Option("truth", "FIELD", help: "with --against: member of the events that says whether they are frauds, for precision and recall"),
            Option(
                "format", "FORMAT", help: "with --against: a summary for people, or every difference as JSON Lines", default: "text", choices: ["text", "json"]),
            Option("pseudonym-key", "FILE", help: "the key for sensitive fields", environment: "VANE_PSEUDONYM_KEY_FILE", completion: .files),
        ],
        examples: [
            Example("vane replay --schema rules/schema.yaml --package rules events.jsonl", "what would the shipped rules have said?"),
            Example("zstdcat day.jsonl.zst | vane replay -s schema.yaml -p new/ --all --indicators -", "every event with all its indicators"),
            Example("vane replay -p rules --against new/ --truth is_fraud day.jsonl", "which decisions would new packages change, and for the better?"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        let isComparison = !arguments.values("against").isEmpty
        if isComparison ? arguments.flag("indicators") || arguments.flag("all") : arguments.isGiven("truth") || arguments.isGiven("format") {
            Terminal.complain("vane: error[usage]: --truth and --format go with --against, --indicators and --all do not; see vane replay --help")
            return ExitStatus.usage
        }
        do {
            let packagePaths = arguments.values("package")
            guard let schemaPath = arguments.value("schema") ?? packagePaths.first.flatMap({ RuleFiles.schemaPath(near: $0) }) else {
                Terminal.complain("vane: error[missing-schema]: there is no schema; name it with --schema")
                return ExitStatus.usage
            }
            guard let lists = try ListOption.read(arguments) else { return ExitStatus.usage }
            let warnings = DiagnosticList()
            let schema = try RuleFiles.schema(schemaPath, warnings: warnings)
            var packages = try RuleFiles.packages(packagePaths, schema: schema, warnings: warnings)
            if isComparison { packages = Package.actingForEveryone(packages) }
            Terminal.complain(warnings.sorted)
            let zones = ZoneFiles()
            let engine = try Engine(schema: schema, packages: packages, lists: lists, timeZones: zones)
            let pseudonymiser = try PseudonymKey.pseudonymiser(for: schema, keyFile: arguments.value("pseudonym-key"), forTesting: true)
            let decoder = Decoder(schema: schema, pseudonymiser: pseudonymiser, timeZones: zones)
            if isComparison {
                // Rules fill lists, so each side has its own.
                guard let lists = try ListOption.read(arguments) else { return ExitStatus.usage }
                let packages = Package.actingForEveryone(try RuleFiles.packages(arguments.values("against"), schema: schema))
                let other = try Engine(schema: schema, packages: packages, lists: lists, timeZones: zones)
                return try compare(engine, other, decoder, arguments)
            }
            let replay = Replay(
                engine: engine, decoder: decoder,
                options: Replay.Options(indicators: arguments.flag("indicators"), all: arguments.flag("all")))
            for path in arguments.arguments {
                var reader = try LineReader(path)
                var number = 0
                while let line = reader.next() {
                    number += 1
                    if line.isEmpty { continue }
                    if let rejection = replay.run(line, emit: { Terminal.write($0) }) { complain(rejection, path, number) }
                }
            }
            return replay.summary.rejected == 0 ? Exit.fine : Exit.invalid
        } catch {
            Terminal.complain(error.all)
            return Exit.invalid
        }
    }

    static func complain(_ rejection: Rejection, _ path: String, _ line: Int) {
        let field = rejection.field.map { "\($0): " } ?? ""
        Terminal.complain("\(path == "-" ? "<stdin>" : path):\(line):1: error[\(rejection.reason.rawValue)]: \(field)\(rejection.message)")
    }
}
