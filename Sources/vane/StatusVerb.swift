internal import CommandLineTable
internal import Documents
internal import Service

/// `vane status`: how does a running process stand?
enum StatusVerb {
    static let verb = Verb(
        "status", summary: "say how a running process stands",
        details: [
            "Asks a process whose configuration has http.listen: whether it is ready, which packages run, since when fields are recorded, which indicators are still warming.",
            "Exits with 69 where there is no answer.",
        ],
        arguments: [
            Argument("URL", help: "where it listens, or a file with what /v1/status said; \(StatusClient.addressDefault) unless given", count: .optional)
        ],
        options: [Option("format", "FORMAT", help: "how to print it", default: "text", choices: ["text", "json"])],
        examples: [
            Example("vane status", "the process of this machine"), Example("vane status http://10.1.2.3:8080 --format json", "for programs"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        let place = arguments.arguments.first ?? StatusClient.addressDefault
        do {
            let answer = try StatusClient.read(place)
            if arguments.value("format") == "json" { Terminal.write(answer.bytes) } else { Terminal.write(StatusText(answer.root).text) }
            return Exit.fine
        } catch {
            Terminal.complain(error.all)
            return error.all.contains { $0.code == "status-unreachable" } ? Exit.unreachable : Exit.invalid
        }
    }
}
