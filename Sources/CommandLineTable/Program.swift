/// A command line as one table: parsing, help, completions and the manual page are all read from it, so they cannot disagree.
public struct Program: Sendable {
    public var name: String
    public var version: String
    /// One line without a full stop.
    public var summary: String
    /// Paragraphs of the manual page and of `--help`.
    public var details: [String]
    public var verbs: [Verb]
    /// Options that every verb takes; `--help` and `--version` are added.
    public var options: [Option]
    public var exitStatuses: [ExitStatus]
    /// The likely meaning of a mistyped word among the known ones.
    public var suggest: @Sendable (_ word: String, _ known: [String]) -> String?

    public init(
        name: String, version: String, summary: String, details: [String] = [], verbs: [Verb], options: [Option] = [],
        exitStatuses: [ExitStatus] = [], suggest: @escaping @Sendable (_ word: String, _ known: [String]) -> String?
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.details = details
        self.verbs = verbs
        self.options = options
        self.exitStatuses = exitStatuses
        self.suggest = suggest
    }

    public func verb(named name: String) -> Verb? { verbs.first { $0.name == name } }
}

/// One thing that the program does: `run`, `check`.
public struct Verb: Sendable {
    public var name: String
    /// One line without a full stop.
    public var summary: String
    public var details: [String]
    public var arguments: [Argument]
    public var options: [Option]
    public var examples: [Example]

    public init(
        _ name: String, summary: String, details: [String] = [], arguments: [Argument] = [], options: [Option] = [], examples: [Example] = []
    ) {
        self.name = name
        self.summary = summary
        self.details = details
        self.arguments = arguments
        self.options = options
        self.examples = examples
    }
}

/// What a shell offers for a value.
public enum Completion: Sendable, Equatable { case files, folders, nothing }

/// A value without an option name. Only the last one of a verb may be optional or repeated.
public struct Argument: Sendable {
    public enum Count: Sendable { case one, optional, anyNumber, atLeastOne }

    /// In capitals: `PATH`.
    public var placeholder: String
    public var help: String
    public var count: Count
    public var choices: [String]
    public var completion: Completion

    public init(_ placeholder: String, help: String, count: Count = .one, choices: [String] = [], completion: Completion = .files) {
        self.placeholder = placeholder
        self.help = help
        self.count = count
        self.choices = choices
        self.completion = completion
    }
}

public struct Option: Sendable {
    /// Without its two hyphens.
    public var name: String
    public var short: Character?
    /// What stands for the value in help, in capitals; nil for a flag, which has none.
    public var placeholder: String?
    /// One sentence without a full stop.
    public var help: String
    public var isRequired: Bool
    public var isRepeated: Bool
    /// The value when neither the command line nor the environment has one.
    public var defaultValue: String?
    /// The variable that gives the value when the command line does not; a flag is set by `1`, `true` or `yes`.
    public var environment: String?
    /// All allowed values; empty for any.
    public var choices: [String]
    public var completion: Completion

    public init(
        _ name: String, short: Character? = nil, _ placeholder: String? = nil, help: String, isRequired: Bool = false, isRepeated: Bool = false,
        default defaultValue: String? = nil, environment: String? = nil, choices: [String] = [], completion: Completion = .nothing
    ) {
        self.name = name
        self.short = short
        self.placeholder = placeholder
        self.help = help
        self.isRequired = isRequired
        self.isRepeated = isRepeated
        self.defaultValue = defaultValue
        self.environment = environment
        self.choices = choices
        self.completion = completion
    }
}

public struct Example: Sendable {
    public var command: String
    public var explanation: String

    public init(_ command: String, _ explanation: String) {
        self.command = command
        self.explanation = explanation
    }
}

public struct ExitStatus: Sendable {
    /// sysexits.h: the command was used incorrectly.
    public static let usage: Int32 = 64

    public var code: Int32
    public var meaning: String

    public init(_ code: Int32, _ meaning: String) {
        self.code = code
        self.meaning = meaning
    }
}
