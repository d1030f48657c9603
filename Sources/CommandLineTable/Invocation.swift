/// What a command line asks for.
public enum Invocation: Sendable {
    case run(ParsedArguments)
    /// Help for a verb, or for the program.
    case help(verb: String?)
    case version
    case completions(Shell)
    case manual
}

public enum Shell: String, Sendable, CaseIterable { case bash, zsh, fish }

/// The values of one verb's options and arguments, checked against the table.
public struct ParsedArguments: Sendable, Equatable {
    public let verb: String
    /// In the order of the command line.
    public let arguments: [String]
    private let values: [String: [String]]
    private let given: Set<String>

    init(verb: String, arguments: [String], values: [String: [String]], given: Set<String>) {
        self.verb = verb
        self.arguments = arguments
        self.values = values
        self.given = given
    }

    public func flag(_ option: String) -> Bool { values[option] != nil }

    /// The last value of an option: from the command line, else the environment, else the default.
    public func value(_ option: String) -> String? { values[option]?.last }

    /// All values of a repeated option, in order.
    public func values(_ option: String) -> [String] { values[option] ?? [] }

    /// Whether the option stands on the command line itself.
    public func isGiven(_ option: String) -> Bool { given.contains(option) }
}

/// A command line that does not fit the table: what is wrong and what to do. The process ends with status 64.
public struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String
    public var remedy: String

    public init(message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    public var exitStatus: Int32 { ExitStatus.usage }
    public var description: String { "error[usage]: \(message); \(remedy)" }
}
