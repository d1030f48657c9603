internal import CommandLineTable
internal import RuleTesting

/// Prints why a rule hit or did not, for people.
struct ExplanationText {
    private let palette: Palette
    private let indentation: Int

    init(_ palette: Palette, indentation: Int) {
        self.palette = palette
        self.indentation = indentation
    }

    /// The condition tree: what decided is marked with `>`.
    func print(_ explanation: RuleExplanation) {
        let margin = String(repeating: " ", count: indentation)
        let title = explanation.title.map { palette.dim("  \($0)") } ?? ""
        let verdict = explanation.isHit ? palette.red(explanation.verdict) : explanation.verdict
        Terminal.write("\(margin)\(palette.bold("\(explanation.package)/\(explanation.rule)")) \(verdict)\(title)\n")
        let lines = explanation.lines
        let width = min(lines.map { $0.depth * 2 + $0.text.count }.max() ?? 0, Self.conditionWidthMax)
        for line in lines {
            let condition = String(repeating: " ", count: line.depth * 2) + line.text
            let padding = line.values.isEmpty ? "" : String(repeating: " ", count: max(width - condition.count, 0) + 2)
            let text = "\(margin)\(line.decides ? ">" : " ") \(padded(line.outcome))  \(condition)\(padding)\(palette.dim(line.values))"
            Terminal.write((line.outcome == "-" ? palette.dim(text) : text) + "\n")
        }
    }

    /// Values of longer conditions follow them directly.
    private static let conditionWidthMax = 60

    private func padded(_ outcome: String) -> String {
        let text = outcome + String(repeating: " ", count: 5 - outcome.count)
        return outcome == "true" ? palette.green(text) : outcome == "error" ? palette.yellow(text) : text
    }
}
