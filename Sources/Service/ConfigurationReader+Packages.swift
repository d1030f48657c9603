internal import Documents

extension ConfigurationSection {
    /// Polling more often than every second burdens the package server for nothing; less often than daily, a fix comes too late.
    private static let pollRange: ClosedRange<Int64> = 1_000...86_400_000

    /// One element of `packages`; nil when it has no usable source.
    mutating func readPackage(at position: Position) -> Configuration.Package? {
        let path = self.path("path", .optional)
        let url = text("url", .optional, Secret.maskPassword(inURL:))
        let mode = reader.choice("mode", of: Configuration.Package.Mode.self)
        if let mode { record("mode", mode.rawValue, isGiven: true) }
        let source: Configuration.Package.Source?
        switch (path, url) {
        case (let path?, nil):
            refusePollingKeys()
            source = .path(path)
        case (nil, let url?):
            source = readURL(url)
        case (nil, nil):
            source = nil
            if reader.isMap && !reader.contains("path") && !reader.contains("url") {
                diagnostics.error(
                    code: "missing-key", "\(reader.name) has neither 'path' nor 'url'",
                    remedy: "add 'path: …' for a file or folder, or 'url: …'", at: position)
            }
        default:
            source = nil
            reject("url", "\(reader.name) has both 'path' and 'url'", "keep one of them, and write two elements for two packages")
            _ = reader.optional("every")
            _ = reader.optional("public_keys")
        }
        finish()
        return source.map { Configuration.Package(source: $0, mode: mode, position: position) }
    }

    private mutating func readURL(_ url: String) -> Configuration.Package.Source {
        if !["https://", "http://", "file://"].contains(where: { url.hasPrefix($0) && url.utf8.count > $0.utf8.count }) {
            reject("url", "'\(Secret.maskPassword(inURL: url))' is no URL of a package", "write https://…, http://… or file://…")
        }
        let every = duration("every", in: Self.pollRange, default: 60_000)
        let keys = (reader.strings("public_keys") ?? []).map(resolve)
        if !keys.isEmpty { record("public_keys", keys.joined(separator: ", "), isGiven: true) }
        return .url(url, everyMilliseconds: every, publicKeys: keys)
    }

    /// Files are read when the process starts or reloads; their signatures are those of the file system.
    private mutating func refusePollingKeys() {
        for key in ["every", "public_keys"] where reader.optional(key) != nil {
            reject(key, "'\(key)' belongs to a package by URL, and \(reader.name) has a path", "remove it, or write 'url: file:///…'")
        }
    }
}
