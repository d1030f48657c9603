public import Documents
public import Events
internal import Glibc

/// The key under which sensitive fields are hashed: from a file, or from the environment variable `VANE_PSEUDONYM_KEY`.
public enum PseudonymKey {
    public static let environmentVariable = "VANE_PSEUDONYM_KEY"
    /// Replays, tests and the demo show how rules work, not who a person is: without a key of their own they share this one.
    private static let testingKey = Array("vane testing key, protects nothing".utf8)

    /// - Parameter forTesting: use a well-known key where none is given.
    /// - Returns: nil where the schema has no sensitive field.
    public static func pseudonymiser(for schema: Schema, keyFile: String?, forTesting: Bool = false) throws(Diagnostics) -> Pseudonymiser? {
        guard let sensitive = schema.events.lazy.compactMap({ event in event.fields.first(where: \.sensitive).map { "\(event.name).\($0.name)" } }).first else {
            return nil
        }
        var key: [UInt8]
        var place: Position?
        if let keyFile {
            key = try Files.read(keyFile)
            place = Position(file: keyFile, line: 1, column: 1)
            // Editors end files with a line end; it is no part of the key.
            while key.last == UInt8(ascii: "\n") || key.last == UInt8(ascii: "\r") { key.removeLast() }
        } else if let text = getenv(environmentVariable) {
            key = Array(String(cString: text).utf8)
        } else if forTesting {
            key = testingKey
        } else {
            throw Diagnostics([
                Diagnostic(
                    code: "missing-key", "the field \(sensitive) is sensitive, and there is no key to hash it with",
                    remedy: "set pseudonym.key_file in the configuration, or the environment variable \(environmentVariable)")
            ])
        }
        return try pseudonymiser(key, place)
    }

    /// The same with the key itself.
    public static func pseudonymiser(for schema: Schema, key: [UInt8]) throws(Diagnostics) -> Pseudonymiser? {
        guard schema.events.contains(where: { $0.fields.contains(where: \.sensitive) }) else { return nil }
        return try pseudonymiser(key, Position(file: environmentVariable, line: 1, column: 1))
    }

    private static func pseudonymiser(_ key: [UInt8], _ place: Position?) throws(Diagnostics) -> Pseudonymiser {
        guard let pseudonymiser = Pseudonymiser(key: key) else {
            throw Diagnostics([
                Diagnostic(
                    code: "bad-key", "the key for sensitive fields is shorter than \(Pseudonymiser.keyBytesMin) bytes",
                    remedy: "make one with: openssl rand -hex 32", at: place)
            ])
        }
        return pseudonymiser
    }
}
