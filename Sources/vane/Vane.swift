internal import CommandLineTable
internal import Documents
internal import Glibc

/// The executable: parses the command line and hands over to a verb.
@main enum Vane {
    static func main() {
        // A reader that goes away ends the output, not the process with a signal nobody explains.
        signal(SIGPIPE, SIG_IGN)
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            switch try VerbTable.program.parse(words, environment: Environment.all) {
            case .help(let verb):
                Terminal.write(VerbTable.program.help(verb: verb, width: Terminal.width, palette: Palette(isEnabled: Terminal.hasColour(STDOUT_FILENO))))
            case .version: Terminal.write("vane \(VerbTable.program.version)\n")
            case .completions(let shell): Terminal.write(VerbTable.program.completions(shell))
            case .manual: Terminal.write(VerbTable.program.manualPage(date: VerbTable.releaseDate))
            case .run(let arguments): finish(VerbTable.run(arguments))
            }
        } catch {
            Terminal.complain("vane: \(error)")
            finish(error.exitStatus)
        }
        finish(0)
    }

    private static func finish(_ status: Int32) -> Never {
        fflush(Streams.output)
        exit(status)
    }
}

/// The environment of the process.
enum Environment {
    static var all: [String: String] {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") { values[String(pair[..<equals])] = String(pair[pair.index(after: equals)...]) }
            entry += 1
        }
        return values
    }
}

/// Exit statuses, after sysexits.h where it has one.
enum Exit {
    static let fine: Int32 = 0
    static let invalid: Int32 = 1
    static let differs: Int32 = 2
    static let unreachable: Int32 = 69
    static let badConfiguration: Int32 = 78
}
