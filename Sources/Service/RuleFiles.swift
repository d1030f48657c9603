public import Documents
public import Events
internal import Expressions
public import Rules

/// Reading schemas and packages from files and folders.
public enum RuleFiles {
    /// Names that a folder's packages have.
    public static let packageNames = ["package.yaml", "package.yml", "package.json"]
    static let schemaNames = ["schema.yaml", "schema.yml", "schema.json"]
    /// Folders within folders are a mistake beyond this.
    public static let depthMax = 6

    /// - Parameter warnings: receives what is doubtful but not wrong.
    public static func schema(_ path: String, warnings: DiagnosticList = DiagnosticList()) throws(Diagnostics) -> Schema {
        let schema = try Schema.read(Files.read(path), file: path, warnings: warnings)
        guard ZoneFiles().rules(named: schema.timeZone) != nil else {
            throw Diagnostics([
                Diagnostic(
                    code: "unknown-time-zone", "there is no time zone '\(schema.timeZone)' on this machine",
                    remedy: "use an IANA name such as Asia/Shanghai, and see that the package tzdata is installed", at: Position(file: path, line: 1, column: 1)
                )
            ])
        }
        return schema
    }

    /// Whether a file has the name of a package.
    public static func isPackage(_ path: String) -> Bool { packageNames.contains { path == $0 || path.hasSuffix("/" + $0) } }

    /// The package files behind a path: the file itself, or all `package.yaml` in a folder and below it, in the order of their paths.
    public static func packagePaths(_ path: String) throws(Diagnostics) -> [String] {
        guard Files.isFolder(path) else { return [path] }
        let found = search(path, 0)
        if found.isEmpty {
            throw Diagnostics([
                Diagnostic(
                    code: "no-package", "there is no package.yaml in '\(path)' or below it", remedy: "name a folder with packages, or a package file",
                    at: Position(file: path, line: 1, column: 1))
            ])
        }
        return found
    }

    private static func search(_ folder: String, _ depth: Int) -> [String] {
        guard depth < depthMax else { return [] }
        var found: [String] = []
        for name in Files.names(in: folder) {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            if Files.isFolder(path) { found += search(path, depth + 1) } else if packageNames.contains(name) { found.append(path) }
        }
        return found
    }

    /// What a configuration says of a package file, in place of what the file says.
    struct Override {
        var mode: Package.Mode?
        var rollout: Rollout?

        func apply(to package: inout Package) {
            if let mode { package.mode = mode }
            if let rollout { package.rollout = rollout }
        }
    }

    /// Reads packages; every error of every file in one go. Of two revisions of one package the older one is marked.
    /// - Parameters:
    ///   - lists: names of the lists that exist besides those that the packages' own rules fill; nil to accept any name.
    ///   - warnings: receives what is doubtful but not wrong.
    public static func packages(
        _ paths: [String], schema: Schema, lists: [String]? = nil, warnings: DiagnosticList = DiagnosticList()
    ) throws(Diagnostics) -> [Package] {
        try packages(paths.map { ($0, Override()) }, schema: schema, lists: lists, warnings: warnings)
    }

    /// The same, with what a configuration says of each path.
    static func packages(
        _ paths: [(path: String, override: Override)], schema: Schema, lists: [String]?, warnings: DiagnosticList
    ) throws(Diagnostics) -> [Package] {
        let diagnostics = DiagnosticList()
        var documents: [(override: Override, root: Node)] = []
        for (path, override) in paths {
            do {
                for file in try packagePaths(path) {
                    do {
                        documents.append((override, try parseYAML(Files.read(file), file: file)))
                    } catch {
                        diagnostics.add(contentsOf: error.all)
                    }
                }
            } catch {
                diagnostics.add(contentsOf: error.all)
            }
        }
        // A rule may ask for a list that another package fills.
        let known = lists.map { lists in lists + documents.flatMap { Package.listsFilled(by: $0.root) } }
        var packages: [Package] = []
        for (override, root) in documents {
            do {
                var package = try Package.read(root, schema: schema, lists: known, warnings: warnings)
                override.apply(to: &package)
                packages.append(package)
            } catch {
                diagnostics.add(contentsOf: error.all)
            }
        }
        do {
            try Package.pairRevisions(&packages)
        } catch {
            diagnostics.add(contentsOf: error.all)
        }
        try diagnostics.throwIfErrors()
        return packages
    }

    /// The schema beside a package file, or in a folder above it.
    public static func schemaPath(near path: String) -> String? {
        var folder = Files.isFolder(path) ? path : Files.folder(of: path)
        for _ in 0..<depthMax {
            for name in schemaNames where Files.exists(folder + "/" + name) { return folder + "/" + name }
            if folder == "." || folder == "/" { break }
            folder = folder.contains("/") ? Files.folder(of: folder) : "."
        }
        return nil
    }
}
