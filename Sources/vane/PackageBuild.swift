internal import CommandLineTable
internal import Documents
internal import PackageFeed
internal import Rules
internal import Service

/// `vane package build`.
enum PackageBuild {
    static func run(_ paths: [String], _ arguments: ParsedArguments) throws(Diagnostics) -> Int32 {
        guard !paths.isEmpty else { return PackageVerb.usage("build takes packages or folders of them") }
        let warnings = DiagnosticList()
        var built: [(name: String, content: [UInt8])] = []
        for path in paths {
            for file in try RuleFiles.packagePaths(path) { built.append(try build(file, arguments.value("schema"), warnings)) }
        }
        Terminal.complain(warnings.sorted)
        guard let output = arguments.value("output"), output != "-" else {
            guard built.count == 1 else { return PackageVerb.usage("there are \(built.count) packages; name a folder with --output") }
            Terminal.write(built[0].content)
            return Exit.fine
        }
        let isFolder = output.hasSuffix("/") || Files.isFolder(output)
        guard isFolder || built.count == 1 else { return PackageVerb.usage("there are \(built.count) packages; --output must be a folder, such as \(output)/") }
        for package in built {
            let path = isFolder ? (output.hasSuffix("/") ? output : output + "/") + package.name + ".yaml" : output
            try Files.replace(path, package.content)
            Terminal.write("\(path)\n")
        }
        return Exit.fine
    }

    private static func build(_ file: String, _ schemaPath: String?, _ warnings: DiagnosticList) throws(Diagnostics) -> (name: String, content: [UInt8]) {
        guard let schemaPath = schemaPath ?? RuleFiles.schemaPath(near: file) else {
            throw Diagnostics([
                Diagnostic(
                    code: "missing-schema", "there is no schema for the package", remedy: "name it with --schema, or put schema.yaml beside or above it",
                    at: Position(file: file, line: 1, column: 1))
            ])
        }
        let content = normalise(try SignedDocument(Files.read(file), file: file).content)
        let package = try Package.read(parseYAML(content, file: file), schema: RuleFiles.schema(schemaPath), warnings: warnings)
        guard package.name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x2F && $0 != 0x7F }), !package.name.hasPrefix(".") else {
            throw Diagnostics([
                Diagnostic(
                    code: "bad-name", "the package's name '\(package.name)' cannot name a file", remedy: "use letters, digits, '-' and '_'",
                    at: Position(file: file, line: 1, column: 1))
            ])
        }
        return (package.name, content)
    }

    /// The same text for the same package, whatever editor wrote it: no byte order mark, no spaces at the ends of lines, line ends of Unix, one at the end.
    /// Comments stay: they say why a rule is there.
    private static func normalise(_ bytes: [UInt8]) -> [UInt8] {
        var lines = (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).map { line in
            var line = line
            while let last = line.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") || last == UInt8(ascii: "\r") { line.removeLast() }
            return line
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
    }
}
