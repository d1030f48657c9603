/// Lays out help in columns.
enum TextLayout {
    /// Breaks a text at spaces; a word that is longer than a line stands alone on one.
    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Terms on the left, their explanations aligned on the right; a term that is too long has its explanation below it.
    static func columns(_ rows: [(term: String, explanation: String)], width: Int, palette: Palette) -> String {
        let longest = rows.map(\.term.count).filter { $0 <= termWidthMax }.max() ?? 0
        let indentation = 2 + longest + 2
        var text = ""
        for (term, explanation) in rows {
            let lines = wrap(explanation, width: max(width - indentation, 20))
            let start = "  " + palette.bold(term)
            let padding = String(repeating: " ", count: indentation)
            if term.count > longest || lines.isEmpty {
                text += start + "\n"
                for line in lines { text += padding + line + "\n" }
            } else {
                text += start + String(repeating: " ", count: longest - term.count + 2) + lines[0] + "\n"
                for line in lines.dropFirst() { text += padding + line + "\n" }
            }
        }
        return text
    }

    /// Longer terms would push the explanations too far to the right.
    private static let termWidthMax = 30
}
