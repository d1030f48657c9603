/// What is wrong with something a user wrote: where, what, and what to do about it.
public struct Diagnostic: Sendable, Hashable {
    public enum Severity: String, Sendable { case error, warning }

    public var severity: Severity
    /// Stable and searchable, in kebab case: `unknown-key`, `type-mismatch`.
    public var code: String
    public var message: String
    /// A sentence that says what to do; printed after the message.
    public var remedy: String?
    public var position: Position?

    public init(
        _ severity: Severity = .error, code: String, _ message: String, remedy: String? = nil, at position: Position? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.remedy = remedy
        self.position = position
    }
}

extension Diagnostic {
    /// The same, as something that does not stop anything.
    public var asWarning: Diagnostic {
        var warning = self
        warning.severity = .warning
        return warning
    }
}

/// A place in a named text. Lines and columns count from 1; columns count Unicode code points.
public struct Position: Sendable, Hashable {
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `file:line:column: error[code]: message; remedy`
    public var description: String {
        var text = ""
        if let position { text += "\(position.file):\(position.line):\(position.column): " }
        text += "\(severity.rawValue)[\(code)]: \(message)"
        if let remedy { text += "; \(remedy)" }
        return text
    }
}

/// All that is wrong with one input, thrown together so that a user mends it in one go.
public struct Diagnostics: Error, Sendable, CustomStringConvertible {
    public var all: [Diagnostic]

    public init(_ all: [Diagnostic]) { self.all = all }

    public var description: String { all.map(\.description).joined(separator: "\n") }
}
