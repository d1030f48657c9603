internal import CommandLineTable
internal import Documents
internal import Glibc
internal import RuleTesting
internal import Rules
internal import Service

/// `vane test`: do the rules do what their tests say?
enum TestVerb {
    static let verb = Verb(
        "test", summary: "run the tests of packages",
        details: [
            "Runs files of tests through the production decoder and engine: events in, hits, levels, actions and indicator values compared. In a folder, the files in folders named tests are taken. Each is about the package beside or above it, or the one that it names.",
            "Exits with 2 if a test fails or coverage is below --coverage-min, with 1 if a file is not right.",
        ],
        arguments: [Argument("PATH", help: "a file of tests, a package, or a folder", count: .atLeastOne)],
        options: [
            Option("schema", short: "s", "FILE", help: "the schema; by default schema.yaml beside or above the package", completion: .files),
            Option("run", short: "r", "PATTERN", help: "only tests whose package/file/name contains this text or regular expression"),
            Option("diff", help: "for what fails, print the event, expected against actual, and why rules did not hit"),
            Option("coverage", help: "print which rules never hit and which conditions were never true or never false"),
            Option("coverage-min", "PERCENT", help: "fail where a package's coverage is below this; implies --coverage"),
            Option("junit", "FILE", help: "write a JUnit report as well", completion: .files),
            Option("format", "FORMAT", help: "how to print results", default: "text", choices: ["text", "json"]),
            Option("pseudonym-key", "FILE", help: "the key for sensitive fields", environment: "VANE_PSEUDONYM_KEY_FILE", completion: .files),
        ],
        examples: [
            Example("vane test rules", "all tests of the shipped library"),
            Example("vane test rules/account-trading --run C7 --diff", "those with C7 in their name, and why they fail"),
            Example("vane test rules --coverage-min 100 --junit report.xml", "on a build server"),
        ])

    static func run(_ arguments: ParsedArguments) -> Int32 {
        var minimum: Double?
        if let text = arguments.value("coverage-min") {
            guard let percentage = Double(text), (0...100).contains(percentage) else {
                Terminal.complain("vane: error[usage]: --coverage-min is a percentage from 0 to 100")
                return ExitStatus.usage
            }
            minimum = percentage
        }
        do {
            let files = try TestFiles.read(arguments.arguments, schemaPath: arguments.value("schema"), pseudonymKeyFile: arguments.value("pseudonym-key"))
            let selection = TestSelection(arguments.value("run"))
            let report = try run(files, selection, coverage: arguments.flag("coverage") || minimum != nil)
            if report.entries.isEmpty {
                let reason = arguments.value("run").map { "none of the tests has '\($0)' in its package/file/name" } ?? "the files hold no tests"
                Terminal.complain("vane: error[no-tests]: \(reason)")
                return Exit.invalid
            }
            if let path = arguments.value("junit") { try Output.write(report.junit, to: path) }
            let lacking = minimum.map { minimum in report.coverage.filter { $0.isBelow(minimum) } } ?? []
            if arguments.value("format") == "json" {
                var writer = JSONWriter()
                report.write(&writer)
                writer.newline()
                Terminal.write(writer.bytes)
            } else {
                TestText(showsDifferences: arguments.flag("diff")).print(report)
            }
            for coverage in lacking {
                Terminal.complain(
                    "vane: error[coverage]: '\(coverage.package.package.name)' is covered less than \(arguments.value("coverage-min")!) %; add tests for what is listed under coverage"
                )
            }
            return report.failed == 0 && lacking.isEmpty ? Exit.fine : Exit.differs
        } catch {
            Terminal.complain(error.all)
            return Exit.invalid
        }
    }

    private static func run(_ files: [TestFile], _ selection: TestSelection, coverage wanted: Bool) throws(Diagnostics) -> TestReport {
        var report = TestReport()
        var progress = Progress(total: files.reduce(0) { $0 + $1.tests.count })
        let clock = ContinuousClock()
        for file in files {
            let name = file.package.package.name
            var coverage = report.coverage.first { $0.package === file.package }
            if wanted, coverage == nil {
                coverage = Coverage(file.package)
                report.coverage.append(coverage!)
            }
            for test in file.tests {
                progress.advance()
                guard selection.contains(package: name, file: file.path, test: test.name) else { continue }
                let start = clock.now
                let result = try file.run(test, coverage: coverage)
                let duration = (clock.now - start).components
                let seconds = Double(duration.seconds) + Double(duration.attoseconds) / 1e18
                report.entries.append(.init(file: file.path, package: name, test: test, result: result, seconds: seconds))
            }
        }
        progress.finish()
        return report
    }
}

extension Coverage {
    /// Rules that never hit count as well as conditions.
    fileprivate func isBelow(_ minimum: Double) -> Bool {
        let summary = summary
        return min(summary.conditionPercentage, summary.rulePercentage) < minimum
    }
}

/// Which tests are to run.
struct TestSelection {
    private let text: String?
    private let pattern: Regex<AnyRegexOutput>?

    /// - Parameter text: part of `package/file/name`, or a regular expression that it contains; nil for all.
    init(_ text: String?) {
        self.text = text
        pattern = text.flatMap { try? Regex($0) }
    }

    func contains(package: String, file: String, test: String) -> Bool {
        guard let text else { return true }
        let stem = file.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        let name = "\(package)/\(stem)/\(test)"
        return name.contains(text) || (pattern.map { name.contains($0) } ?? false)
    }
}
