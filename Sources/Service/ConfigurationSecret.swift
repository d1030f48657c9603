/// A text that must not appear in logs, messages or pages: it describes itself as `***`.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    public init(_ text: String) { self.text = text }

    /// The secret itself, for the one place that needs it.
    public func reveal() -> String { text }

    public var description: String { Self.mask }
    public var debugDescription: String { Self.mask }
    public var customMirror: Mirror { Mirror(self, children: []) }

    public static let mask = "***"

    /// A URL with its password masked: `redis://user:***@host`.
    public static func maskPassword(inURL url: String) -> String {
        guard let scheme = url.firstRange(of: "://"), let at = url[scheme.upperBound...].lastIndex(of: "@") else { return url }
        let credentials = url[scheme.upperBound..<at]
        guard let colon = credentials.firstIndex(of: ":") else { return url }
        return url[...colon] + mask + url[at...]
    }

    /// Whether a property's value is a secret by its name, as librdkafka names them.
    public static func isSecret(property name: String) -> Bool {
        ["password", "secret", ".key.pem", "sasl.jaas.config", "oauthbearer.config", "token"].contains { name.contains($0) }
    }
}
