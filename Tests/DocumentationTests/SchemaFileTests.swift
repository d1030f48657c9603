import Documents
import Events
import Foundation
import RuleTesting
import Rules
import Service
import Testing

/// The published JSON Schemas say what the readers say.
@Suite struct SchemaFileTests {
    private static let kinds = ["schema", "package", "tests", "config"]
    private static let shapes = ["schema": Schema.shape, "package": Package.shape, "tests": TestFile.shape, "config": Configuration.shape]

    private static func file(_ kind: String) -> URL { Repository.root.appendingPathComponent("docs/schemas/\(kind).schema.json") }

    private static func validator(_ kind: String) throws -> SchemaValidator {
        SchemaValidator(try parseYAML(Array(Data(contentsOf: file(kind))), file: "\(kind).schema.json"))
    }

    @Test(arguments: kinds) func filesAreWhatTheProgramPrints(kind: String) throws {
        let process = Process()
        process.executableURL = Repository.executableFolder.appendingPathComponent("vane")
        process.arguments = ["schema", kind]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let printed = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let isSame = try printed == Data(contentsOf: Self.file(kind))
        #expect(isSame, "run: vane schema \(kind) > docs/schemas/\(kind).schema.json")
    }

    /// Everything in the repository that the readers accept, the schemas accept.
    @Test func shippedFilesMatch() throws {
        var counts: [String: Int] = [:]
        for root in ["rules", "Tests/IntegrationTests/Fixtures"] {
            let folder = Repository.root.appendingPathComponent(root)
            for case let url as URL in try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            where url.pathExtension == "yaml" {
                let document = try parseYAML(Array(Data(contentsOf: url)), file: url.lastPathComponent)
                let kind = try #require(Self.kind(document), "\(url.path)")
                #expect(try Self.validator(kind).faults(document) == [], "\(url.path)")
                counts[kind, default: 0] += 1
            }
        }
        #expect(counts["schema"]! >= 3 && counts["package"]! >= 7 && counts["tests"]! >= 30)
    }

    /// Examples of the pages, those that show a mistake of form with what is wrong.
    @Test func examplesOfThePagesMatch() throws {
        let mistakes = [
            "docs/operations.md wrong.yaml": [".kafka: has no key 'grupp'", ".journals.memory: '4 apples' does not match"],
            "docs/expressions.md mistakes.yaml": [".rules[2]: has no key 'colour'"],
            "docs/testing.md wrong.yaml": [".tests[0].events[0].after: '5 minutes' does not match"],
        ]
        let noYAML = "docs/editing.md wrong.yaml"
        var seen: [String: Int] = [:]
        for page in Repository.pages {
            for block in page.blocks where block.fileName?.hasSuffix(".yaml") ?? false {
                let name = "\(page.name) \(block.fileName!)"
                let text = Array(block.lines.joined(separator: "\n").utf8)
                if name == noYAML {
                    #expect(throws: Diagnostics.self) { try parseYAML(text, file: name) }
                    continue
                }
                let document = try parseYAML(text, file: name)
                let kind = try #require(Self.kind(document), "\(name)")
                #expect(try Self.validator(kind).faults(document).sorted() == (mistakes[name] ?? []).sorted(), "\(name)")
                seen[kind, default: 0] += 1
            }
        }
        #expect(seen["schema"]! >= 5 && seen["package"]! >= 8 && seen["tests"]! >= 2 && seen["config"]! >= 4)
    }

    private static func kind(_ root: Node) -> String? {
        if root["tests"] != nil { return "tests" }
        if root["package"] != nil { return "package" }
        if root["schema"] != nil || root["kafka"] != nil { return "config" }
        return root["events"] != nil ? "schema" : nil
    }

    // MARK: Keys

    /// For each map with known keys: a right document, with a mark where an unknown key can be put.
    private static let places: [String: [(path: String, document: String)]] = [
        "schema": [
            ("", "events: {e: {topic: e, id: i, time: t, fields: {f: {type: int}}}}, entities: {}, HERE"),
            ("events.*", "events: {e: {topic: e, id: i, time: t, fields: {f: {type: int}}, HERE}}"),
            ("events.*.fields.*", "events: {e: {topic: e, id: i, time: t, fields: {f: {type: int, HERE}}}}"),
            ("events.*.derived.*", "events: {e: {topic: e, id: i, time: t, fields: {f: {type: int}}, derived: {d: {expr: 'f + 1', HERE}}}}"),
            ("entities.*", "events: {e: {topic: e, id: i, time: t, fields: {f: {type: string}}}}, entities: {n: {key: f, history: 1d, HERE}}"),
        ],
        "package": [
            ("", "package: p, version: 'v', on: e, rules: [], HERE"),
            ("indicators[]", "package: p, version: 'v', on: e, rules: [], indicators: [{id: i, entity: n, aggregate: count, window: 1h, HERE}]"),
            (
                "indicators[].sequence[]",
                "package: p, version: 'v', on: e, rules: [], indicators: [{id: i, entity: n, within: 1h, sequence: [{where: 'f == \"x\"', HERE}]}]"
            ),
            ("rules[]", "package: p, version: 'v', on: e, rules: [{id: r, kind: hit, when: 'f == \"x\"', HERE}]"),
            ("rules[].list", "package: p, version: 'v', on: e, rules: [{id: r, kind: list, when: 'f == \"x\"', list: {name: l, subject: f, HERE}}]"),
            ("rollout", "package: p, version: 'v', on: e, rules: [], rollout: {share: 10%, HERE}"),
            ("bounds", "package: p, version: 'v', on: e, rules: [], bounds: {error_rate: 1%, HERE}"),
            ("bounds.alert_rate", "package: p, version: 'v', on: e, rules: [], bounds: {alert_rate: {max: 2%, HERE}}"),
            ("decide", "package: p, version: 'v', on: e, rules: [], decide: {score: max, HERE}"),
            ("decide.actions.*[]", "package: p, version: 'v', on: e, rules: [], decide: {levels: {red: 1}, actions: {red: [{action: block, on: n, HERE}]}}"),
        ],
        "tests": [
            ("", "tests: [], HERE"), ("tests[]", "tests: [{name: t, events: [{e: {f: x}}], alerts: none, HERE}]"),
            ("tests[].lists.*[]", "tests: [{name: t, lists: {l: [{subject: s, HERE}]}, events: [{e: {f: x}}], alerts: none}]"),
            ("tests[].events[]", "tests: [{name: t, events: [{e: {f: x}, HERE}], alerts: none}]"),
            ("tests[].expect", "tests: [{name: t, events: [{e: {f: x}}], expect: {hits: [], HERE}}]"),
            ("tests[].expect[]", "tests: [{name: t, events: [{e: {f: x}}], expect: [{hits: [], HERE}]}]"),
            ("tests[].expect.actions[]", "tests: [{name: t, events: [{e: {f: x}}], expect: {actions: [{action: block, HERE}]}}]"),
            ("tests[].expect[].actions[]", "tests: [{name: t, events: [{e: {f: x}}], expect: [{actions: [{action: block, HERE}]}]}]"),
        ],
        "config": [
            ("", "schema: s.yaml, HERE"), ("schema_updates", "schema: s.yaml, schema_updates: {url: 'http://h/s', HERE}"),
            ("packages[]", "schema: s.yaml, packages: [{path: p, HERE}]"),
            ("packages[].rollout", "schema: s.yaml, packages: [{path: p, rollout: {share: 10%, HERE}}]"),
            ("kafka", "schema: s.yaml, kafka: {bootstrap: 'h:1', HERE}"),
            ("kafka.topics", "schema: s.yaml, kafka: {bootstrap: 'h:1', topics: {alerts: a, HERE}}"),
            ("journals", "schema: s.yaml, journals: {memory: 1GiB, HERE}"),
            ("journals.redis", "schema: s.yaml, journals: {redis: {url: 'redis://h:1', HERE}}"),
            ("lists[]", "schema: s.yaml, lists: [{name: l, file: f, HERE}]"),
            ("pseudonym", "schema: s.yaml, pseudonym: {key_file: f, HERE}"), ("overload", "schema: s.yaml, overload: {redis_down: pause, HERE}"),
            ("accept", "schema: s.yaml, accept: {future: 1m, HERE}"), ("http", "schema: s.yaml, http: {listen: 'h:1', HERE}"),
            ("log", "schema: s.yaml, log: {level: info, HERE}"),
        ],
    ]

    /// Keys that a reader knows and a schema does not offer, with the reason.
    private static let notOffered = ["config pseudonym": ["key"]]  // A key in the file is refused; only the environment may give it.

    @Test(arguments: kinds) func keysAreThoseOfTheReader(kind: String) throws {
        let shape = try #require(Self.shapes[kind])
        var records: [String: [String]] = [:]
        Self.collect(shape, "", &records)
        let places = try #require(Self.places[kind])
        #expect(Set(records.keys) == Set(places.map(\.path)), "each map with known keys needs a document")
        let validator = try Self.validator(kind)
        for (path, document) in places {
            let right = "{" + document.replacing(", HERE", with: "") + "}"
            #expect(try Self.read(kind, right) == [], "\(kind) \(path)")
            #expect(validator.faults(try parseYAML(Array(right.utf8), file: "t.yaml")) == [], "\(kind) \(path)")
            let wrong = "{" + document.replacing("HERE", with: "no_such_key_: 1") + "}"
            let faults = try Self.read(kind, wrong)
            let unknown = try #require(faults.first { $0.code == "unknown-key" && $0.message.contains("'no_such_key_'") }, "\(kind) \(path): \(faults)")
            let listed = try #require(unknown.remedy).components(separatedBy: kind == "tests" && path == "tests[].events[]" ? "; keys: " : "known here: ")
            let known = Set(try #require(listed.last).components(separatedBy: ", ")).subtracting(Self.notOffered["\(kind) \(path)"] ?? [])
            #expect(known == Set(records[path] ?? []), "\(kind) \(path)")
            // In a test's event an unknown key may be an event type of a schema that editors do not see; its value is no map of fields then.
            #expect(validator.faults(try parseYAML(Array(wrong.utf8), file: "t.yaml")) != [], "\(kind) \(path)")
        }
    }

    /// The maps with known keys within a shape, by path.
    private static func collect(_ shape: Shape, _ path: String, _ records: inout [String: [String]]) {
        func inner(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
        switch shape.kind {
        case .record(let properties, let others):
            records[path] = properties.map(\.name)
            for property in properties { collect(property.shape, inner(property.name), &records) }
            if let others { collect(others, inner("*"), &records) }
        case .table(let value): collect(value, inner("*"), &records)
        case .list(let element, _): collect(element, path + "[]", &records)
        case .either(let shapes): for shape in shapes { collect(shape, path, &records) }
        default: break
        }
    }

    /// What the reader of a kind says about a document.
    private static func read(_ kind: String, _ text: String) throws -> [Diagnostic] {
        let schemaText = "{events: {e: {topic: e, id: i, time: t, fields: {f: {type: string}}}}, entities: {n: {key: f, history: 1d, record: [f]}}}"
        let schema = try Schema.read(Array(schemaText.utf8), file: "schema.yaml")
        let root = try parseYAML(Array(text.utf8), file: "t.yaml")
        do {
            switch kind {
            case "schema": _ = try Schema.read(root)
            case "package": _ = try Package.read(root, schema: schema)
            case "config": _ = try Configuration.read(Array(text.utf8), file: "t.yaml")
            default:
                let rules = "rules: [{id: r, kind: hit, when: 'in_list(\"l\", f)'}], decide: {levels: {red: 90}, actions: {red: [{action: block, on: n}]}}"
                let package = try Package.read(parseYAML(Array("{package: p, version: 'v', on: e, \(rules)}".utf8), file: "p.yaml"), schema: schema)
                let tested = try PackageUnderTest(
                    package, schema: schema, timeZones: ZoneFiles(), pseudonymiser: PseudonymKey.pseudonymiser(for: schema, keyFile: nil, forTesting: true))
                _ = try TestFile.read(root, path: "t.yaml", package: tested)
            }
            return []
        } catch {
            return error.all
        }
    }
}
