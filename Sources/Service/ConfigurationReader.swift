public import Documents
internal import Journals
internal import RedisStore
internal import Telemetry

extension Configuration {
    /// Reads vane.yaml with flags and environment laid over it: flag before environment before file before default.
    ///
    /// - Parameters:
    ///   - file: the file's name as messages show it; relative paths, those of flags and variables as well, start at its folder.
    ///   - settings: `KEY=VALUE` texts of `--set`, such as `kafka.properties.compression.type=lz4`.
    ///   - environment: all variables; those named `VANE_…` are read, `VANE_KAFKA_GROUP` for `kafka.group`. Empty ones count as unset.
    ///   - ignoredVariables: variables that the command line reads itself.
    /// - Throws: everything that is wrong, with positions; for flags the position's file is `--set`, for variables their name.
    public static func read(
        _ bytes: [UInt8], file: String, settings: [String] = [], environment: [String: String] = [:], ignoredVariables: Set<String> = ["VANE_CONFIG"]
    ) throws(Diagnostics) -> Configuration {
        let diagnostics = DiagnosticList()
        var layers = ConfigurationLayers(file: try parseYAML(bytes, file: file), diagnostics)
        layers.apply(environment: environment, ignoring: ignoredVariables)
        layers.apply(settings: settings)
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        let effective = EffectiveValues(file: file)
        var root = ConfigurationSection(
            reader: MapReader(layers.root, "the configuration", diagnostics), path: "", effective: effective, folder: folder)
        var configuration = root.readConfiguration()
        try diagnostics.throwIfErrors()
        configuration.effective = effective.all
        return configuration
    }
}

extension ConfigurationSection {
    /// Named bounds of the configuration's numbers.
    private enum Bounds {
        /// Below a millisecond no decision is made, beyond a minute none is in real time.
        static let budget: ClosedRange<Int64> = 1...60_000
        /// Clocks of feeds differ by minutes; a day hides a wrong time zone.
        static let future: ClosedRange<Int64> = 0...86_400_000
        /// Below, the working copies of a single batch do not fit.
        static let outage: ClosedRange<Int64> = 0...3_660 * 86_400_000
        static let memory: ClosedRange<Int64> = 16 << 20...1 << 50
        /// A record is about 24 bytes: the largest journal then takes 240 MB.
        static let recordsPerEntity: ClosedRange<Int64> = 16...10_000_000
        /// A log is begun anew with a command that names each record, and Redis before 7.0 takes commands of 1,048,576 words.
        static let sharedRecordsMax: Int64 = 1_000_000
    }

    fileprivate mutating func readConfiguration() -> Configuration {
        let schema = path("schema", .required) ?? ""
        let schemaUpdates = readSchemaUpdates()
        let packages = readPackages()
        let kafka = reader.contains("kafka") ? readKafka() : nil
        _ = reader.optional("kafka")
        let journals = readJournals()
        let (lists, remoteLists) = readLists()
        let pseudonymKey = readPseudonym()
        let budget = duration("budget", in: Bounds.budget, default: 500)
        var overload = section("overload")
        let redisDown = overload.choice("redis_down", default: Configuration.RedisDownPolicy.degrade)
        overload.finish()
        var accept = section("accept")
        let future = accept.duration("future", in: Bounds.future, default: 300_000)
        accept.finish()
        let http = readHTTP()
        var log = section("log")
        let level = log.choice("level", default: LogLevel.info)
        let format = log.choice("format", default: LogFormat.text)
        log.finish()
        let stateDirectory = resolve(text("state_directory", default: "/var/lib/vane", resolve))
        finish()
        return Configuration(
            schema: schema, schemaUpdates: schemaUpdates, packages: packages, kafka: kafka, journals: journals, lists: lists, remoteLists: remoteLists,
            pseudonymKey: pseudonymKey,
            budgetMilliseconds: budget, redisDown: redisDown, futureToleranceMilliseconds: future, http: http, logLevel: level, logFormat: format,
            stateDirectory: stateDirectory, effective: [])
    }

    private mutating func readSchemaUpdates() -> Configuration.SchemaUpdates? {
        guard let node = reader.optional("schema_updates") else { return nil }
        var updates = section("schema_updates")
        let remote = updates.readRemote()
        updates.finish()
        return remote.map { Configuration.SchemaUpdates(remote: $0, position: node.position) }
    }

    private mutating func readPackages() -> [Configuration.Package] {
        (reader.list("packages") ?? []).enumerated().compactMap { index, node in
            var package = element(node, "packages", index)
            return package.readPackage(at: node.position)
        }
    }

    private mutating func readJournals() -> Configuration.Journals {
        var journals = section("journals")
        var redis: Configuration.Redis?
        if journals.reader.contains("redis") {
            var server = journals.section("redis")
            let url = server.text("url", .required, Secret.maskPassword(inURL:)) ?? ""
            let prefix = server.text("prefix", default: "vane:")
            if prefix.contains("{") || prefix.contains("}") {
                server.reject("prefix", "a prefix has no braces: a cluster would take them for its own", "write letters, digits and ':'")
            }
            let outage = server.duration("outage", in: Bounds.outage, default: 86_400_000)
            let passwordFile = server.path("password_file", .optional)
            do throws(RedisConfigurationError) {
                let password = try passwordFile.map { (file) throws(RedisConfigurationError) in try RedisSecret.read(file: file) }
                if !url.isEmpty {
                    redis = Configuration.Redis(server: try RedisConfiguration(url: url, password: password), prefix: prefix, outageMilliseconds: outage)
                }
            } catch {
                server.reject(
                    error.setting == "url" ? "url" : "password_file", "\(error.reason)",
                    "write redis://host:port/database, redis-socket:///path or redis-cluster://host:port,host:port, and the password into a file")
            }
            server.finish()
        } else {
            _ = journals.reader.optional("redis")
        }
        let memory = journals.byteSize("memory", in: Bounds.memory, default: 4 << 30)
        let records = journals.int("records_per_entity", in: Bounds.recordsPerEntity, default: Int64(JournalStore.Limits.recordsPerEntityDefault))
        if redis != nil && records > Bounds.sharedRecordsMax {
            journals.reject(
                "records_per_entity", "with Redis an entity keeps at most \(Bounds.sharedRecordsMax) records",
                "lower it: what is beyond is folded, and decisions say 'approximate'")
        }
        journals.finish()
        return Configuration.Journals(redis: redis, memoryBytes: memory, recordsPerEntity: Int(records))
    }

    private mutating func readLists() -> (files: [Configuration.ListFile], remote: [Configuration.RemoteList]) {
        var names: [String: Position] = [:]
        var files: [Configuration.ListFile] = []
        var remotes: [Configuration.RemoteList] = []
        for (index, node) in (reader.list("lists") ?? []).enumerated() {
            var list = element(node, "lists", index)
            let name = list.text("name", .required)
            let file = list.path("file", .optional)
            let remote = list.readSource(besides: "file", file != nil, at: node.position)
            list.finish()
            guard let name else { continue }
            if !isIdentifier(name) {
                list.reject("name", "'\(name)' is no name of a list", "use letters, digits, '_' and '-', and start with a letter")
            }
            if let first = names[name] {
                list.reject("name", "a list '\(name)' stands already at line \(first.line)", "give every list its own name")
            }
            names[name] = node.position
            if let file { files.append(Configuration.ListFile(name: name, file: file, position: node.position)) }
            if let remote { remotes.append(Configuration.RemoteList(name: name, remote: remote, position: node.position)) }
        }
        return (files, remotes)
    }

    private mutating func readPseudonym() -> Configuration.PseudonymKey? {
        guard reader.contains("pseudonym") else {
            _ = reader.optional("pseudonym")
            return nil
        }
        var pseudonym = section("pseudonym")
        let file = pseudonym.path("key_file", .optional)
        let key = pseudonym.text("key", .optional) { _ in Secret.mask }
        pseudonym.finish()
        if key != nil, let node = pseudonym.reader.optional("key"), node.position.file != ConfigurationKeys.variable(of: "pseudonym.key") {
            diagnostics.error(
                code: "secret-in-clear", "the pseudonym key stands in the configuration",
                remedy: "put it into a file of its own and name that as pseudonym.key_file, or into VANE_PSEUDONYM_KEY", at: node.position)
        }
        if let key { return .environment(Secret(key)) }
        return file.map { .file($0) }
    }

    private mutating func readHTTP() -> Configuration.Listen? {
        var http = section("http")
        let text = http.text("listen", .optional)
        http.finish()
        guard let text else { return nil }
        if let listen = Configuration.Listen(text) { return listen }
        http.reject("listen", "'\(text)' is no address to listen on", "write host:port, such as 127.0.0.1:8080 or [::1]:8080")
        return nil
    }
}

/// Whether a name has letters, digits, `_` and `-` of ASCII only, and starts with a letter.
func isIdentifier(_ name: String) -> Bool {
    let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
    guard let first = name.utf8.first, isLetter(first) else { return false }
    return name.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
}

extension Configuration.Listen {
    /// `host:port`, an IPv6 address in brackets; nil for other text.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        if host.isEmpty { return nil }
        self.init(host: String(host), port: port)
    }
}
