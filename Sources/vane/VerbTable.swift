internal import CommandLineTable
internal import Documents

/// What `vane` can do. Each verb stands in a file of its own.
enum VerbTable {
    static let version = "0.1.0"
    static let releaseDate = "2026-11-21"

    static let program = Program(
        name: "vane", version: version,
        summary: "a streaming real-time decision engine against fraud",
        details: [
            "Vane consumes transactions, account openings and device callbacks from Kafka, keeps exact sliding-window indicators, matches them against rule packages, and emits alerts and control actions to Kafka."
        ],
        verbs: [
            RunVerb.verb, DemoVerb.verb, CheckVerb.verb, FormatVerb.verb, TestVerb.verb, ExplainVerb.verb, ReplayVerb.verb, PackageVerb.verb, StatusVerb.verb,
            EvalVerb.verb, SchemaVerb.verb,
        ],
        exitStatuses: [
            .init(0, "fine"), .init(1, "invalid input, or cannot run"), .init(2, "tests failed, or a replay differs"), .init(64, "the command line is wrong"),
            .init(69, "a server cannot be reached"), .init(78, "the configuration is wrong"),
        ],
        suggest: { didYouMean($0, among: $1) })

    static func run(_ arguments: ParsedArguments) -> Int32 {
        switch arguments.verb {
        case "run": RunVerb.run(arguments)
        case "demo": DemoVerb.run(arguments)
        case "replay": ReplayVerb.run(arguments)
        case "eval": EvalVerb.run(arguments)
        case "check": CheckVerb.run(arguments)
        case "fmt": FormatVerb.run(arguments)
        case "schema": SchemaVerb.run(arguments)
        case "test": TestVerb.run(arguments)
        case "explain": ExplainVerb.run(arguments)
        case "package": PackageVerb.run(arguments)
        case "status": StatusVerb.run(arguments)
        default: preconditionFailure("a verb of the table without code")
        }
    }
}
