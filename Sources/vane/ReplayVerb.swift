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
            "Reads one JSON event a line and prints one JSON object for each event that a rule hits, in input order. Where the schema has several event types, each event names its own under \"event_type\". Refused events are reported on standard error with their line."
        ],
        arguments: [Argument("EVENTS", help: "file of JSON Lines; - reads standard input", count: .atLeastOne)],
        options: [
            Option("schema", short: "s", "FILE", help: "the schema; by default schema.yaml beside or above the first package", completion: .files),
            Option("package", short: "p", "PATH", help: "a package file, or a folder of packages", isRepeated: true, completion: .files),
            Option("list", "NAME=FILE", help: "fill a list from a file, CSV or JSON Lines", isRepeated: true, completion: .files),
            Option("indicators", help: "print the value of every indicator"),
            Option("all", help: "print events that nothing hits, too"),
            Option("pseudonym-key", "FILE", help: "the key for sensitive fields", environment: "VANE_PSEUDONYM_KEY_FILE", completion: .files),
        ],
        examples: [
            Example("vane replay --schema rules/schema.yaml --package rules events.jsonl", "what would the shipped rules have said?"),
            Example("zstdcat day.jsonl.zst | vane replay -s schema.yaml -p new/ --all --indicators -", "every event with all its indicators"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        do {
            let packagePaths = arguments.values("package")
            guard let schemaPath = arguments.value("schema") ?? packagePaths.first.flatMap({ RuleFiles.schemaPath(near: $0) }) else {
                Terminal.complain("vane: error[missing-schema]: there is no schema; name it with --schema")
                return ExitStatus.usage
            }
            let lists = Lists()
            for setting in arguments.values("list") {
                guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex, setting.index(after: equals) != setting.endIndex else {
                    Terminal.complain("vane: error[usage]: --list takes NAME=FILE, such as black=lists/black.csv, not '\(setting)'")
                    return ExitStatus.usage
                }
                try ListFiles.read(String(setting[setting.index(after: equals)...]), into: String(setting[..<equals]), lists)
            }
            let warnings = DiagnosticList()
            let schema = try RuleFiles.schema(schemaPath, warnings: warnings)
            let packages = try RuleFiles.packages(packagePaths, schema: schema, warnings: warnings)
            Terminal.complain(warnings.sorted)
            let zones = ZoneFiles()
            let engine = try Engine(schema: schema, packages: packages, lists: lists, timeZones: zones)
            let pseudonymiser = try PseudonymKey.pseudonymiser(for: schema, keyFile: arguments.value("pseudonym-key"), forTesting: true)
            let replay = Replay(
                engine: engine, decoder: Decoder(schema: schema, pseudonymiser: pseudonymiser, timeZones: zones),
                options: Replay.Options(indicators: arguments.flag("indicators"), all: arguments.flag("all")))
            for path in arguments.arguments {
                var reader = try LineReader(path)
                var number = 0
                while let line = reader.next() {
                    number += 1
                    if line.isEmpty { continue }
                    if let rejection = replay.run(line, emit: { Terminal.write($0) }) {
                        Terminal.complain(
                            "\(path == "-" ? "<stdin>" : path):\(number):1: error[\(rejection.reason.rawValue)]: \(rejection.field.map { "\($0): " } ?? "")\(rejection.message)"
                        )
                    }
                }
            }
            return replay.summary.rejected == 0 ? Exit.fine : Exit.invalid
        } catch {
            Terminal.complain(error.all)
            return Exit.invalid
        }
    }
}
