// What every program has without listing it.
extension Program {
    static let helpOption = Option("help", short: "h", help: "show help and exit")
    static let versionOption = Option("version", help: "print the version and exit")

    static let helpVerb = Verb(
        "help", summary: "show help for a command",
        arguments: [Argument("COMMAND", help: "the command to explain", count: .optional, completion: .nothing)])

    static let completionsVerb = Verb(
        "completions", summary: "print a completion script for a shell",
        arguments: [Argument("SHELL", help: "the shell that reads the script", choices: Shell.allCases.map(\.rawValue), completion: .nothing)])

    static let manualVerb = Verb("manual", summary: "print the manual page in roff")

    /// The program's own verbs, then the built-in ones.
    var allVerbs: [Verb] { verbs + [Self.helpVerb, Self.completionsVerb, Self.manualVerb] }

    /// Everything that may stand after a verb.
    func allOptions(of verb: Verb) -> [Option] { verb.options + options + [Self.helpOption] }

    /// Everything that may stand before a verb.
    var leadingOptions: [Option] { options + [Self.helpOption, Self.versionOption] }
}
