internal import Documents
internal import Events
internal import RuleTesting
internal import Rules
internal import Service

/// Finds files of tests and the packages that they are about.
struct TestFiles {
    /// Names that a folder of tests beside a package has.
    static let folderName = "tests"
    private static let extensions = [".yaml", ".yml", ".json"]

    let schemaPath: String?
    let pseudonymKeyFile: String?
    private let zones = ZoneFiles()
    private let diagnostics = DiagnosticList()
    private var schemas: [String: Schema] = [:]
    private var packages: [String: PackageUnderTest] = [:]
    /// Packages and schemas that could not be read, which is reported once.
    private var unreadable: Set<String> = []
    private(set) var files: [TestFile] = []

    init(schemaPath: String?, pseudonymKeyFile: String?) {
        self.schemaPath = schemaPath
        self.pseudonymKeyFile = pseudonymKeyFile
    }

    /// Reads the tests behind the paths: files of tests, packages, or folders of them.
    /// - Throws: everything that is wrong with any of them.
    static func read(_ paths: [String], schemaPath: String?, pseudonymKeyFile: String?) throws(Diagnostics) -> [TestFile] {
        var reader = TestFiles(schemaPath: schemaPath, pseudonymKeyFile: pseudonymKeyFile)
        for path in paths {
            let found = find(path)
            if found.isEmpty {
                reader.diagnostics.error(
                    code: "no-tests", "there are no tests in '\(path)' or below it",
                    remedy: "put files of tests into the folder '\(folderName)' beside package.yaml, or name a file of tests",
                    at: Position(file: path, line: 1, column: 1))
            }
            for file in found { reader.read(file) }
        }
        try reader.diagnostics.throwIfErrors()
        return reader.files
    }

    /// Files of tests are what stands in a folder `tests`; a file that is named itself is taken for one, unless it is a package.
    private static func find(_ path: String) -> [String] {
        if Files.isFolder(path) { return search(path, isTests: isTestsFolder(path), 0) }
        if RuleFiles.isPackage(path) { return search(Files.folder(of: path) + "/" + folderName, isTests: true, 0) }
        return [path]
    }

    private static func isTestsFolder(_ path: String) -> Bool { path.split(separator: "/").last.map(String.init) == folderName }

    private static func search(_ folder: String, isTests: Bool, _ depth: Int) -> [String] {
        guard depth < RuleFiles.depthMax else { return [] }
        var found: [String] = []
        for name in Files.names(in: folder) {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            if Files.isFolder(path) {
                found += search(path, isTests: isTests || name == folderName, depth + 1)
            } else if isTests, extensions.contains(where: { name.hasSuffix($0) }) {
                found.append(path)
            }
        }
        return found
    }

    private mutating func read(_ path: String) {
        do {
            let root = try parseYAML(Files.read(path), file: path)
            guard let packagePath = packagePath(root, path), let package = package(packagePath, root, path) else { return }
            files.append(try TestFile.read(root, path: path, package: package))
        } catch {
            diagnostics.add(contentsOf: error.all)
        }
    }

    /// The package that a file names, or the one in its folder or in the folder above.
    private func packagePath(_ root: Node, _ path: String) -> String? {
        let folder = Files.folder(of: path)
        if let node = root["package"] {
            guard let named = node.string("'package'", diagnostics) else { return nil }
            let resolved = Files.resolve(named, from: folder)
            guard Files.isFolder(resolved) else { return resolved }
            if let found = RuleFiles.packageNames.lazy.map({ resolved + "/" + $0 }).first(where: Files.exists) { return found }
        } else {
            for place in [folder + "/..", folder] {
                if let found = RuleFiles.packageNames.lazy.map({ place + "/" + $0 }).first(where: Files.exists) { return Self.normal(found) }
            }
        }
        diagnostics.error(
            code: "no-package", "there is no package for the tests", remedy: "name it: 'package: ../package.yaml', as seen from this file",
            at: root["package"]?.position ?? Position(file: path, line: 1, column: 1))
        return nil
    }

    /// `rules/account/tests/../package.yaml` is `rules/account/package.yaml`.
    private static func normal(_ path: String) -> String {
        var steps: [Substring] = []
        for step in path.split(separator: "/") {
            if step == "..", let last = steps.last, last != "..", last != "." { steps.removeLast() } else { steps.append(step) }
        }
        return (path.hasPrefix("/") ? "/" : "") + steps.joined(separator: "/")
    }

    private mutating func package(_ path: String, _ root: Node, _ testPath: String) -> PackageUnderTest? {
        if let known = packages[path] { return known }
        if unreadable.contains(path) { return nil }
        unreadable.insert(path)
        guard let schema = schema(for: path) else { return nil }
        do {
            let read = try Package.read(parseYAML(Files.read(path), file: path), schema: schema)
            let package = try PackageUnderTest(
                read, schema: schema, timeZones: zones,
                pseudonymiser: PseudonymKey.pseudonymiser(for: schema, keyFile: pseudonymKeyFile, forTesting: true))
            packages[path] = package
            return package
        } catch {
            diagnostics.add(contentsOf: error.all)
            return nil
        }
    }

    private mutating func schema(for packagePath: String) -> Schema? {
        guard let path = schemaPath ?? RuleFiles.schemaPath(near: packagePath) else {
            diagnostics.error(
                code: "missing-schema", "there is no schema for the package", remedy: "name it with --schema, or put schema.yaml beside or above it",
                at: Position(file: packagePath, line: 1, column: 1))
            return nil
        }
        if let known = schemas[path] { return known }
        guard unreadable.insert(path).inserted else { return nil }
        do {
            let schema = try RuleFiles.schema(path)
            schemas[path] = schema
            return schema
        } catch {
            diagnostics.add(contentsOf: error.all)
            return nil
        }
    }
}
