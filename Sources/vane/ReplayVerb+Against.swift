internal import CommandLineTable
internal import Documents
internal import Engine
internal import Events
internal import Glibc
internal import RuleTesting
internal import Rules
internal import Service

extension ReplayVerb {
    /// `vane replay --against`: what would other packages have decided?
    static func compare(_ before: Engine, _ after: Engine, _ decoder: Decoder, _ arguments: ParsedArguments) throws(Diagnostics) -> Int32 {
        let comparison = ReplayComparison(before: before, after: after, decoder: decoder, truthField: arguments.value("truth"))
        let text = ComparisonText()
        let isText = arguments.value("format") == "text"
        var writer = JSONWriter()
        for path in arguments.arguments {
            var reader = try LineReader(path)
            var number = 0
            while let line = reader.next() {
                number += 1
                if line.isEmpty { continue }
                do throws(Rejection) {
                    guard let change = try comparison.run(line) else { continue }
                    if isText {
                        text.print(change, number: comparison.summary.changed)
                        continue
                    }
                    change.write(&writer)
                    writer.newline()
                    Terminal.write(writer.bytes)
                    writer.reset()
                } catch {
                    complain(error, path, number)
                }
            }
        }
        let summary = comparison.summary
        if isText {
            text.print(summary)
        } else {
            summary.write(&writer)
            writer.newline()
            Terminal.write(writer.bytes)
        }
        if let field = arguments.value("truth"), summary.withTruth == 0 {
            Terminal.complain("vane: warning[no-truth]: no event has a '\(field)'; precision and recall are unknown")
        }
        return summary.changed > 0 ? Exit.differs : summary.rejected > 0 ? Exit.invalid : Exit.fine
    }
}

/// Prints how decisions compare, for people.
struct ComparisonText {
    /// More changes are for programs: `--format json` prints all.
    private static let changesMax = 20

    private let palette = Palette(isEnabled: Terminal.hasColour(STDOUT_FILENO))

    func print(_ change: ReplayComparison.Change, number: Int) {
        guard number <= Self.changesMax else { return }
        let rules = change.gained.map { palette.green("+\($0)") } + change.lost.map { palette.red("-\($0)") }
        let truth = change.truth.map { $0 ? "  (true)" : "  (false)" } ?? ""
        Terminal.write("\(change.eventID)  \(text(change.before)) -> \(text(change.after))  \(rules.joined(separator: " "))\(truth)\n")
    }

    private func text(_ verdict: ReplayComparison.Verdict) -> String { verdict.level.map { "\($0) \(number(verdict.score))" } ?? "none" }

    private func number(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? value.description }

    func print(_ summary: ComparisonSummary) {
        if summary.changed > Self.changesMax { Terminal.write("… and \(summary.changed - Self.changesMax) more; --format json prints all\n") }
        if summary.changed > 0 { Terminal.write("\n") }
        let accepted = summary.events - summary.rejected
        Terminal.write("\(summary.changed) of \(accepted) decisions differ\n\n")
        let hasTruth = summary.withTruth > 0
        var rows = [["", "before", "after"]]
        rows.append(["alerts", String(summary.before.events), String(summary.after.events)])
        rows.append(["alert rate", percentage(summary.alertRate(summary.before)), percentage(summary.alertRate(summary.after))])
        if summary.errorsBefore + summary.errorsAfter > 0 {
            rows.append(["error rate", percentage(summary.rate(summary.errorsBefore)), percentage(summary.rate(summary.errorsAfter))])
        }
        if hasTruth {
            rows.append(["precision", percentage(summary.before.precision), percentage(summary.after.precision)])
            rows.append(["recall", percentage(summary.recall(summary.before)), percentage(summary.recall(summary.after))])
        }
        table(rows)
        let rules = summary.rules.filter { $0.gained.events > 0 || $0.lost.events > 0 }
        if rules.isEmpty { return }
        Terminal.write("\n")
        rows = [["rule", "before", "after", "gained", "lost"] + (hasTruth ? ["precision before", "after"] : [])]
        for rule in rules {
            let counts = [rule.before, rule.after, rule.gained, rule.lost].map { String($0.events) }
            rows.append([rule.name.description] + counts + (hasTruth ? [percentage(rule.before.precision), percentage(rule.after.precision)] : []))
        }
        table(rows)
    }

    private func percentage(_ share: Double?) -> String {
        guard let share else { return "unknown" }
        let hundredths = Int((share * 10_000).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
    }

    /// The first column to the left, the others to the right.
    private func table(_ rows: [[String]]) {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        for row in rows {
            let cells = row.enumerated().map { column, text in
                let padding = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + padding : padding + text
            }
            Terminal.write(cells.joined(separator: "  ") + "\n")
        }
    }
}
