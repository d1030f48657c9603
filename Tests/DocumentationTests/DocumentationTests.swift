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

    /// Without the whole page in the message.
    private static func expect(_ page: String, _ text: String, _ message: Comment) {
        let isThere = page.contains(text)
        #expect(isThere, message)
    }

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
            Self.expect(page, "`vane \(verb)", "docs/operations.md does not describe 'vane \(verb)'")
            for match in try Self.print("vane \(verb) --help").matches(of: #/\n  (?:-\w, |    )--([a-z-]+)/#) where match.output.1 != "help" {
                Self.expect(page, "`--\(match.output.1)", "docs/operations.md does not describe --\(match.output.1) of 'vane \(verb)'")
            }
        }
    }

    @Test func everyConfigurationKeyIsDescribed() {
        let page = Repository.page("docs/operations.md").text
        for (key, kind) in ConfigurationKeys.all {
            Self.expect(page, "`\(key)`", "docs/operations.md does not describe \(key)")
            if kind != .yaml { Self.expect(page, "`\(ConfigurationKeys.variable(of: key))", "docs/operations.md lacks \(ConfigurationKeys.variable(of: key))") }
        }
    }

    @Test func everyReasonToRefuseAnEventIsDescribed() {
        let page = Repository.page("docs/operations.md").text
        for reason in Rejection.Reason.allCases { Self.expect(page, "`\(reason.rawValue)`", "docs/operations.md does not describe \(reason.rawValue)") }
    }

    /// `docs/errors.md` lists the codes of the sources, and no others.
    @Test func everyCodeOfADiagnosticIsDescribed() throws {
        var inSources: Set<String> = []
        let sources = Repository.root.appendingPathComponent("Sources")
        for file in try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)) {
            guard let file = file as? URL, file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: #/(?:code: "|report\(\s*"|error\[)(?<code>[a-z]+(?:-[a-z0-9]+)*)["\]]/#) where match.code != "code" {
                inSources.insert(String(match.code))
            }
        }
        #expect(inSources.count > 50)
        let evaluation = Set(EvaluationError.Code.allCases.map(\.rawValue))
        var described: Set<String> = []
        for line in Repository.page("docs/errors.md").text.split(separator: "\n") where line.hasPrefix("| `") {
            for match in line.split(separator: " | ")[0].matches(of: #/`(?<code>[a-z0-9_-]+)`/#) {
                #expect(described.insert(String(match.code)).inserted, "docs/errors.md has \(match.code) twice")
            }
        }
        #expect(described.subtracting(inSources).subtracting(evaluation) == [], "docs/errors.md describes codes that nothing reports")
        #expect(inSources.union(evaluation).subtracting(described) == [], "docs/errors.md lacks codes")
    }

    @Test func everyAggregateIsDescribed() {
        let page = Repository.page("docs/indicators.md").text
        for name in AggregateReader.names { Self.expect(page, "`\(name)", "docs/indicators.md does not describe \(name)") }
    }

    @Test func everyFunctionIsDescribed() {
        let page = Repository.page("docs/expressions.md").text
        for name in StandardFunctions.overloads.keys where name.first!.isLetter {
            Self.expect(page, "\(name)(", "docs/expressions.md does not describe \(name)")
        }
    }

    @Test func everyActionAndKindIsDescribed() {
        let page = Repository.page("docs/packages.md").text
        let words =
            DecisionPolicy.Action.Kind.allCases.map(\.rawValue) + Rule.Kind.allCases.map(\.rawValue) + Package.Priority.allCases.map(\.rawValue)
            + Package.Mode.allCases.map(\.rawValue)
        for word in words { Self.expect(page, "`\(word)`", "docs/packages.md does not describe \(word)") }
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

    /// The alerts that the demo prints have the members that the documents promise, in their order.
    @Test func alertsHaveTheMembersOfTheDocuments() throws {
        let document = try parseYAML(Array(try Data(contentsOf: Repository.root.appendingPathComponent("docs/asyncapi.yaml"))), file: "docs/asyncapi.yaml")
        // The first frauds ripen after some thousand events: on a busy machine these take a while.
        var found: Substring?
        for seconds in [3, 10, 30] where found == nil {
            found = try Self.print("vane demo --duration \(seconds)s --customers 2000 --format json").split(separator: "\n")
                .first { $0.hasPrefix("{\"alert\":") }
        }
        let alert = try #require(found)
        let members = try #require(JSONSerialization.jsonObject(with: Data(alert.utf8)) as? [String: Any])["alert"] as? [String: Any]
        let required = try #require(document["components"]?["schemas"]?["alert"]?["required"])
        guard case .list(let nodes) = required.content else { return #expect(Bool(false), "the alert's required members are no list") }
        let names = nodes.map(\.text)
        #expect(Set(names) == Set(try #require(members).keys))
        let shown = try #require(Repository.page("README.md").blocks.first { $0.language == "json" && $0.fileName == nil })
        let example = try #require(JSONSerialization.jsonObject(with: Data(shown.lines.joined(separator: "\n").utf8)) as? [String: Any])
        #expect(Set(names) == Set(example.keys))
        var rest = alert
        for name in names {
            guard let found = rest.firstRange(of: "\"\(name)\":") else {
                Issue.record("an alert has no \(name), or has it elsewhere")
                continue
            }
            rest = rest[found.upperBound...]
        }
    }

    @Test func asyncAPINamesEveryReason() throws {
        let text = try String(contentsOf: Repository.root.appendingPathComponent("docs/asyncapi.yaml"), encoding: .utf8)
        for reason in Rejection.Reason.allCases {
            let isNamed = text.contains("- \(reason.rawValue)\n")
            #expect(isNamed, "docs/asyncapi.yaml lacks \(reason.rawValue)")
        }
    }

    /// Bounds that pages state are those of the program.
    @Test func limitsAreAsThePagesSay() {
        func states(_ page: String, _ text: String) {
            let isStated = Repository.page(page).text.contains(text)
            #expect(isStated, "\(page) should say: \(text)")
        }
        func grouped(_ number: Int) -> String {
            String(String(number).reversed().enumerated().map { ($0 > 0 && $0 % 3 == 0 ? "," : "") + String($1) }.joined().reversed())
        }
        states("docs/schema.md", "| event types | \(SchemaLimits.eventTypesMax) |")
        states("docs/schema.md", "| fields of an event type | \(SchemaLimits.fieldsMax) |")
        states("docs/schema.md", "| entities | \(SchemaLimits.entityTypesMax) |")
        states("docs/schema.md", "| recorded fields of an entity | \(SchemaLimits.recordedFieldsMax) |")
        states("docs/schema.md", "| fields of a key | \(SchemaLimits.keyFieldsMax) |")
        states("docs/schema.md", "| values of an enum | \(FieldLimits.enumerationValuesMax) |")
        states("docs/schema.md", "| bytes of a string, of an id | \(grouped(FieldLimits.stringBytesMax)) and \(FieldLimits.eventIDBytesMax) |")
        states(
            "docs/packages.md",
            "\(grouped(PackageLimits.rulesMax)) rules, \(grouped(PackageLimits.indicatorsMax)) indicators, "
                + "\(grouped(PackageLimits.parametersMax)) parameters and \(PackageLimits.levelsMax) levels")
        states("docs/expressions.md", "\(Limits.nestingDepthMax) levels of nesting, \(grouped(Limits.nodeCountMax)) nodes")
        states("docs/expressions.md", "\(grouped(Limits.evaluationCostMax)) steps")
    }

    // MARK: The comparison itself

    @Test(arguments: [
        ("a b\n", "a b", true), ("{\"a\":1,\"b\":2}\n", "{\"a\":1,\n  \"b\":2}", true), ("a\nb\nc\n", "a\n…\nc", true), ("abc", "a…c…", true),
        ("ab", "a", false), ("ab", "b", false), ("a 1 ms b", "a … ms c", false), ("", "", true), ("x", "", false),
    ])
    func outputsAreCompared(output: String, shown: String, isSame: Bool) { #expect(PageRun.matches(output, shown: shown) == isSame) }
}
