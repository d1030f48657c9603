import CommandLineTable

/// A small table with one of everything.
let sample = Program(
    name: "vane", version: "1.2.3", summary: "streaming fraud decisions", details: ["Decides on events - it's fast."],
    verbs: [
        Verb(
            "run", summary: "consume events and decide", details: [".starts with a point"],
            options: [
                Option("config", short: "c", "FILE", help: "the configuration", default: "vane.yaml", environment: "VANE_CONFIG", completion: .files),
                Option("set", "KEY=VALUE", help: "override one key of the configuration", isRepeated: true),
                Option("quiet", short: "q", help: "say nothing", environment: "VANE_QUIET"),
            ], examples: [Example("vane run --config vane.yaml", "run in the foreground")]),
        Verb(
            "check", summary: "check files", arguments: [Argument("PATH", help: "a file or folder", count: .atLeastOne)],
            options: [Option("format", "FORMAT", help: "how to print", default: "text", choices: ["text", "json"])]),
        Verb(
            "replay", summary: "replay events", arguments: [Argument("EVENTS", help: "JSON Lines"), Argument("OUT", help: "a file", count: .optional)],
            options: [Option("schema", "FILE", help: "the schema", isRequired: true, completion: .files)]),
        Verb("demo", summary: "show it"),
    ],
    options: [Option("color", "WHEN", help: "use colour", default: "auto", choices: ["auto", "always", "never"])],
    exitStatuses: [ExitStatus(0, "fine"), ExitStatus(64, "wrong usage")],
    suggest: { word, known in known.first { $0.count == word.count && $0 != word && Set($0) == Set(word) } })

/// What parsing gives, in one line.
func outcome(_ words: [String], _ environment: [String: String] = [:]) -> String {
    do {
        switch try sample.parse(words, environment: environment) {
        case .help(let verb): return "help \(verb ?? "")"
        case .version: return "version"
        case .completions(let shell): return "completions \(shell)"
        case .manual: return "manual"
        case .run(let parsed):
            let options = ["config", "set", "quiet", "format", "schema", "color"].compactMap { name in
                parsed.values(name).isEmpty ? nil : "\(name)=\(parsed.values(name).joined(separator: ","))"
            }
            return ([parsed.verb] + options + parsed.arguments.map { "<\($0)>" }).joined(separator: " ")
        }
    } catch {
        return error.description
    }
}
