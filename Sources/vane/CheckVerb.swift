internal import CommandLineTable
internal import Documents
internal import Events
internal import Rules
internal import Service

/// `vane check`: is what I wrote right?
enum CheckVerb {
    static let verb = Verb(
        "check", summary: "check schemas, packages and configurations without any server",
        details: [
            "Every error and warning of every file is printed as file:line:column with its remedy. Exits with 1 if there is an error, with --deny-warnings also if there is a warning."
        ],
        arguments: [Argument("PATH", help: "a schema, a package, a configuration, or a folder of them", count: .atLeastOne)],
        options: [
            Option("schema", short: "s", "FILE", help: "the schema for packages; by default schema.yaml beside or above them", completion: .files),
            Option(
                "against", "STATUS",
                help: "also say what a running process lacks for the packages, and what would be warming there: its address, or a file with its status",
                completion: .files),
            Option("deny-warnings", help: "treat warnings as errors"),
            Option("cost", help: "print what an event costs: journals, windows, rules, memory, bytes in Redis"),
            Option("format", "FORMAT", help: "how to print findings", default: "text", choices: ["text", "json"]),
        ],
        examples: [
            Example("vane check rules", "the shipped library"), Example("vane check vane.yaml --deny-warnings", "a configuration and all that it names"),
            Example("vane check --cost rules", "what an event costs with these packages"),
            Example("vane check rules --against http://127.0.0.1:8080", "would it run there, and from when on in full?"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        let findings = DiagnosticList()
        var checked = 0
        var running: StatusComparison?
        if let place = arguments.value("against") {
            do {
                running = try StatusComparison(StatusClient.read(place))
            } catch {
                Terminal.complain(error.all)
                return error.all.contains { $0.code == "status-unreachable" } ? Exit.unreachable : Exit.invalid
            }
        }
        let known = running.map { $0.lists + filledLists(arguments.arguments) }
        var scopes: [CheckedRules] = []
        for path in arguments.arguments {
            var scope = CheckedRules()
            check(path, arguments.value("schema"), running, known, findings, &checked, &scope)
            scopes.append(scope)
        }
        let sorted = findings.sorted
        let costs = arguments.flag("cost") ? scopes.compactMap { CostReport($0) } : nil
        if arguments.value("format") == "json" {
            printJSON(sorted, checked, costs)
        } else {
            for report in costs ?? [] { Terminal.write(report.text) }
            printText(sorted, checked)
        }
        let denied = arguments.flag("deny-warnings") && !sorted.isEmpty
        return findings.hasErrors || denied ? Exit.invalid : Exit.fine
    }

    /// A rule may ask for a list that another package fills.
    private static func filledLists(_ paths: [String]) -> [String] {
        paths.flatMap { (try? RuleFiles.packagePaths($0)) ?? [] }.flatMap { file in
            (try? parseYAML(Files.read(file), file: file)).map { Package.listsFilled(by: $0) } ?? []
        }
    }

    private static func check(
        _ path: String, _ schemaPath: String?, _ running: StatusComparison?, _ lists: [String]?, _ findings: DiagnosticList, _ checked: inout Int,
        _ scope: inout CheckedRules
    ) {
        do {
            if Files.isFolder(path) {
                let schemaPath = schemaPath ?? RuleFiles.schemaPath(near: path)
                if let schemaPath { scope.schema = (schemaPath, try RuleFiles.schema(schemaPath, warnings: findings)) }
                for file in try RuleFiles.packagePaths(path) { check(file, schemaPath, running, lists, findings, &checked, &scope) }
                return
            }
            checked += 1
            let root = try parseYAML(Files.read(path), file: path)
            if root["package"] != nil {
                guard let schemaPath = schemaPath ?? RuleFiles.schemaPath(near: path) else {
                    findings.error(
                        code: "missing-schema", "there is no schema for the package", remedy: "name it with --schema, or put schema.yaml beside or above it",
                        at: Position(file: path, line: 1, column: 1))
                    return
                }
                let schema = try RuleFiles.schema(schemaPath, warnings: findings)
                if scope.schema == nil { scope.schema = (schemaPath, schema) }
                let package = try Package.read(root, schema: schema, lists: lists, warnings: findings)
                running?.compare(package, root, schema, findings)
                scope.packages.append(package)
            } else if root["schema"] != nil || root["kafka"] != nil {
                let configuration = try Configuration.read(Files.read(path), file: path, environment: Environment.all)
                try Daemon.check(configuration, warnings: findings)
                try scope.load(configuration)
            } else {
                scope.schema = (path, try RuleFiles.schema(path, warnings: findings))
            }
        } catch {
            findings.add(contentsOf: error.all)
        }
    }

    private static func printText(_ findings: [Diagnostic], _ checked: Int) {
        Terminal.complain(findings)
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count - errors
        Terminal.write(
            "\(checked) file\(checked == 1 ? "" : "s") checked: \(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")\n")
    }

    private static func printJSON(_ findings: [Diagnostic], _ checked: Int, _ costs: [CostReport]?) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("files")
        writer.int(Int64(checked))
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.key("severity")
            writer.string(finding.severity.rawValue)
            writer.key("code")
            writer.string(finding.code)
            writer.key("message")
            writer.string(finding.message)
            writer.key("remedy")
            if let remedy = finding.remedy { writer.string(remedy) } else { writer.null() }
            if let position = finding.position {
                writer.key("file")
                writer.string(position.file)
                writer.key("line")
                writer.int(Int64(position.line))
                writer.key("column")
                writer.int(Int64(position.column))
            }
            writer.endObject()
        }
        writer.endArray()
        if let costs {
            writer.key("costs")
            writer.beginArray()
            for report in costs { report.write(&writer) }
            writer.endArray()
        }
        writer.endObject()
        writer.newline()
        Terminal.write(writer.text)
    }
}
