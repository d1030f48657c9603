import Expressions
import Testing

/// The behaviours of CEL that its specification publishes, section by section, in the lines that `vane eval --batch` reads and writes.
///
/// Each row is `input => output`. An output that is no JSON is the code of an error: `!overflow`; `!syntax` is an error of the parser.
@Suite("CEL, section by section") struct Conformance {
    /// Fewer rows do not describe a section.
    private static let rowsMin = 15

    static let sections: [(name: String, rows: String)] = [
        ("basic", basic), ("comparisons", comparisons), ("conversions", conversions), ("fp_math", fpMath), ("integer_math", integerMath), ("lists", lists),
        ("logic", logic), ("macros", macros), ("macros2", macros2), ("parse", parse), ("plumbing", plumbing), ("string", string), ("string_ext", stringExt),
        ("math_ext", mathExt), ("timestamps", timestamps), ("namespace", namespace),
    ]

    @Test(arguments: sections.map(\.name)) func section(_ name: String) throws {
        let rows = try #require(Self.sections.first { $0.name == name }).rows.split(separator: "\n")
        #expect(rows.count >= Self.rowsMin)
        for row in rows {
            let separator = try #require(row.firstRange(of: " => "), "\(row)")
            let input = row[..<separator.lowerBound]
            let expected = row[separator.upperBound...]
            let output = evaluateLine(Array(input.utf8), timeZones: SystemTimeZones())
            if expected == "!syntax" {
                #expect(output.hasPrefix("{\"error\":\"<expression>:"), "\(input)\ngives \(output)")
            } else if expected.hasPrefix("!") {
                #expect(output.hasPrefix("{\"error\":\"\(expected.dropFirst()): "), "\(input)\ngives \(output)")
            } else {
                #expect(output == expected, "\(input)\ngives \(output)")
            }
        }
    }
}
