extension Program {
    /// Reads a command line.
    ///
    /// Options may stand before and after arguments, `--name value` and `--name=value` alike; `--` ends them. `--help` and `--version` win over
    /// any other fault that comes after them.
    /// - Parameters:
    ///   - words: the arguments without the program's own name.
    ///   - environment: the variables that options may take their values from.
    /// - Throws: the first thing that does not fit the table.
    public func parse(_ words: [String], environment: [String: String]) throws(UsageError) -> Invocation {
        let (leading, rest) = OptionScanner.scan(words, leadingOptions, stopsAtArgument: true)
        var values: [String: [String]] = [:]
        for item in leading {
            let (option, value) = try accept(item, leadingOptions, verb: nil)
            if option.name == Self.helpOption.name { return .help(verb: rest.first.flatMap { verb(named: $0) }?.name) }
            if option.name == Self.versionOption.name { return .version }
            values[option.name, default: []].append(value ?? "")
        }
        guard let word = rest.first else { throw UsageError(message: "no command is given", remedy: "see '\(name) --help'") }
        guard let verb = allVerbs.first(where: { $0.name == word }) else {
            throw unknown("command '\(word)'", word, allVerbs.map(\.name), help: "\(name) --help")
        }
        return try parse(verb, Array(rest.dropFirst()), values, environment)
    }

    private func parse(
        _ verb: Verb, _ words: [String], _ leadingValues: [String: [String]], _ environment: [String: String]
    ) throws(UsageError) -> Invocation {
        let options = allOptions(of: verb)
        let (items, rest) = OptionScanner.scan(words, options, stopsAtArgument: false)
        var values = leadingValues
        var arguments: [String] = []
        for item in items {
            if case .argument(let word) = item {
                arguments.append(word)
                continue
            }
            let (option, value) = try accept(item, options, verb: verb)
            if option.name == Self.helpOption.name { return .help(verb: verb.name) }
            if !option.isRepeated && values[option.name] != nil && option.placeholder != nil {
                throw usage("--\(option.name) is given twice", "keep one of them", verb)
            }
            values[option.name, default: []].append(value ?? "")
        }
        arguments += rest
        let given = Set(values.keys)
        for option in options where values[option.name] == nil {
            values[option.name] = try fallback(option, verb, environment)
        }
        try check(arguments, verb)
        switch verb.name {
        case Self.helpVerb.name: return try helpInvocation(arguments.first)
        case Self.completionsVerb.name: return .completions(Shell(rawValue: arguments[0])!)
        case Self.manualVerb.name: return .manual
        default: return .run(ParsedArguments(verb: verb.name, arguments: arguments, values: values, given: given))
        }
    }

    private func helpInvocation(_ word: String?) throws(UsageError) -> Invocation {
        guard let word else { return .help(verb: nil) }
        guard allVerbs.contains(where: { $0.name == word }) else {
            throw unknown("command '\(word)'", word, allVerbs.map(\.name), help: "\(name) --help")
        }
        return .help(verb: word)
    }

    /// The option that an item sets, with its checked value.
    private func accept(_ item: ScannedItem, _ options: [Option], verb: Verb?) throws(UsageError) -> (Option, String?) {
        switch item {
        case .option(let index, let value):
            if let value { try check(value, options[index].choices, "--\(options[index].name)", verb) }
            return (options[index], value)
        case .missingValue(let index):
            throw usage("--\(options[index].name) needs a value", "write --\(options[index].name) \(options[index].placeholder ?? "VALUE")", verb)
        case .unexpectedValue(let index):
            throw usage("--\(options[index].name) takes no value", "remove what follows the '='", verb)
        case .unknownOption(let word):
            if verb == nil, let owner = verbs.first(where: { $0.options.contains { "--" + $0.name == word } }) {
                throw usage("the option '\(word)' stands before the command", "write \(name) \(owner.name) \(word) …", nil)
            }
            throw unknown("option '\(word)'", word, options.map { "--" + $0.name }, help: helpCommand(verb))
        case .argument(let word):
            preconditionFailure("argument '\(word)' among the options before the command")
        }
    }

    /// The value of an option that does not stand on the command line.
    private func fallback(_ option: Option, _ verb: Verb, _ environment: [String: String]) throws(UsageError) -> [String]? {
        if let variable = option.environment, let value = environment[variable], !value.isEmpty {
            if option.placeholder == nil { return ["1", "true", "yes"].contains(value.lowercased()) ? [""] : nil }
            try check(value, option.choices, variable, verb)
            return [value]
        }
        if option.isRequired { throw usage("--\(option.name) is missing", "add --\(option.name) \(option.placeholder ?? "")", verb) }
        return option.defaultValue.map { [$0] }
    }

    private func check(_ arguments: [String], _ verb: Verb) throws(UsageError) {
        let required = verb.arguments.filter { $0.count == .one || $0.count == .atLeastOne }.count
        if arguments.count < required {
            throw usage("\(verb.arguments[arguments.count].placeholder) is missing", "write \(synopsis(verb))", verb)
        }
        let takesMany = verb.arguments.last.map { $0.count == .anyNumber || $0.count == .atLeastOne } ?? false
        if arguments.count > verb.arguments.count && !takesMany {
            throw usage("'\(arguments[verb.arguments.count])' is one argument too many", "write \(synopsis(verb))", verb)
        }
        for (index, word) in arguments.enumerated() {
            let argument = verb.arguments[min(index, verb.arguments.count - 1)]
            try check(word, argument.choices, argument.placeholder, verb)
        }
    }

    private func check(_ value: String, _ choices: [String], _ what: String, _ verb: Verb?) throws(UsageError) {
        if choices.isEmpty || choices.contains(value) { return }
        let guess = suggest(value, choices).map { "did you mean '\($0)'? " } ?? ""
        throw usage("\(what) cannot be '\(value)'", "\(guess)write one of \(choices.joined(separator: ", "))", verb)
    }

    private func unknown(_ what: String, _ word: String, _ known: [String], help: String) -> UsageError {
        let guess = suggest(word, known).map { "did you mean '\($0)'? " } ?? ""
        return UsageError(message: "there is no \(what)", remedy: "\(guess)see '\(help)'")
    }

    private func usage(_ message: String, _ remedy: String, _ verb: Verb?) -> UsageError {
        UsageError(message: message, remedy: "\(remedy) (see '\(helpCommand(verb))')")
    }

    private func helpCommand(_ verb: Verb?) -> String { verb.map { "\(name) \($0.name) --help" } ?? "\(name) --help" }
}
