internal import CommandLineTable
internal import Expressions
internal import Service

/// `vane eval`: a CEL expression over JSON.
enum EvalVerb {
    static let verb = Verb(
        "eval", summary: "evaluate a CEL expression over JSON values",
        details: [
            "Prints {\"value\":…}, or {\"error\":\"…\"} and exits with 1. A whole number binds as int, any other number as double. With --batch, each line of standard input is {\"expr\":…,\"bind\":{…}} and gives one line."
        ],
        arguments: [Argument("EXPR", help: "the expression", count: .optional, completion: .nothing)],
        options: [
            Option("bind", short: "b", "JSON", help: "an object whose members are the variables"),
            Option("batch", help: "read expressions and bindings from standard input, one JSON object a line"),
        ],
        examples: [
            Example(
                "vane eval 'amount > 100.0 && ip.startsWith(\"10.\")' --bind '{\"amount\": 250.5, \"ip\": \"10.1.2.3\"}'", "is it a large payment from inside?"),
            Example("vane eval --batch < cases.jsonl", "one result a line"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        let zones = ZoneFiles()
        if arguments.flag("batch") {
            guard arguments.arguments.isEmpty, var reader = try? LineReader("-") else {
                Terminal.complain("vane: error[usage]: --batch takes its expressions from standard input")
                return ExitStatus.usage
            }
            while let line = reader.next() { Terminal.write(evaluateLine(Array(line), timeZones: zones) + "\n") }
            return Exit.fine
        }
        guard let text = arguments.arguments.first else {
            Terminal.complain("vane: error[usage]: there is no expression; see vane eval --help")
            return ExitStatus.usage
        }
        var bindings = MapValue()
        if let json = arguments.value("bind") {
            do {
                guard case .map(let map) = try parseJSONValue(Array(json.utf8)) else {
                    Terminal.complain("vane: error[usage]: --bind takes a JSON object, such as '{\"amount\": 12.5}'")
                    return ExitStatus.usage
                }
                bindings = map
            } catch {
                Terminal.complain("vane: error[usage]: --bind is not JSON: \(error)")
                return ExitStatus.usage
            }
        }
        let result = evaluate(text, bindings: bindings, timeZones: zones)
        Terminal.write(result + "\n")
        return result.hasPrefix("{\"error\"") ? Exit.invalid : Exit.fine
    }
}
