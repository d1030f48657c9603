internal import CommandLineTable
internal import Documents
internal import Glibc
internal import Service

/// `vane fmt`: one layout for everybody's files.
enum FormatVerb {
    static let verb = Verb(
        "fmt", summary: "lay out schemas, packages, tests and configurations in the one canonical way",
        details: [
            "Changes space, line breaks between values and the order of known keys, and nothing else: comments, quotation marks, numbers and the text of expressions stay. A file is replaced as a whole, and only if it changes.",
            "In a folder, schema.yaml, package.yaml, vane.yaml and the files in folders named tests are formatted, at most six levels deep. JSON is left alone.",
        ],
        arguments: [Argument("PATH", help: "a YAML file, a folder, or - for standard input to output; by default the current folder", count: .anyNumber)],
        options: [
            Option("check", help: "write nothing; list files that are not formatted, and exit with 1 if there is one"),
            Option("diff", help: "write nothing; print what would change as a unified diff"),
        ],
        examples: [
            Example("vane fmt rules", "format a library"), Example("vane fmt --check --diff .", "for continuous integration"),
            Example("vane fmt - < package.yaml", "for an editor"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        var run = FormatRun(isCheck: arguments.flag("check"), isDiff: arguments.flag("diff"))
        for path in arguments.arguments.isEmpty ? ["."] : arguments.arguments { run.format(path) }
        return run.finish()
    }
}

private struct FormatRun {
    let isCheck: Bool
    let isDiff: Bool
    private var files = 0
    private var changed = 0
    private var hasErrors = false
    private var readsInput = false

    init(isCheck: Bool, isDiff: Bool) {
        self.isCheck = isCheck
        self.isDiff = isDiff
    }

    mutating func format(_ path: String) {
        if path == "-" {
            readsInput = true
            return attempt { run throws(Diagnostics) in try run.formatInput() }
        }
        guard Files.isFolder(path) else { return attempt { run throws(Diagnostics) in try run.formatFile(path) } }
        let found = Self.search(path, isTests: false, 0)
        if found.isEmpty {
            complain([
                Diagnostic(
                    code: "nothing-to-format", "there is no schema, package, configuration or test in YAML in '\(path)' or below it",
                    remedy: "name a file, or a folder that has some", at: Position(file: path, line: 1, column: 1))
            ])
        }
        for file in found { attempt { run throws(Diagnostics) in try run.formatFile(file) } }
    }

    /// The exit status, after a summary.
    func finish() -> Int32 {
        if files > 0 {
            let what = isCheck || isDiff ? "not formatted" : "formatted"
            let summary = "\(files) file\(files == 1 ? "" : "s"), \(changed) \(what)\n"
            if isDiff { Terminal.complain(String(summary.dropLast())) } else { Terminal.write(summary) }
        }
        return hasErrors || (isCheck && changed > 0) ? Exit.invalid : Exit.fine
    }

    private mutating func attempt(_ work: (inout FormatRun) throws(Diagnostics) -> Void) {
        do { try work(&self) } catch { complain(error.all) }
    }

    private mutating func complain(_ diagnostics: [Diagnostic]) {
        Terminal.complain(diagnostics)
        if diagnostics.contains(where: { $0.severity == .error }) { hasErrors = true }
    }

    /// What is formatted in a folder: files by their names, and all in folders of tests.
    private static func search(_ folder: String, isTests: Bool, _ depth: Int) -> [String] {
        guard depth < RuleFiles.depthMax else { return [] }
        var found: [String] = []
        for name in Files.names(in: folder) {
            let path = folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
            if Files.isFolder(path) {
                found += search(path, isTests: isTests || name == TestFiles.folderName, depth + 1)
            } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml"), isTests || ["schema", "package", "vane"].contains(name.prefix { $0 != "." }) {
                found.append(path)
            }
        }
        return found
    }

    private mutating func formatInput() throws(Diagnostics) {
        let input = try Files.read("/dev/stdin")
        let output = try formatted(input, name: "<stdin>")
        let isChanged = output != input
        if isCheck && isChanged { changed += 1 }
        if isDiff {
            Terminal.write(UnifiedDiff.text(String(decoding: input, as: UTF8.self), String(decoding: output, as: UTF8.self), path: "<stdin>"))
        } else if !isCheck {
            Terminal.write(output)
        }
    }

    private mutating func formatFile(_ path: String) throws(Diagnostics) {
        if path.hasSuffix(".json") {
            throw Diagnostics([
                Diagnostic(
                    code: "not-yaml", "'\(path)' is JSON, which 'vane fmt' does not format", remedy: "use a formatter for JSON, such as jq",
                    at: Position(file: path, line: 1, column: 1))
            ])
        }
        let input = try Files.read(path)
        let output = try formatted(input, name: path)
        files += 1
        if output == input { return }
        changed += 1
        if isDiff {
            Terminal.write(UnifiedDiff.text(String(decoding: input, as: UTF8.self), String(decoding: output, as: UTF8.self), path: path))
        } else {
            if !isCheck { try Self.replace(path, output) }
            Terminal.write(path + "\n")
        }
    }

    private mutating func formatted(_ input: [UInt8], name: String) throws(Diagnostics) -> [UInt8] {
        let kind = DocumentKind(try parseYAML(input, file: name))
        let result = try YAMLFormatter.format(input, file: name, shape: kind?.shape)
        if !result.isUnderstood {
            complain([
                Diagnostic(
                    .warning, code: "not-formatted", "the document has a construct that is not laid out, and stays as it is",
                    remedy: "write it without explicit keys ('?'), directives ('%') and lone carriage returns, and end the last line",
                    at: Position(file: name, line: 1, column: 1))
            ])
        }
        return result.text
    }

    /// The file behind a symbolic link is replaced, not the link; it keeps its permissions.
    private static func replace(_ path: String, _ bytes: [UInt8]) throws(Diagnostics) {
        var target = path
        if let resolved = realpath(path, nil) {
            target = String(cString: resolved)
            free(resolved)
        }
        var information = stat()
        let mode = stat(target, &information) == 0 ? information.st_mode & 0o7777 : 0o644
        try Files.replace(target, bytes, mode: mode)
    }
}
