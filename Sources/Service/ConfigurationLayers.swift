internal import Documents

/// Lays flags over environment over file, as one value tree whose positions say where each value comes from.
struct ConfigurationLayers {
    private(set) var root: Node
    private let diagnostics: DiagnosticList

    init(file root: Node, _ diagnostics: DiagnosticList) {
        self.root = root
        self.diagnostics = diagnostics
    }

    /// The file name in the positions of flags.
    static let flag = "--set"

    /// Applies every `VANE_…` variable in alphabetical order; an empty one counts as unset.
    mutating func apply(environment: [String: String], ignoring: Set<String>) {
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) {
            guard variable.hasPrefix("VANE_"), !text.isEmpty, !ignoring.contains(variable), !ConfigurationKeys.isSetByKubernetes(variable) else { continue }
            let position = Position(file: variable, line: 1, column: 1)
            guard let match = ConfigurationKeys.match(variable: variable) else {
                let known = ConfigurationKeys.all.map { ConfigurationKeys.variable(of: $0.path) }
                let guess = didYouMean(variable, among: known).map { "did you mean \($0)? " } ?? ""
                diagnostics.error(
                    code: "unknown-key", "no key of the configuration belongs to the variable \(variable)",
                    remedy: guess + "unset it if it is not meant for vane", at: position)
                continue
            }
            set(match, text, at: position)
        }
    }

    /// Applies `KEY=VALUE` texts in their order; the last of a key wins.
    mutating func apply(settings: [String]) {
        for setting in settings {
            let start = Position(file: Self.flag, line: 1, column: 1)
            guard let equals = setting.firstIndex(of: "=") else {
                diagnostics.error(code: "syntax", "'\(setting)' has no '='", remedy: "write --set KEY=VALUE", at: start)
                continue
            }
            let path = String(setting[..<equals])
            let text = String(setting[setting.index(after: equals)...])
            guard let match = ConfigurationKeys.match(path: path) else {
                let guess = didYouMean(path, among: ConfigurationKeys.all.map(\.path)).map { "did you mean '\($0)'? " } ?? ""
                diagnostics.error(
                    code: "unknown-key", "the configuration has no key '\(path)'", remedy: guess + "the keys are those of vane.yaml, joined by points",
                    at: start)
                continue
            }
            if match.kind == .environmentOnly {
                diagnostics.error(
                    code: "secret-in-clear", "'\(path)' must not stand on a command line, which every user of the machine can read",
                    remedy: "put it into \(ConfigurationKeys.variable(of: path)) or into a file", at: start)
                continue
            }
            set(match, text, at: Position(file: Self.flag, line: 1, column: path.unicodeScalars.count + 2))
        }
    }

    private mutating func set(_ match: ConfigurationKeys.Match, _ text: String, at position: Position) {
        switch match.kind {
        case .text, .environmentOnly:
            root = replacing(root, match.steps[...], Node(.string(text), text: text, style: .doubleQuoted, at: position))
        case .yaml, .openMap:
            do {
                // Blanks before it give the value the columns that it has in the flag.
                let blanks = [UInt8](repeating: 0x20, count: position.column - 1)
                root = replacing(root, match.steps[...], try parseYAML(blanks + Array(text.utf8), file: position.file))
            } catch {
                diagnostics.add(contentsOf: error.all)
            }
        }
    }

    /// The node with the value at the end of the steps; what is no map on the way stays, for the reader to report.
    private func replacing(_ node: Node, _ steps: ArraySlice<String>, _ value: Node) -> Node {
        guard let step = steps.first else { return value }
        var entries: [(key: Node.Key, value: Node)]
        switch node.content {
        case .map(let known): entries = known
        case .null: entries = []
        default: return node
        }
        if let index = entries.firstIndex(where: { $0.key.text == step }) {
            entries[index].value = replacing(entries[index].value, steps.dropFirst(), value)
        } else {
            let empty = Node(.map([]), at: value.position)
            entries.append((Node.Key(step, at: value.position), replacing(empty, steps.dropFirst(), value)))
        }
        var result = node
        result.content = .map(entries)
        return result
    }
}
