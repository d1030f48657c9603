extension Program {
    /// The text of `--help`, for the program or for one of its verbs.
    /// - Parameter width: columns of the terminal.
    public func help(verb name: String? = nil, width: Int = 80, palette: Palette = Palette(isEnabled: false)) -> String {
        if let name, let verb = allVerbs.first(where: { $0.name == name }) { return help(of: verb, width, palette) }
        var text = "\(self.name) \(version): \(summary)\n\n"
        text += palette.bold("Usage:") + " \(self.name) COMMAND [OPTION]... [ARGUMENT]...\n"
        text += paragraphs(details, width)
        text += section("Commands", allVerbs.map { ($0.name, $0.summary) }, width, palette)
        text += section("Options", leadingOptions.map(row), width, palette)
        text += section("Exit status", exitStatuses.map { ("\($0.code)", $0.meaning) }, width, palette)
        return text + "\nSee '\(self.name) help COMMAND' for one command.\n"
    }

    private func help(of verb: Verb, _ width: Int, _ palette: Palette) -> String {
        var text = "\(name) \(verb.name): \(verb.summary)\n\n"
        text += palette.bold("Usage:") + " \(synopsis(verb))\n"
        text += paragraphs(verb.details, width)
        text += section("Arguments", verb.arguments.map { ($0.placeholder, explanation($0.help, choices: $0.choices)) }, width, palette)
        text += section("Options", allOptions(of: verb).map(row), width, palette)
        if !verb.examples.isEmpty {
            text += "\n" + palette.bold("Examples:") + "\n"
            for example in verb.examples {
                for line in TextLayout.wrap(example.explanation, width: width - 4) { text += "  " + palette.dim("# " + line) + "\n" }
                text += "  \(example.command)\n"
            }
        }
        return text
    }

    /// `vane check [OPTION]... PATH...`; options that are required are spelled out.
    func synopsis(_ verb: Verb) -> String {
        var words = [name, verb.name]
        for option in verb.options where option.isRequired {
            words.append("--\(option.name) \(option.placeholder ?? "")" + (option.isRepeated ? "..." : ""))
        }
        words.append("[OPTION]...")
        for argument in verb.arguments {
            switch argument.count {
            case .one: words.append(argument.placeholder)
            case .optional: words.append("[\(argument.placeholder)]")
            case .anyNumber: words.append("[\(argument.placeholder)]...")
            case .atLeastOne: words.append("\(argument.placeholder)...")
            }
        }
        return words.joined(separator: " ")
    }

    /// `-c, --config FILE`
    func term(_ option: Option) -> String {
        let short = option.short.map { "-\($0), " } ?? "    "
        return short + "--" + option.name + (option.placeholder.map { " " + $0 } ?? "")
    }

    /// The help sentence with everything that the table knows beside it.
    func explanation(_ option: Option) -> String {
        var notes: [String] = []
        if option.isRequired { notes.append("required") }
        if option.isRepeated { notes.append("may be repeated") }
        if let value = option.defaultValue { notes.append("default \(value)") }
        if let variable = option.environment { notes.append("environment \(variable)") }
        let text = explanation(option.help, choices: option.choices)
        return notes.isEmpty ? text : "\(text) (\(notes.joined(separator: "; ")))"
    }

    private func explanation(_ help: String, choices: [String]) -> String {
        choices.isEmpty ? help : "\(help): \(choices.joined(separator: ", "))"
    }

    private func row(_ option: Option) -> (term: String, explanation: String) { (term(option), explanation(option)) }

    private func paragraphs(_ texts: [String], _ width: Int) -> String {
        texts.map { "\n" + TextLayout.wrap($0, width: width).joined(separator: "\n") + "\n" }.joined()
    }

    private func section(_ title: String, _ rows: [(term: String, explanation: String)], _ width: Int, _ palette: Palette) -> String {
        rows.isEmpty ? "" : "\n" + palette.bold(title + ":") + "\n" + TextLayout.columns(rows, width: width, palette: palette)
    }
}
