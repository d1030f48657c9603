internal import Documents
internal import Events
internal import Rules
internal import Service

/// What one path of `vane check` stands for: the rules that would run together.
struct CheckedRules {
    var schema: (path: String, schema: Schema)?
    var packages: [Package] = []
    /// Begins every key in Redis.
    var prefix = "vane:"

    /// What a configuration names in files; packages by URL are not here yet.
    mutating func load(_ configuration: Configuration) throws(Diagnostics) {
        let read = try RuleFiles.schema(configuration.schema)
        schema = (configuration.schema, read)
        prefix = configuration.journals.redis?.prefix ?? prefix
        let paths: [String] = configuration.packages.compactMap { if case .path(let path) = $0.source { path } else { nil } }
        packages = try RuleFiles.packages(paths, schema: read)
    }
}
