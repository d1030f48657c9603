public import Documents
internal import Rules

/// What became of a run of tests.
public struct TestReport {
    public struct Entry {
        public var file: String
        public var package: String
        public var test: PackageTest
        public var result: TestResult
        public var seconds: Double

        public init(file: String, package: String, test: PackageTest, result: TestResult, seconds: Double) {
            self.file = file
            self.package = package
            self.test = test
            self.result = result
            self.seconds = seconds
        }
    }

    public var entries: [Entry] = []
    /// One for each package, where asked for.
    public var coverage: [Coverage] = []

    public init() {}

    public var failed: Int { entries.count { !$0.result.passed } }
    public var passed: Int { entries.count - failed }
    public var events: Int { entries.reduce(0) { $0 + $1.result.events } }

    /// Entries by file, in order.
    public var files: [(path: String, entries: [Entry])] {
        var files: [(path: String, entries: [Entry])] = []
        for entry in entries {
            if files.last?.path != entry.file { files.append((entry.file, [])) }
            files[files.count - 1].entries.append(entry)
        }
        return files
    }
}

extension TestResult.Failure {
    /// One sentence.
    public var message: String { "\(eventID): \(key): expected \(expected), got \(actual)" }
}

// As JSON.
extension TestReport {
    /// `{"tests":[…],"passed":…,"failed":…,"events":…,"coverage":[…]}`
    public func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("tests")
        writer.beginArray()
        for entry in entries { write(entry, &writer) }
        writer.endArray()
        writer.key("passed")
        writer.int(Int64(passed))
        writer.key("failed")
        writer.int(Int64(failed))
        writer.key("events")
        writer.int(Int64(events))
        if !coverage.isEmpty {
            writer.key("coverage")
            writer.beginArray()
            for coverage in coverage { write(coverage, &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private func write(_ entry: Entry, _ writer: inout JSONWriter) {
        writer.beginObject()
        place(entry.test.position, &writer)
        writer.key("package")
        writer.string(entry.package)
        writer.key("name")
        writer.string(entry.test.name)
        writer.key("passed")
        writer.bool(entry.result.passed)
        writer.key("events")
        writer.int(Int64(entry.result.events))
        writer.key("failures")
        writer.beginArray()
        for failure in entry.result.failures {
            writer.beginObject()
            place(failure.position, &writer)
            writer.key("event")
            writer.string(failure.eventID)
            writer.key("key")
            writer.string(failure.key)
            writer.key("expected")
            writer.string(failure.expected)
            writer.key("actual")
            writer.string(failure.actual)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ coverage: Coverage, _ writer: inout JSONWriter) {
        let summary = coverage.summary
        writer.beginObject()
        writer.key("package")
        writer.string(coverage.package.package.name)
        writer.key("rules")
        writer.int(Int64(summary.rules))
        writer.key("rules_hit")
        writer.int(Int64(summary.rulesHit))
        writer.key("condition_outcomes")
        writer.int(Int64(summary.outcomes))
        writer.key("condition_outcomes_seen")
        writer.int(Int64(summary.outcomesSeen))
        writer.key("condition_percentage")
        writer.double(summary.conditionPercentage)
        writer.key("gaps")
        writer.beginArray()
        for gap in coverage.gaps {
            writer.beginObject()
            place(gap.position, &writer)
            writer.key("rule")
            writer.string(gap.rule)
            writer.key("missing")
            writer.string(gap.missing.rawValue)
            writer.key("condition")
            writer.string(gap.text)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func place(_ position: Position, _ writer: inout JSONWriter) {
        writer.key("file")
        writer.string(position.file)
        writer.key("line")
        writer.int(Int64(position.line))
        writer.key("column")
        writer.int(Int64(position.column))
    }
}
