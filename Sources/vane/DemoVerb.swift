internal import CommandLineTable
internal import Demo
internal import Documents
internal import Events
internal import Glibc
internal import Service
internal import Telemetry

/// `vane demo`: the engine at work, with nothing to install.
enum DemoVerb {
    static let verb = Verb(
        "demo", summary: "watch the engine work on a synthetic bank, everything embedded",
        details: [
            "Starts a Kafka inside this process, a synthetic bank whose customers pay, open accounts and call back, with fraud stories woven in, and the engine with the packages of a folder. Prints each alert as it arrives, and how alerts compare with the truth. Without a terminal it prints JSON Lines."
        ],
        options: [
            Option("duration", short: "d", "TIME", help: "stop after this time, such as 30s; by default at Ctrl-C"),
            Option("rate", short: "r", "EVENTS", help: "events a second", default: "200"),
            Option("rules", "FOLDER", help: "the folder of schema and packages", default: "rules", completion: .folders),
            Option("seed", "NUMBER", help: "another number, other customers and frauds", default: "1"),
            Option("customers", "NUMBER", help: "how many customers the bank has", default: "20000"),
            Option("measure", "TIME", help: "play so much of the bank's time without Kafka, such as 72h, and print how well each rule does"),
            Option("format", "FORMAT", help: "text, or JSON Lines; by default text on a terminal", choices: ["text", "json"]),
        ],
        examples: [Example("vane demo", "until Ctrl-C"), Example("vane demo --duration 30s --rate 2000 | jq .", "half a minute, faster, as JSON")])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        var options = Demonstration.Options()
        options.rules = arguments.value("rules")!
        if let text = arguments.value("duration") {
            guard let duration = parseDuration(text), duration > 0 else { return usage("'\(text)' is no duration; write for example 30s") }
            options.durationMilliseconds = duration
        }
        guard let rate = Double(arguments.value("rate")!), rate > 0, rate <= 200_000 else { return usage("--rate is a number up to 200000") }
        guard let seed = UInt64(arguments.value("seed")!) else { return usage("--seed is a whole number") }
        guard let customers = Int(arguments.value("customers")!), (SyntheticBank.customersMin...SyntheticBank.customersMax).contains(customers) else {
            return usage("--customers is from \(SyntheticBank.customersMin) to \(SyntheticBank.customersMax)")
        }
        options.eventsPerSecond = rate
        options.seed = seed
        options.customers = customers
        let isText = (arguments.value("format") ?? (Terminal.isTerminal(STDOUT_FILENO) ? "text" : "json")) == "text"
        let palette = Palette.detect(fileDescriptor: STDOUT_FILENO, environment: Environment.all)

        if let text = arguments.value("measure") {
            guard let time = parseDuration(text), time > 0 else { return usage("'\(text)' is no duration; write for example 72h") }
            return measure(options, milliseconds: time, asText: isText)
        }

        let stop = StopFlag()
        Signals.stop(stop)
        let demonstration: Demonstration
        do {
            demonstration = try Demonstration(options, build: VerbTable.version, log: Logger(level: .error, format: .text), stop: stop)
        } catch {
            Terminal.complain(error.all)
            return Exit.invalid
        }
        Terminal.complain(demonstration.warnings)
        if isText {
            Terminal.write("A synthetic bank with \(customers) customers sends \(Int(rate)) events a second; frauds are woven in. Ctrl-C ends it.\n\n")
            Terminal.flush()
        }
        let result = demonstration.run(
            onAlert: { alert in
                if isText { print(alert, palette) } else { printJSON(alert) }
                Terminal.flush()
            },
            onSummary: { summary in
                if isText { Terminal.write(palette.dim("── " + line(summary)) + "\n") }
                Terminal.flush()
            })
        switch result {
        case .success(let summary):
            if isText { Terminal.write("\n" + palette.bold(line(summary)) + "\n") } else { printJSON(summary) }
            return Exit.fine
        case .failure(let diagnostics):
            Terminal.complain(diagnostics.all)
            return Exit.unreachable
        }
    }

    private static func usage(_ message: String) -> Int32 {
        Terminal.complain("vane: error[usage]: \(message)")
        return ExitStatus.usage
    }

    private static func print(_ alert: Demonstration.Alert, _ palette: Palette) {
        let time = RFC3339.text(alert.eventTimeMilliseconds).dropFirst(11).prefix(8)
        let level = alert.level.uppercased() + String(repeating: " ", count: max(0, 6 - alert.level.count))
        let painted = alert.level == "red" ? palette.red(level) : alert.level == "yellow" ? palette.yellow(level) : palette.green(level)
        let verdict =
            if let truth = alert.truth { palette.dim("fraud: \(truth.point)") } else if let scene = alert.lookAlike { palette.dim("honest: \(scene)") } else {
                palette.dim("honest")
            }
        Terminal.write("\(time) \(painted) \(palette.bold(alert.subject))  score \(Int(alert.score))  \(alert.latencyMilliseconds) ms  \(verdict)\n")
        for rule in alert.rules { Terminal.write("         \(rule)\n") }
        if !alert.actions.isEmpty { Terminal.write("         → \(alert.actions.joined(separator: ", "))\n") }
    }

    private static func line(_ summary: Demonstration.Summary) -> String {
        let rate = summary.seconds > 0 ? Double(summary.events) / summary.seconds : 0
        return
            "\(summary.events) events (\(Int(rate))/s)  latency p50 \(milliseconds(summary.latencyP50Milliseconds)) p99 \(milliseconds(summary.latencyP99Milliseconds)) max \(milliseconds(summary.latencyMaxMilliseconds)) of 500 ms  alerts \(summary.alerts), \(summary.rightAlerts) of them in fraud stories  stories caught \(summary.storiesCaught) of \(summary.stories)"
    }

    private static func milliseconds(_ value: Double) -> String { "\(Int(value.rounded())) ms" }

    private static func printJSON(_ alert: Demonstration.Alert) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("alert")
        writer.raw(alert.json)
        writer.key("end_to_end_ms")
        writer.int(alert.latencyMilliseconds)
        writer.key("truth")
        if let truth = alert.truth {
            writer.beginObject()
            writer.key("point")
            writer.string(truth.point)
            writer.key("story")
            writer.string(truth.text)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.endObject()
        writer.newline()
        Terminal.write(writer.bytes)
    }

    private static func printJSON(_ summary: Demonstration.Summary) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("summary")
        writer.beginObject()
        writer.key("seconds")
        writer.double(summary.seconds)
        writer.key("events")
        writer.uint(summary.events)
        writer.key("alerts")
        writer.uint(summary.alerts)
        writer.key("alerts_in_fraud_stories")
        writer.uint(summary.rightAlerts)
        writer.key("stories")
        writer.int(Int64(summary.stories))
        writer.key("stories_caught")
        writer.int(Int64(summary.storiesCaught))
        writer.key("latency_p50_ms")
        writer.double(summary.latencyP50Milliseconds)
        writer.key("latency_p99_ms")
        writer.double(summary.latencyP99Milliseconds)
        writer.key("latency_max_ms")
        writer.double(summary.latencyMaxMilliseconds)
        writer.endObject()
        writer.endObject()
        writer.newline()
        Terminal.write(writer.bytes)
    }
}
