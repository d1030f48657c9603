import Foundation

/// A page of the documentation: its headings, links and fenced blocks.
struct Page {
    /// Path from the repository's root, such as `docs/operations.md`.
    let name: String
    let text: String
    private(set) var blocks: [Block] = []
    /// As links name them: `#delivery-guarantees`.
    private(set) var anchors: Set<String> = []
    /// Targets of links, with their line.
    private(set) var links: [(target: String, line: Int)] = []

    struct Block {
        var language: String
        /// What stands behind the language in the info string.
        var information: String
        var lines: [String]
        /// Line of the opening fence, from 1.
        var line: Int

        /// A file that later commands of the page find beside them.
        var fileName: String? {
            guard !isConsole, !information.isEmpty, !information.contains(" "), information.contains(".") else { return nil }
            return information
        }

        var isConsole: Bool { ["console", "sh", "bash", "shell"].contains(language) }

        /// Why the commands of a block are not run; nil where they are.
        var reasonNotRun: String? {
            guard information.hasPrefix("not-run") else { return nil }
            return String(information.dropFirst("not-run".count).drop { $0 == ":" || $0 == " " })
        }

        /// Commands, continuation lines joined, each with the output that the page shows.
        var commands: [(text: String, output: [String])] {
            var commands: [(text: String, output: [String])] = []
            var isContinued = false
            for line in lines {
                if isContinued {
                    commands[commands.count - 1].text += "\n" + line
                    isContinued = line.hasSuffix("\\")
                } else if line.hasPrefix("$ ") {
                    commands.append((String(line.dropFirst(2)), []))
                    isContinued = line.hasSuffix("\\")
                } else if !commands.isEmpty {
                    commands[commands.count - 1].output.append(line)
                }
            }
            return commands
        }
    }

    init(name: String, text: String) {
        self.name = name
        self.text = text
        var open: Block?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    let information = line.dropFirst(3)
                    let language = information.prefix { $0 != " " }
                    open = Block(
                        language: String(language), information: String(information.dropFirst(language.count).drop { $0 == " " }), lines: [], line: index + 1)
                }
            } else if open != nil {
                open!.lines.append(line)
            } else {
                if line.hasPrefix("#") { anchors.insert(Self.anchor(line)) }
                for match in line.matches(of: #/\]\(([^)\s]+)\)/#) { links.append((String(match.output.1), index + 1)) }
            }
        }
        precondition(open == nil, "\(name) ends within a fenced block")
    }

    /// As GitHub makes it of a heading: lower case, punctuation dropped, hyphens for spaces.
    static func anchor(_ heading: String) -> String {
        let title = heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
        return "#" + title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }.map { $0 == " " ? "-" : String($0) }.joined()
    }
}

/// The repository that the tests were built from.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let pages: [Page] = {
        let folder = root.appendingPathComponent("docs")
        let names = try! FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }.sorted()
        return (["README.md"] + names.map { "docs/" + $0 }).map { name in
            Page(name: name, text: try! String(contentsOf: root.appendingPathComponent(name), encoding: .utf8))
        }
    }()

    static func page(_ name: String) -> Page { pages.first { $0.name == name }! }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path) }

    /// The folder of the `vane` that was built with these tests.
    static let executableFolder: URL = {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for folder in [tests, root.appendingPathComponent(".build/debug")] {
            if FileManager.default.isExecutableFile(atPath: folder.appendingPathComponent("vane").path) { return folder }
        }
        preconditionFailure("there is no vane beside the tests: swift build")
    }()
}
