public import Documents
public import Rules

/// A document that is kept up to date from a URL.
public struct Subscription: Sendable {
    public enum Content: Sendable, Equatable {
        /// `mode` overrides the package's own.
        case package(mode: Package.Mode?)
        /// The entries of a named list; JSON Lines where the URL's path ends in .jsonl or .ndjson, else CSV.
        case list(String)
        /// The schema; only what adds to the one that runs is taken.
        case schema
    }

    /// What happens when a document has not been confirmed by its server for longer than `staleAfterMilliseconds`, or has expired.
    public enum StalePolicy: String, Sendable, CaseIterable {
        /// A line in the log, and the status.
        case warn
        /// Decisions say `degraded`.
        case degrade
        /// The process says that it is not ready.
        case notReady = "not_ready"
    }

    public var content: Content
    /// https, http or file; may hold a password.
    public var url: String
    public var everyMilliseconds: Int64
    /// Any of these must have signed the document; empty asks for no signature.
    public var publicKeys: [PublicKey]
    public var bytesMax: Int
    /// From connecting to the last byte.
    public var timeoutMilliseconds: Int64
    /// Nil: it never becomes stale by age.
    public var staleAfterMilliseconds: Int64?
    public var stalePolicy: StalePolicy
    /// A file of certificates to trust instead of the system's.
    public var caFile: String?
    /// Overrides the share of subjects for which a package acts.
    public var rollout: Rollout?
    /// Where the configuration names it.
    public var position: Position?

    public static let bytesMaxDefault = 16 << 20
    public static let timeoutMillisecondsDefault: Int64 = 30_000

    public init(
        _ content: Content, url: String, everyMilliseconds: Int64 = 60_000, publicKeys: [PublicKey] = [], bytesMax: Int = Subscription.bytesMaxDefault,
        timeoutMilliseconds: Int64 = Subscription.timeoutMillisecondsDefault, staleAfterMilliseconds: Int64? = nil, stalePolicy: StalePolicy = .warn,
        caFile: String? = nil, position: Position? = nil
    ) {
        self.content = content
        self.url = url
        self.everyMilliseconds = everyMilliseconds
        self.publicKeys = publicKeys
        self.bytesMax = bytesMax
        self.timeoutMilliseconds = timeoutMilliseconds
        self.staleAfterMilliseconds = staleAfterMilliseconds
        self.stalePolicy = stalePolicy
        self.caFile = caFile
        self.position = position
    }

    /// The URL as logs and pages may show it: without password, query and fragment, where credentials stand.
    public var shownURL: String {
        let bare = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = bare.firstRange(of: "://") else { return String(bare) }
        let rest = bare[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(bare) }
        return bare[..<scheme.upperBound] + "***@" + rest[rest.index(after: at)...]
    }
}
