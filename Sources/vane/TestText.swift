internal import CommandLineTable
internal import Documents
internal import Glibc
internal import RuleTesting
internal import Rules

/// Prints what became of tests, for people.
struct TestText {
    let showsDifferences: Bool
    private let palette = Palette(isEnabled: Terminal.hasColour(STDOUT_FILENO))

    init(showsDifferences: Bool) { self.showsDifferences = showsDifferences }

    func print(_ report: TestReport) {
        for file in report.files {
            let failed = file.entries.filter { !$0.result.passed }
            let count = counted(file.entries.count, "test")
            if failed.isEmpty {
                Terminal.write("\(palette.green("ok"))    \(file.path)  \(palette.dim(count))\n")
                continue
            }
            Terminal.write("\(palette.red("FAIL"))  \(file.path)  \(failed.count) of \(count)\n")
            for entry in failed { print(entry) }
        }
        for coverage in report.coverage { print(coverage) }
        let summary = "\(counted(report.entries.count, "test")), \(report.passed) passed, \(report.failed) failed; \(counted(report.events, "event"))"
        Terminal.write((report.failed == 0 ? summary : palette.bold(summary)) + "\n")
    }

    private func counted(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    private func print(_ entry: TestReport.Entry) {
        Terminal.write("      \(palette.bold(entry.test.name))\n")
        guard showsDifferences else {
            for failure in entry.result.failures { Terminal.write("        \(line(failure))\n") }
            return
        }
        for failure in entry.result.failures where failure.observation == nil { Terminal.write("        \(line(failure))\n") }
        for (index, observation) in entry.result.observations.enumerated() {
            print(observation, entry.result.failures.filter { $0.observation == index })
        }
    }

    private func line(_ failure: TestResult.Failure) -> String {
        "\(failure.position.file):\(failure.position.line):\(failure.position.column): \(failure.message)"
    }

    /// Expected against actual, what agrees around it.
    private func print(_ observation: TestResult.Observation, _ failures: [TestResult.Failure]) {
        Terminal.write("        \(String(decoding: observation.json, as: UTF8.self))\n")
        for failure in failures {
            let place = palette.dim("\(failure.position.file):\(failure.position.line):\(failure.position.column)")
            Terminal.write("        \(palette.red("- \(failure.key): \(failure.expected)"))  \(place)\n")
            Terminal.write("        \(palette.green("+ \(failure.key): \(failure.actual)"))\n")
        }
        let hits = observation.hits.isEmpty ? "none" : observation.hits.joined(separator: ", ")
        let actions = observation.actions.isEmpty ? "none" : observation.actions.joined(separator: ", ")
        Terminal.write("          hits: \(hits); level: \(observation.level); score: \(number(observation.score)); actions: \(actions)\n")
        for error in observation.errors { Terminal.write("          not decided: \(error)\n") }
        for explanation in observation.explanations { ExplanationText(palette, indentation: 10).print(explanation) }
    }

    private func number(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? value.description }

    private func print(_ coverage: Coverage) {
        let summary = coverage.summary
        let percentage = Self.percentage(summary.conditionPercentage)
        Terminal.write(
            "\ncoverage of \(palette.bold(coverage.package.package.name)): \(summary.rulesHit) of \(counted(summary.rules, "rule")) hit, conditions \(percentage) (\(summary.outcomesSeen) of \(summary.outcomes))\n"
        )
        for gap in coverage.gaps {
            Terminal.write(
                "  \(gap.position.file):\(gap.position.line):\(gap.position.column): \(gap.rule): \(palette.yellow(gap.missing.rawValue)): \(gap.text)\n")
        }
        if coverage.gaps.isEmpty { Terminal.write("  \(palette.dim("nothing is missing"))\n") }
    }

    /// With one digit, rounded down: 100 % means all.
    private static func percentage(_ value: Double) -> String {
        let tenths = Int(value * 10)
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
