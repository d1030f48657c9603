extension Program {
    /// The manual page of section 1, in roff with the man macros.
    /// - Parameter date: as the page shows it, `2026-11-21`.
    public func manualPage(date: String) -> String {
        var page = ".TH \(roff(name.uppercased())) 1 \"\(roff(date))\" \"\(roff(name)) \(roff(version))\" \"User Commands\"\n"
        page += ".SH NAME\n\(roff(name)) \\- \(roff(summary))\n"
        page += ".SH SYNOPSIS\n.B \(roff(name))\n.I COMMAND\n[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n"
        if !details.isEmpty { page += ".SH DESCRIPTION\n" + details.map(line).joined(separator: ".PP\n") }
        page += ".SH COMMANDS\n"
        for verb in allVerbs { page += manualSection(verb) }
        page += ".SH OPTIONS\n" + leadingOptions.map(manualEntry).joined()
        let variables = environmentVariables
        if !variables.isEmpty {
            page += ".SH ENVIRONMENT\n" + variables.map { ".TP\n.B \(roff($0.name))\n" + line("Gives --\($0.option) when the command line does not.") }.joined()
        }
        if !exitStatuses.isEmpty { page += ".SH EXIT STATUS\n" + exitStatuses.map { ".TP\n.B \($0.code)\n" + line($0.meaning) }.joined() }
        return page
    }

    private func manualSection(_ verb: Verb) -> String {
        var text = ".SS \(roff(synopsis(verb)))\n" + line(sentence(verb.summary))
        for paragraph in verb.details { text += ".PP\n" + line(paragraph) }
        for argument in verb.arguments { text += ".TP\n.I \(roff(argument.placeholder))\n" + line(argument.help) }
        text += verb.options.map(manualEntry).joined()
        for example in verb.examples {
            text += ".PP\n" + line(sentence(example.explanation)) + ".PP\n.EX\n" + line(example.command) + ".EE\n"
        }
        return text
    }

    private func manualEntry(_ option: Option) -> String {
        let names = (option.short.map { "-\($0), " } ?? "") + "--" + option.name
        let value = option.placeholder.map { " \\fI\(roff($0))\\fR" } ?? ""
        return ".TP\n\\fB\(roff(names))\\fR\(value)\n" + line(explanation(option))
    }

    private var environmentVariables: [(name: String, option: String)] {
        var seen: Set<String> = []
        return (options + verbs.flatMap(\.options)).compactMap { option in
            guard let variable = option.environment, seen.insert(variable).inserted else { return nil }
            return (variable, option.name)
        }
    }

    /// A summary as a sentence: with a capital and a full stop.
    private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }

    /// One line of text, which roff must not take for a request.
    private func line(_ text: String) -> String {
        let escaped = roff(text)
        return (escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" : "") + escaped + "\n"
    }

    private func roff(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "\"": result += "\\(dq"
            case "\n": result += " "
            default: result.append(character)
            }
        }
    }
}
