internal import Documents
internal import PackageFeed
internal import Rules

extension ConfigurationSection {
    private enum RemoteBounds {
        /// Polling more often than every second burdens the server for nothing; less often than daily, a fix comes too late.
        static let every: ClosedRange<Int64> = 1_000...86_400_000
        /// A document of YAML is bounded by `DocumentLimits`; lists of a whole country are larger.
        static let bytes: ClosedRange<Int64> = 1 << 10...1 << 30
        static let timeout: ClosedRange<Int64> = 100...600_000
        /// Less than a few polls would be stale between them.
        static let staleAfter: ClosedRange<Int64> = 1_000...366 * 86_400_000
    }

    private static let remoteKeys = ["every", "public_keys", "max_bytes", "timeout", "stale_after", "stale_policy", "ca_file"]

    /// One element of `packages`; nil when it has no usable source.
    mutating func readPackage(at position: Position) -> Configuration.Package? {
        let path = self.path("path", .optional)
        let remote = readSource(besides: "path", path != nil, at: position)
        let mode = reader.choice("mode", of: Configuration.Package.Mode.self)
        if let mode { record("mode", mode.rawValue, isGiven: true) }
        let rollout = reader.optional("rollout").flatMap { Rollout.read($0, diagnostics) }
        if let rollout { record("rollout", formatPercentage(rollout.share), isGiven: true) }
        finish()
        let source: Configuration.Package.Source? =
            switch (path, remote) {
            case (let path?, nil): .path(path)
            case (nil, let remote?): .url(remote)
            default: nil
            }
        return source.map { Configuration.Package(source: $0, mode: mode, rollout: rollout, position: position) }
    }

    /// The URL of a document with what belongs to it; nil without a URL. Of URL and file one must be there, and only one.
    /// - Parameter file: the key that names a file instead.
    mutating func readSource(besides file: String, _ hasFile: Bool, at position: Position) -> Configuration.Remote? {
        let url = text("url", .optional, Secret.maskPassword(inURL:))
        guard let url else {
            if hasFile { refuseRemoteKeys(file) } else { Self.remoteKeys.forEach { _ = reader.optional($0) } }
            if reader.isMap && !reader.contains("url") && !reader.contains(file) {
                diagnostics.error(
                    code: "missing-key", "\(reader.name) has neither '\(file)' nor 'url'",
                    remedy: "add '\(file): …' for a file\(file == "path" ? " or folder" : ""), or 'url: …'", at: position)
            }
            return nil
        }
        if hasFile {
            reject(
                "url", "\(reader.name) has both '\(file)' and 'url'",
                "keep one of them, and write two elements for two \(file == "path" ? "packages" : "lists")")
            Self.remoteKeys.forEach { _ = reader.optional($0) }
            return nil
        }
        return readRemote(url)
    }

    /// A section that is a document at a URL; nil without one.
    mutating func readRemote() -> Configuration.Remote? { text("url", .required, Secret.maskPassword(inURL:)).map { readRemote($0) } }

    private mutating func readRemote(_ url: String) -> Configuration.Remote {
        if !["https://", "http://", "file://"].contains(where: { url.hasPrefix($0) && url.utf8.count > $0.utf8.count }) {
            reject("url", "'\(Secret.maskPassword(inURL: url))' is no URL of a document", "write https://…, http://… or file://…")
        }
        let every = duration("every", in: RemoteBounds.every, default: 60_000)
        let keys = (reader.strings("public_keys") ?? []).map(resolve)
        if !keys.isEmpty { record("public_keys", keys.joined(separator: ", "), isGiven: true) }
        let bytesMax = byteSize("max_bytes", in: RemoteBounds.bytes, default: Int64(Subscription.bytesMaxDefault))
        let timeout = duration("timeout", in: RemoteBounds.timeout, default: Subscription.timeoutMillisecondsDefault)
        let staleAfter = reader.duration("stale_after", in: RemoteBounds.staleAfter)
        if let staleAfter {
            record("stale_after", formatDuration(staleAfter), isGiven: true)
            if staleAfter <= every {
                reject(
                    "stale_after", "'stale_after' is no longer than 'every', so each document would be stale between two polls", "make it several times as long"
                )
            }
        }
        let policy = choice("stale_policy", default: Subscription.StalePolicy.warn)
        let caFile = path("ca_file", .optional)
        return Configuration.Remote(
            url: url, everyMilliseconds: every, publicKeys: keys, bytesMax: bytesMax, timeoutMilliseconds: timeout, staleAfterMilliseconds: staleAfter,
            stalePolicy: policy, caFile: caFile)
    }

    /// Files are read when the process starts; their signatures are those of the file system.
    private mutating func refuseRemoteKeys(_ file: String) {
        for key in Self.remoteKeys where reader.optional(key) != nil {
            reject(
                key, "'\(key)' belongs to a \(file == "path" ? "package" : "list") by URL, and \(reader.name) has a \(file)",
                "remove it, or write 'url: file:///…'")
        }
    }
}

extension Configuration.Package {
    /// What it says in place of the package itself.
    var override: RuleFiles.Override { RuleFiles.Override(mode: mode.map { $0 == .live ? .live : .shadow }, rollout: rollout) }
}
