internal import Documents

extension TestReport {
    /// The report as build servers read it: a suite for each file, a case for each test.
    public var junit: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites name=\"vane test\" tests=\"\(entries.count)\" failures=\"\(failed)\" time=\"\(Self.seconds(entries))\">\n"
        for file in files {
            let failures = file.entries.count { !$0.result.passed }
            text +=
                "  <testsuite name=\"\(Self.escape(file.path))\" tests=\"\(file.entries.count)\" failures=\"\(failures)\" errors=\"0\" time=\"\(Self.seconds(file.entries))\">\n"
            for entry in file.entries { text += Self.testCase(entry) }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private static func testCase(_ entry: Entry) -> String {
        var text =
            "    <testcase classname=\"\(escape(entry.package))\" name=\"\(escape(entry.test.name))\" file=\"\(escape(entry.file))\" line=\"\(entry.test.position.line)\" time=\"\(seconds([entry]))\""
        if entry.result.passed { return text + "/>\n" }
        text += ">\n"
        let lines = entry.result.failures.map { "\($0.position.file):\($0.position.line):\($0.position.column): \($0.message)" }
        text += "      <failure message=\"\(escape(entry.result.failures[0].message))\">\(escape(lines.joined(separator: "\n")))</failure>\n"
        return text + "    </testcase>\n"
    }

    private static func seconds(_ entries: [Entry]) -> String {
        let microseconds = Int64(entries.reduce(0) { $0 + $1.seconds } * 1_000_000)
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    /// Text as XML 1.0 allows it in attributes and elements; control characters, which it does not allow at all, become `?`.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\t": escaped += "&#9;"
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": escaped += "?"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
