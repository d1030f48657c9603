extension Program {
    /// A script that a shell reads to complete this program's commands, options, choices and files.
    public func completions(_ shell: Shell) -> String {
        switch shell {
        case .bash: bashCompletions()
        case .zsh: zshCompletions()
        case .fish: fishCompletions()
        }
    }
}

// bash
extension Program {
    private func bashCompletions() -> String {
        var text = """
            # bash completion for \(name); install as /usr/share/bash-completion/completions/\(name)
            _\(name)() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb= index
                for ((index = 1; index < COMP_CWORD; index++)); do
                    case ${COMP_WORDS[index]} in -*) ;; *) verb=${COMP_WORDS[index]}; break ;; esac
                done
                COMPREPLY=()
                case $verb in
                '') COMPREPLY=($(compgen -W '\((allVerbs.map(\.name) + leadingOptions.map { "--" + $0.name }).joined(separator: " "))' -- "$current")) ;;

            """
        for verb in allVerbs { text += bashCase(verb) }
        text += """
                esac
            }
            complete -F _\(name) \(name)

            """
        return text
    }

    private func bashCase(_ verb: Verb) -> String {
        let options = allOptions(of: verb)
        var text = "    \(verb.name))\n        case $previous in\n"
        for option in options where option.placeholder != nil {
            let names = (option.short.map { "-\($0)|" } ?? "") + "--" + option.name
            text += "        \(names)) \(bashReply(option.completion, option.choices)); return ;;\n"
        }
        text += "        esac\n        case $current in\n"
        text += "        -*) COMPREPLY=($(compgen -W '\(options.map { "--" + $0.name }.joined(separator: " "))' -- \"$current\")) ;;\n"
        if let argument = verb.arguments.last {
            let choices = verb.name == Self.helpVerb.name ? allVerbs.map(\.name) : argument.choices
            text += "        *) \(bashReply(argument.completion, choices)) ;;\n"
        }
        return text + "        esac ;;\n"
    }

    private func bashReply(_ completion: Completion, _ choices: [String]) -> String {
        if !choices.isEmpty { return "COMPREPLY=($(compgen -W '\(choices.joined(separator: " "))' -- \"$current\"))" }
        switch completion {
        case .files: return "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\"))"
        case .folders: return "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\"))"
        case .nothing: return ":"
        }
    }
}

// zsh
extension Program {
    private func zshCompletions() -> String {
        var text = """
            #compdef \(name)
            # zsh completion for \(name); install as _\(name) in a folder of $fpath
            _\(name)() {
                local context state line
                _arguments -C \(leadingOptions.map { zshOption($0) }.joined(separator: " ")) '1:command:->verb' '*::argument:->rest'
                case $state in
                verb)
                    local -a verbs
                    verbs=(\(allVerbs.map { zshQuote("\(zshEscape($0.name)):\($0.summary)") }.joined(separator: " ")))
                    _describe command verbs ;;
                rest)
                    case $line[1] in

            """
        for verb in allVerbs {
            let options = allOptions(of: verb).map { zshOption($0) }
            let arguments = verb.arguments.map { zshArgument($0, verb) }
            text += "        \(verb.name)) _arguments \((options + arguments).joined(separator: " ")) ;;\n"
        }
        text += """
                    esac ;;
                esac
            }
            _\(name) "$@"

            """
        return text
    }

    private func zshOption(_ option: Option) -> String {
        let value = option.placeholder.map { ":\(zshEscape($0)):\(zshAction(option.completion, option.choices))" } ?? ""
        let name = "--" + option.name + (option.placeholder == nil ? "" : "=")
        return zshQuote("\(option.isRepeated ? "*" : "")\(name)[\(zshEscape(option.help))]\(value)")
    }

    private func zshArgument(_ argument: Argument, _ verb: Verb) -> String {
        let choices = verb.name == Self.helpVerb.name ? allVerbs.map(\.name) : argument.choices
        let isMany = argument.count == .anyNumber || argument.count == .atLeastOne
        return zshQuote(
            "\(isMany ? "*" : "")\(argument.count == .optional ? ":" : ""):\(zshEscape(argument.placeholder)):\(zshAction(argument.completion, choices))")
    }

    private func zshAction(_ completion: Completion, _ choices: [String]) -> String {
        if !choices.isEmpty { return "(\(choices.joined(separator: " ")))" }
        switch completion {
        case .files: return "_files"
        case .folders: return "_files -/"
        case .nothing: return " "
        }
    }

    private func zshEscape(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\[]:".contains(character) { result.append("\\") }
            result.append(character)
        }
    }

    private func zshQuote(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

// fish
extension Program {
    private func fishCompletions() -> String {
        var text = "# fish completion for \(name); install as ~/.config/fish/completions/\(name).fish\n"
        text += "complete -c \(name) -f\n"
        for verb in allVerbs {
            text += "complete -c \(name) -n __fish_use_subcommand -a \(verb.name) -d \(fishQuote(verb.summary))\n"
        }
        for option in leadingOptions { text += fishOption(option, condition: "__fish_use_subcommand") }
        for verb in allVerbs {
            let condition = fishQuote("__fish_seen_subcommand_from \(verb.name)")
            for option in allOptions(of: verb) { text += fishOption(option, condition: condition) }
            guard let argument = verb.arguments.last else { continue }
            let choices = verb.name == Self.helpVerb.name ? allVerbs.map(\.name) : argument.choices
            text += "complete -c \(name) -n \(condition)\(fishValue(argument.completion, choices))\n"
        }
        return text
    }

    private func fishOption(_ option: Option, condition: String) -> String {
        var line = "complete -c \(name) -n \(condition) -l \(option.name)"
        if let short = option.short { line += " -s \(short)" }
        if option.placeholder != nil { line += " -r" + fishValue(option.completion, option.choices) }
        return line + " -d \(fishQuote(option.help))\n"
    }

    private func fishValue(_ completion: Completion, _ choices: [String]) -> String {
        if !choices.isEmpty { return " -f -a \(fishQuote(choices.joined(separator: " ")))" }
        switch completion {
        case .files: return " -F"
        case .folders: return " -f -a '(__fish_complete_directories)'"
        case .nothing: return " -f"
        }
    }

    private func fishQuote(_ text: String) -> String {
        "'"
            + text.reduce(into: "") { result, character in
                if character == "'" || character == "\\" { result.append("\\") }
                result.append(character)
            } + "'"
    }
}
