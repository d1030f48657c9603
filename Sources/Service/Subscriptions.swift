internal import Documents
internal import Events
internal import Expressions
internal import PackageFeed
internal import Rules
internal import Telemetry

/// From the configuration to a feed of packages and lists.
enum Subscriptions {
    /// Whether anything is kept up to date while the process runs.
    static func areNeeded(_ configuration: Configuration) -> Bool { !remotes(configuration).isEmpty }

    private static func remotes(_ configuration: Configuration) -> [Configuration.Remote] {
        (configuration.schemaUpdates.map { [$0.remote] } ?? []) + configuration.remoteLists.map(\.remote)
            + configuration.packages.compactMap { package in if case .url(let remote) = package.source { remote } else { nil } }
    }

    /// - Throws: what is wrong with keys and with the packages of files.
    static func feed(
        _ configuration: Configuration, schema: Schema, timeZones: any TimeZoneProvider, makeDecoder: @escaping Assembly.DecoderMaker, log: Logger,
        registry: MetricsRegistry
    ) throws(Diagnostics) -> Feed {
        let diagnostics = DiagnosticList()
        var subscriptions: [Subscription] = []
        var sources: [Assembly.Source] = []
        for package in configuration.packages {
            let (mode, rollout) = (package.override.mode, package.override.rollout)
            do {
                switch package.source {
                case .path(let path):
                    var documents: [Assembly.Document] = []
                    for file in try RuleFiles.packagePaths(path) {
                        documents.append(Assembly.Document(bytes: try Files.read(file), file: file, mode: mode, rollout: rollout))
                    }
                    sources.append(.fixed(documents))
                case .url(let remote):
                    sources.append(.subscribed(subscriptions.count))
                    var subscription = try subscription(.package(mode: mode), remote, package.position)
                    subscription.rollout = rollout
                    subscriptions.append(subscription)
                }
            } catch {
                diagnostics.add(contentsOf: error.all)
            }
        }
        do {
            if let updates = configuration.schemaUpdates { subscriptions.append(try subscription(.schema, updates.remote, updates.position)) }
            for list in configuration.remoteLists { subscriptions.append(try subscription(.list(list.name), list.remote, list.position)) }
        } catch {
            diagnostics.add(contentsOf: error.all)
        }
        try diagnostics.throwIfErrors()
        let assembly = Assembly(schema: schema, sources: sources, listNames: listNames(configuration), timeZones: timeZones, makeDecoder: makeDecoder)
        return try Feed(
            subscriptions, assembly: assembly, stateDirectory: subscriptions.isEmpty ? nil : configuration.stateDirectory,
            readList: { bytes, file, list throws(Diagnostics) in try ListFiles.contents(bytes, file: file, list: list) }, log: log, registry: registry)
    }

    /// Names of the lists that a configuration declares.
    static func listNames(_ configuration: Configuration) -> [String] { configuration.lists.map(\.name) + configuration.remoteLists.map(\.name) }

    private static func subscription(_ content: Subscription.Content, _ remote: Configuration.Remote, _ position: Position?) throws(Diagnostics) -> Subscription
    {
        var keys: [PublicKey] = []
        for file in remote.publicKeys { keys.append(try PublicKey(pem: Files.read(file), file: file)) }
        return Subscription(
            content, url: remote.url, everyMilliseconds: remote.everyMilliseconds, publicKeys: keys, bytesMax: Int(remote.bytesMax),
            timeoutMilliseconds: remote.timeoutMilliseconds, staleAfterMilliseconds: remote.staleAfterMilliseconds, stalePolicy: remote.stalePolicy,
            caFile: remote.caFile, position: position)
    }

    /// Reads the keys that subscriptions name, for a check that connects nothing.
    static func checkKeys(_ configuration: Configuration) throws(Diagnostics) {
        for remote in remotes(configuration) { for file in remote.publicKeys { _ = try PublicKey(pem: Files.read(file), file: file) } }
    }
}
