import Documents
import Events
import Foundation
import Testing

@testable import Expressions
@testable import Rules
@testable import Service

/// The pages say what the program does, and nothing else.
@Suite(.serialized) struct DocumentationTests {
    /// Commands that need what a test has not: a Kafka, a terminal, an installation. Each says why; more of them need a reason here.
    static let blocksNotRunMax = 8

    @Test(arguments: Repository.pages.map(\.name)) func commandsPrintWhatThePageShows(name: String) throws {
        let run = try PageRun(Repository.page(name))
        for difference in run.differences { Issue.record("\(difference)") }
    }

    @Test func enoughCommandsAreRun() throws {
        let blocks = Repository.pages.flatMap { page in page.blocks.filter(\.isConsole).map { (page, $0) } }
        let run = blocks.filter { $0.1.reasonNotRun == nil }.flatMap { $0.1.commands }
        #expect(run.filter { $0.text.contains("vane ") }.count >= 25)
        #expect(blocks.count { $0.1.reasonNotRun != nil } <= Self.blocksNotRunMax)
        for (page, block) in blocks {
            #expect(!block.commands.isEmpty, "\(page.name):\(block.line) has no command: begin it with '$ '")
            if let reason = block.reasonNotRun { #expect(reason.count >= 10, "\(page.name):\(block.line) does not say why its commands are not run") }
        }
    }

    @Test func linksLeadSomewhere() {
        for page in Repository.pages {
            let folder = page.name.contains("/") ? "docs/" : ""
            for (target, line) in page.links {
                if target.hasPrefix("https://") { continue }
                let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let path = parts[0].isEmpty ? page.name : Self.normal(folder + parts[0])
                #expect(Repository.exists(path), "\(page.name):\(line) links to \(target)")
                guard parts.count == 2, let other = Repository.pages.first(where: { $0.name == path }) else { continue }
                #expect(other.anchors.contains("#" + parts[1]), "\(page.name):\(line): \(path) has no heading #\(parts[1])")
            }
        }
    }

    private static func normal(_ path: String) -> String {
        var steps: [Substring] = []
        for step in path.split(separator: "/") {
            if step == ".." { _ = steps.popLast() } else if step != "." { steps.append(step) }
        }
        return steps.joined(separator: "/")
    }

    /// Files that pages name in backquotes exist: a test that shows something, a source to read.
    @Test func namedFilesExist() {
        for page in Repository.pages {
            for match in page.text.matches(of: #/`((?:Sources|Tests|rules|benchmarks|docs)/[A-Za-z0-9_+.\/-]+)`/#) {
                #expect(Repository.exists(String(match.output.1)), "\(page.name) names \(match.output.1)")
            }
        }
    }

    /// Pages are read on other machines.
    @Test func noPageNamesAFolderOfThisMachine() {
        for page in Repository.pages {
            for folder in ["/work", "/root", "/tmp", "/home", "/Users", "/mnt", "/build/"] {
                for match in page.text.matches(of: try! Regex("(^|[\\s\"'`(=:])" + folder + "(/|\\b)").anchorsMatchLineEndings()) {
                    Issue.record("\(page.name) names \(page.text[match.range])")
                }
            }
        }
    }

    // MARK: Everything is described

    private static func print(_ command: String) throws -> String {
        let page = Page(name: "a command", text: "```console\n$ \(command)\n```\n")
        let run = try PageRun(page)
        return run.differences.first.map { String($0.description.components(separatedBy: "--- vane prints\n")[1]) } ?? ""
    }

    @Test func everyCommandAndOptionIsDescribed() throws {
        let page = Repository.page("docs/operations.md").text
        let help = try Self.print("vane --help")
        let commands = help.components(separatedBy: "Commands:\n")[1].components(separatedBy: "\n\n")[0]
        let verbs = commands.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.map { String($0.dropFirst(2).prefix { $0 != " " }) }
        #expect(verbs.contains("run") && verbs.contains("replay"))
        for verb in verbs {
            #expect(page.contains("`vane \(verb)"), "docs/operations.md does not describe 'vane \(verb)'")
            for match in try Self.print("vane \(verb) --help").matches(of: #/\n  (?:-\w, |    )--([a-z-]+)/#) where match.output.1 != "help" {
                #expect(page.contains("`--\(match.output.1)"), "docs/operations.md does not describe --\(match.output.1) of 'vane \(verb)'")
            }
        }
    }

    @Test func everyConfigurationKeyIsDescribed() {
        let page = Repository.page("docs/operations.md").text
        for (key, kind) in ConfigurationKeys.all {
            #expect(page.contains("`\(key)`"), "docs/operations.md does not describe \(key)")
            if kind != .yaml { #expect(page.contains("`\(ConfigurationKeys.variable(of: key))"), "docs/operations.md lacks \(ConfigurationKeys.variable(of: key))") }
        }
    }

    @Test func everyReasonToRefuseAnEventIsDescribed() {
        let page = Repository.page("docs/operations.md").text
        for reason in Rejection.Reason.allCases { #expect(page.contains("`\(reason.rawValue)`"), "docs/operations.md does not describe \(reason.rawValue)") }
    }

    @Test func everyAggregateIsDescribed() {
        let page = Repository.page("docs/indicators.md").text
        for name in AggregateReader.names { #expect(page.contains("`\(name)"), "docs/indicators.md does not describe \(name)") }
    }

    @Test func everyFunctionIsDescribed() {
        let page = Repository.page("docs/expressions.md").text
        for name in StandardFunctions.overloads.keys where name.first!.isLetter {
            #expect(page.contains("\(name)("), "docs/expressions.md does not describe \(name)")
        }
    }

    @Test func everyActionAndKindIsDescribed() {
        let page = Repository.page("docs/packages.md").text
        let words =
            DecisionPolicy.Action.Kind.allCases.map(\.rawValue) + Rule.Kind.allCases.map(\.rawValue) + Package.Priority.allCases.map(\.rawValue)
            + Package.Mode.allCases.map(\.rawValue)
        for word in words { #expect(page.contains("`\(word)`"), "docs/packages.md does not describe \(word)") }
    }

    @Test func asyncAPINamesEveryTopicOfOutputs() throws {
        let file = Repository.root.appendingPathComponent("docs/asyncapi.yaml")
        let bytes = Array(try Data(contentsOf: file))
        let root = try parseYAML(bytes, file: "docs/asyncapi.yaml")
        #expect(root["asyncapi"] != nil && root["components"] != nil)
        let text = String(decoding: bytes, as: UTF8.self)
        let topics = Configuration.Topics()
        for topic in [topics.alerts, topics.controlActions, topics.decisions, topics.listEntries, topics.deadLetters] {
            #expect(text.contains("address: \(topic)"), "docs/asyncapi.yaml lacks the topic \(topic)")
        }
    }

    // MARK: The comparison itself

    @Test(arguments: [
        ("a b\n", "a b", true), ("{\"a\":1,\"b\":2}\n", "{\"a\":1,\n  \"b\":2}", true), ("a\nb\nc\n", "a\n…\nc", true), ("abc", "a…c…", true),
        ("ab", "a", false), ("ab", "b", false), ("a 1 ms b", "a … ms c", false), ("", "", true), ("x", "", false),
    ])
    func outputsAreCompared(output: String, shown: String, isSame: Bool) { #expect(PageRun.matches(output, shown: shown) == isSame) }
}
