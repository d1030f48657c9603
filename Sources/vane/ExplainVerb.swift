internal import CommandLineTable
internal import Documents
internal import Engine
internal import Events
internal import Glibc
internal import RuleTesting
internal import Rules
internal import Service

/// `vane explain`: why did a rule hit, or not?
enum ExplainVerb {
    static let verb = Verb(
        "explain", summary: "say for one event why each rule hit or did not",
        details: [
            "Replays recorded events up to the one with the id and prints, for every rule that applies to its type, the condition as a tree with the values of all fields, indicators and comparisons. What decided is marked with >; - marks what was not looked at.",
            "Where EVENT_ID is -, an alert as JSON is read from standard input, and its event_id taken.",
        ],
        arguments: [
            Argument("EVENTS", help: "file of JSON Lines"),
            Argument("EVENT_ID", help: "the event to explain; - reads an alert from standard input", completion: .nothing),
        ],
        options: [
            Option("schema", short: "s", "FILE", help: "the schema; by default schema.yaml beside or above the first package", completion: .files),
            Option("package", short: "p", "PATH", help: "a package file, or a folder of packages", isRequired: true, isRepeated: true, completion: .files),
            ListOption.option,
            Option("rule", "ID", help: "only this rule", isRepeated: true),
            Option("format", "FORMAT", help: "how to print it", default: "text", choices: ["text", "json"]),
            Option("pseudonym-key", "FILE", help: "the key for sensitive fields", environment: "VANE_PSEUDONYM_KEY_FILE", completion: .files),
        ],
        examples: [
            Example("vane explain --package rules events.jsonl e-1027", "every rule about one event"),
            Example("vane explain -p rules --rule C7 events.jsonl - < alert.json", "why does this alert have C7, or not?"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        do {
            let packagePaths = arguments.values("package")
            guard let schemaPath = arguments.value("schema") ?? packagePaths.first.flatMap({ RuleFiles.schemaPath(near: $0) }) else {
                Terminal.complain("vane: error[missing-schema]: there is no schema; name it with --schema")
                return ExitStatus.usage
            }
            guard let lists = try ListOption.read(arguments) else { return ExitStatus.usage }
            let eventID = try eventID(arguments.arguments[1])
            let schema = try RuleFiles.schema(schemaPath)
            let packages = try RuleFiles.packages(packagePaths, schema: schema)
            try checkRules(arguments.values("rule"), packages)
            let zones = ZoneFiles()
            let pseudonymiser = try PseudonymKey.pseudonymiser(for: schema, keyFile: arguments.value("pseudonym-key"), forTesting: true)
            let runner = EventRunner(
                engine: try Engine(schema: schema, packages: packages, lists: lists, timeZones: zones),
                decoder: Decoder(schema: schema, pseudonymiser: pseudonymiser, timeZones: zones), remembersTexts: true)
            guard let explanations = try explain(eventID, arguments.arguments[0], runner) else { return Exit.invalid }
            let rules = arguments.values("rule")
            let wanted = rules.isEmpty ? explanations : explanations.filter { rules.contains($0.rule) }
            let hits = explanations.count(where: \.isHit)
            if arguments.value("format") == "json" {
                printJSON(wanted, runner)
            } else {
                printText(wanted, "\(hits) of \(explanations.count) rules hit", runner)
            }
            return Exit.fine
        } catch {
            Terminal.complain(error.all)
            return Exit.invalid
        }
    }

    /// The id itself, or that of the alert on standard input.
    private static func eventID(_ text: String) throws(Diagnostics) -> String {
        guard text == "-" else { return text }
        var bytes: [UInt8] = []
        var reader = try LineReader("-")
        while let line = reader.next() { bytes += Array(line) + [UInt8(ascii: "\n")] }
        let alert = try parseYAML(bytes, file: "<stdin>")
        if let node = alert["event_id"], case .string(let id) = node.content { return id }
        throw Diagnostics([
            Diagnostic(
                code: "missing-key", "the alert has no 'event_id'", remedy: "give the JSON of an alert or of a decision",
                at: Position(file: "<stdin>", line: 1, column: 1))
        ])
    }

    private static func checkRules(_ rules: [String], _ packages: [Package]) throws(Diagnostics) {
        let known = packages.flatMap { $0.rules.map(\.id) }
        let unknown = rules.filter { !known.contains($0) }
        if unknown.isEmpty { return }
        throw Diagnostics(
            unknown.map { rule in
                Diagnostic(
                    code: "unknown-rule", "no package has a rule '\(rule)'",
                    remedy: didYouMean(rule, among: known).map { "did you mean '\($0)'?" } ?? "known: \(known.prefix(20).joined(separator: ", "))")
            })
    }

    /// Replays up to the event; nil, and a complaint, where it does not come.
    private static func explain(_ eventID: String, _ path: String, _ runner: EventRunner) throws(Diagnostics) -> [RuleExplanation]? {
        var reader = try LineReader(path)
        var number = 0
        while let line = reader.next() {
            number += 1
            if line.isEmpty { continue }
            var explanations: [RuleExplanation]?
            do {
                try runner.run(line) { if runner.eventID == eventID { explanations = RuleExplanation.all(runner) } }
            } catch {
                Terminal.complain("\(path):\(number):1: warning[\(error.reason.rawValue)]: refused, \(error.field.map { "\($0): " } ?? "")\(error.message)")
            }
            if let explanations { return explanations }
        }
        Terminal.complain("\(path):1:1: error[unknown-event]: no accepted event has the id '\(eventID)'; see that it is in this file, and not refused")
        return nil
    }

    private static func printText(_ explanations: [RuleExplanation], _ summary: String, _ runner: EventRunner) {
        let palette = Palette(isEnabled: Terminal.hasColour(STDOUT_FILENO))
        let type = runner.engine.schema.events[runner.decision.eventType].name
        Terminal.write("\(type) \(palette.bold(runner.eventID)) at \(RFC3339.text(runner.eventTimeMilliseconds)): \(summary)\n")
        for explanation in explanations {
            Terminal.write("\n")
            ExplanationText(palette, indentation: 0).print(explanation)
        }
    }

    private static func printJSON(_ explanations: [RuleExplanation], _ runner: EventRunner) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("event_id")
        writer.string(runner.eventID)
        writer.key("event_type")
        writer.string(runner.engine.schema.events[runner.decision.eventType].name)
        writer.key("event_time")
        writer.string(RFC3339.text(runner.eventTimeMilliseconds))
        writer.key("decision")
        DecisionWriter(runner.engine).decision(runner.decision, &writer)
        writer.key("rules")
        writer.beginArray()
        for explanation in explanations { explanation.write(&writer) }
        writer.endArray()
        writer.endObject()
        writer.newline()
        Terminal.write(writer.bytes)
    }
}
