internal import Documents
internal import Events

/// What a signature binds to the content: which document this is, which of two is newer, and how long it may be taken.
public struct Release: Sendable, Equatable {
    /// The package's name, the list's, or `schema`.
    public var name: String
    /// Grows with each release; one that is less than what has run is refused.
    public var revision: Int64
    public var issuedMilliseconds: Int64
    /// From then on the document is not taken any more; nil for never.
    public var expiresMilliseconds: Int64?

    public init(name: String, revision: Int64, issuedMilliseconds: Int64, expiresMilliseconds: Int64? = nil) {
        self.name = name
        self.revision = revision
        self.issuedMilliseconds = issuedMilliseconds
        self.expiresMilliseconds = expiresMilliseconds
    }

    static let mark = "# vane-release:"

    /// `# vane-release: name=account-trading revision=42 issued=2026-11-20T01:30:00Z expires=2027-01-01T00:00:00Z`
    var line: String {
        "\(Self.mark) name=\(name) revision=\(revision) issued=\(RFC3339.text(issuedMilliseconds))"
            + (expiresMilliseconds.map { " expires=\(RFC3339.text($0))" } ?? "")
    }

    /// Nil for a line that is not exactly of that form.
    init?(line: String) {
        guard line.hasPrefix(Self.mark) else { return nil }
        var values: [String: String] = [:]
        for word in line.dropFirst(Self.mark.count).split(separator: " ") {
            guard let equals = word.firstIndex(of: "="), values.updateValue(String(word[word.index(after: equals)...]), forKey: String(word[..<equals])) == nil
            else { return nil }
        }
        func time(_ key: String) -> Int64? {
            guard let text = values[key] else { return nil }
            return unsafe Array(text.utf8).withUnsafeBufferPointer { unsafe RFC3339.milliseconds($0) }
        }
        guard let name = values["name"], !name.isEmpty, let revision = values["revision"].flatMap({ Int64($0) }), revision >= 0, let issued = time("issued"),
            Set(values.keys).isSubset(of: ["name", "revision", "issued", "expires"]), (values["expires"] == nil) == (time("expires") == nil)
        else { return nil }
        self.init(name: name, revision: revision, issuedMilliseconds: issued, expiresMilliseconds: time("expires"))
    }
}
