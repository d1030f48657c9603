import CommandLineTable
import Testing

@Suite struct ParsingTests {
    @Test(arguments: [
        ("run", "run config=vane.yaml color=auto"),
        ("run --config x", "run config=x color=auto"),
        ("run --config=x -q", "run config=x quiet= color=auto"),
        ("run -cx -q", "run config=x quiet= color=auto"),
        ("run -qc x", "run config=x quiet= color=auto"),
        ("run --set a=1 --set b=2", "run config=vane.yaml set=a=1,b=2 color=auto"),
        ("--color never demo", "demo color=never"),
        ("demo --color=always", "demo color=always"),
        ("check a --format json b", "check format=json color=auto <a> <b>"),
        ("check --format json -- --format", "check format=json color=auto <--format>"),
        ("check a -- b --x", "check format=text color=auto <a> <b> <--x>"),
        ("check -", "check format=text color=auto <->"),
        ("replay --schema s e", "replay schema=s color=auto <e>"),
        ("replay e o --schema s", "replay schema=s color=auto <e> <o>"),
        ("--help", "help "), ("-h", "help "), ("help", "help "), ("help run", "help run"), ("--help run", "help run"), ("run --help", "help run"),
        ("run --nonsense-later --help", "error[usage]: there is no option '--nonsense-later'; see 'vane run --help'"),
        ("run --help --nonsense", "help run"), ("--version", "version"), ("completions zsh", "completions zsh"), ("manual", "manual"),
    ])
    func accepted(_ line: String, _ expected: String) {
        #expect(outcome(line.split(separator: " ").map(String.init)) == expected)
    }

    @Test(arguments: [
        ("", "no command is given; see 'vane --help'"),
        ("chekc", "there is no command 'chekc'; did you mean 'check'? see 'vane --help'"),
        ("help chekc", "there is no command 'chekc'; did you mean 'check'? see 'vane --help'"),
        ("frobnicate", "there is no command 'frobnicate'; see 'vane --help'"),
        ("run --cofnig x", "there is no option '--cofnig'; did you mean '--config'? see 'vane run --help'"),
        ("run --cofnig=x", "there is no option '--cofnig'; did you mean '--config'? see 'vane run --help'"),
        ("run -x", "there is no option '-x'; see 'vane run --help'"),
        ("run -qx", "there is no option '-x'; see 'vane run --help'"),
        ("run --config", "--config needs a value; write --config FILE (see 'vane run --help')"),
        ("run -c", "--config needs a value; write --config FILE (see 'vane run --help')"),
        ("run --quiet=1", "--quiet takes no value; remove what follows the '=' (see 'vane run --help')"),
        ("run --config a --config b", "--config is given twice; keep one of them (see 'vane run --help')"),
        ("run extra", "'extra' is one argument too many; write vane run [OPTION]... (see 'vane run --help')"),
        ("check", "PATH is missing; write vane check [OPTION]... PATH... (see 'vane check --help')"),
        ("check a --format jsno", "--format cannot be 'jsno'; did you mean 'json'? write one of text, json (see 'vane check --help')"),
        ("replay e", "--schema is missing; add --schema FILE (see 'vane replay --help')"),
        ("replay --schema s a b c", "'c' is one argument too many; write vane replay --schema FILE [OPTION]... EVENTS [OUT] (see 'vane replay --help')"),
        ("--config x run", "the option '--config' stands before the command; write vane run --config … (see 'vane --help')"),
        ("completions tcsh", "SHELL cannot be 'tcsh'; write one of bash, zsh, fish (see 'vane completions --help')"),
    ])
    func refused(_ line: String, _ expected: String) {
        #expect(outcome(line.split(separator: " ").map(String.init)) == "error[usage]: " + expected)
    }

    @Test func environmentStandsBetweenLineAndDefault() {
        #expect(outcome(["run"], ["VANE_CONFIG": "e"]) == "run config=e color=auto")
        #expect(outcome(["run", "-c", "x"], ["VANE_CONFIG": "e"]) == "run config=x color=auto")
        #expect(outcome(["run"], ["VANE_CONFIG": "", "VANE_QUIET": "yes"]) == "run config=vane.yaml quiet= color=auto")
        #expect(outcome(["run"], ["VANE_QUIET": "0"]) == "run config=vane.yaml color=auto")
    }

    @Test func usageEndsWith64() {
        #expect(throws: UsageError.self) { try sample.parse([], environment: [:]) }
        #expect(UsageError(message: "", remedy: "").exitStatus == 64)
    }

    @Test func emptyAndOddWords() {
        #expect(outcome(["check", ""]) == "check format=text color=auto <>")
        #expect(outcome(["check", "é", "名 单"]) == "check format=text color=auto <é> <名 单>")
        #expect(outcome(["-é"]).hasPrefix("error[usage]: there is no option"))
    }
}
