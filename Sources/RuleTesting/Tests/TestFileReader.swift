public import Documents
internal import Events
internal import Rules

extension TestFile {
    /// Reads a file of tests.
    /// - Throws: everything that is wrong with it.
    public static func read(_ root: Node, path: String, package: PackageUnderTest) throws(Diagnostics) -> TestFile {
        let diagnostics = DiagnosticList()
        var reader = TestFileReader(package, diagnostics)
        let tests = reader.read(root)
        try diagnostics.throwIfErrors()
        return TestFile(path: path, package: package, tests: tests)
    }
}

struct TestFileReader {
    let context: PackageUnderTest
    let diagnostics: DiagnosticList
    /// Where events are decoded to see whether they can be.
    let batch: EventBatch
    /// By event type: what each event has unless it says otherwise.
    private(set) var defaults: [[(field: Field, value: Node)]]

    /// By event type: whether something is wrong with them, which is reported and makes no more faults of events.
    private(set) var hasBrokenDefaults: [Bool]

    /// Where no test says when it starts: a Monday morning in Shanghai, so that days and hours are the same wherever it runs.
    static let defaultStart: Int64 = 1_772_416_800_000

    var schema: Schema { context.schema }

    init(_ context: PackageUnderTest, _ diagnostics: DiagnosticList) {
        self.context = context
        self.diagnostics = diagnostics
        batch = EventBatch(capacity: 1, schema: context.schema)
        defaults = Array(repeating: [], count: context.schema.events.count)
        hasBrokenDefaults = Array(repeating: false, count: context.schema.events.count)
    }

    mutating func read(_ root: Node) -> [PackageTest] {
        var map = MapReader(root, "the file of tests", diagnostics)
        // Which package is meant was found out before.
        _ = map.string("package")
        if let node = map.optional("defaults") { readDefaults(node) }
        let nodes = map.list("tests", .required) ?? []
        map.finish()
        var names: [String: Position] = [:]
        return nodes.compactMap { node in
            guard let test = readTest(node) else { return nil }
            if let first = names[test.name] {
                diagnostics.error(
                    code: "duplicate-name", "there is a test '\(test.name)' already, at line \(first.line)", remedy: "give each test its own name",
                    at: test.position)
            }
            names[test.name] = test.position
            return test
        }
    }

    private mutating func readDefaults(_ node: Node) {
        for (key, value) in MapReader(node, "'defaults'", diagnostics).entries {
            guard let type = eventType(key, besides: []) else { continue }
            let writer = FieldWriter(startMilliseconds: Self.defaultStart, diagnostics: diagnostics)
            let errors = diagnostics.all.count
            for (field, value) in fields(of: type, value) {
                let errors = diagnostics.all.count
                var scratch = JSONWriter()
                scratch.beginObject()
                writer.write(field, value, number: 1, &scratch)
                if diagnostics.all.count == errors { defaults[type].append((field, value)) }
            }
            hasBrokenDefaults[type] = diagnostics.all.count > errors
        }
    }

    /// The event type that a key names.
    func eventType(_ key: Node.Key, besides keys: [String]) -> Int? {
        if let type = schema.event(named: key.text) { return type }
        let names = schema.events.map(\.name)
        diagnostics.error(
            code: keys.isEmpty ? "unknown-event-type" : "unknown-key",
            keys.isEmpty ? "the schema has no event type '\(key.text)'" : "'\(key.text)' is neither an event type of the schema nor a key of an event",
            remedy: didYouMean(key.text, among: names + keys).map { "did you mean '\($0)'?" }
                ?? "event types: \(names.joined(separator: ", "))\(keys.isEmpty ? "" : "; keys: \(keys.joined(separator: ", "))")", at: key.position)
        return nil
    }

    /// The fields that a map gives an event, unknown ones reported.
    func fields(of type: Int, _ node: Node) -> [(field: Field, value: Node)] {
        if case .null = node.content { return [] }
        let event = schema.events[type]
        return MapReader(node, "the fields of '\(event.name)'", diagnostics).entries.compactMap { key, value in
            if let slot = event.slot(named: key.text), event.fields[slot].derivation == nil, !EventType.reservedNames.contains(key.text) {
                return (event.fields[slot], value)
            }
            let given = event.fields.filter { $0.derivation == nil && !EventType.reservedNames.contains($0.name) }.map(\.name)
            let isDerived = event.fields.contains { $0.name == key.text && $0.derivation != nil }
            diagnostics.error(
                code: "unknown-field",
                isDerived ? "'\(key.text)' of '\(event.name)' is derived by the schema" : "the event type '\(event.name)' has no field '\(key.text)'",
                remedy: isDerived
                    ? "give the fields that it is computed from"
                    : EventType.reservedNames.contains(key.text)
                        ? "ids and times are written beside the event type: id, at, after"
                        : didYouMean(key.text, among: given).map { "did you mean '\($0)'?" } ?? "known: \(given.joined(separator: ", "))",
                at: key.position)
            return nil
        }
    }

    private func readTest(_ node: Node) -> PackageTest? {
        var map = MapReader(node, "a test", diagnostics)
        let name = map.nonEmptyString("name", .required)
        let start = map.optional("start").map { readInstant($0, "'start'") } ?? Self.defaultStart
        // A start that is no time was reported; what else is wrong is reported all the same.
        let instant = start ?? Self.defaultStart
        let lists = map.optional("lists").map { readLists($0, instant) } ?? []
        let eventNodes = map.list("events", .required)
        let expectNode = map.optional("expect")
        let alertsNode = map.optional("alerts")
        map.finish()
        if map.isMap, expectNode == nil, alertsNode == nil {
            diagnostics.error(
                code: "missing-key", "the test expects nothing", remedy: "add 'expect: …', or 'alerts: none' if no event may hit anything", at: node.position)
        }
        var noAlerts: Position?
        if let alertsNode, alertsNode.choice("'alerts'", among: ["none"], diagnostics) != nil { noAlerts = alertsNode.position }
        guard let eventNodes else { return nil }
        if eventNodes.isEmpty { diagnostics.error(code: "bad-value", "the test has no events", remedy: "write at least one", at: node.position) }
        let events = readEvents(eventNodes, instant)
        let expectations = expectNode.map { readExpectations($0, events) } ?? []
        guard let name else { return nil }
        return PackageTest(
            name: name, position: node["name"]?.position ?? node.position, lists: lists, events: events.map(\.event), expectations: expectations,
            noAlerts: noAlerts)
    }

    func readInstant(_ node: Node, _ name: String) -> Int64? {
        guard let text = node.string(name, diagnostics) else { return nil }
        var bytes = text
        if let instant = bytes.withUTF8({ RFC3339.milliseconds($0) }) { return instant }
        diagnostics.error(
            code: "bad-value", "\(name) is '\(text)', which is no time", remedy: "write RFC 3339 with a zone, such as 2026-03-02T10:00:00+08:00",
            at: node.position)
        return nil
    }

    private func readLists(_ node: Node, _ start: Int64) -> [PackageTest.ListSubject] {
        var subjects: [PackageTest.ListSubject] = []
        for (key, value) in MapReader(node, "'lists'", diagnostics).entries {
            if !context.listNames.contains(key.text) {
                diagnostics.error(
                    code: "unknown-list", "no rule of '\(context.package.name)' asks for a list '\(key.text)'",
                    remedy: didYouMean(key.text, among: context.listNames).map { "did you mean '\($0)'?" }
                        ?? (context.listNames.isEmpty ? "remove it" : "known: \(context.listNames.joined(separator: ", "))"), at: key.position)
                continue
            }
            for entry in value.list("'\(key.text)'", diagnostics) ?? [] {
                var map = MapReader(entry, "an entry of '\(key.text)'", diagnostics)
                let subject = map.nonEmptyString("subject", .required)
                let expires = map.optional("expires_at").flatMap { readInstant($0, "'expires_at'") }
                let attributes = (map.map("attributes")?.entries ?? []).compactMap { key, value in
                    value.string("the attribute '\(key.text)'", diagnostics).map { Lists.Attribute(name: key.text, value: $0) }
                }
                map.finish()
                guard let subject else { continue }
                let listed = Lists.Entry(timeMilliseconds: start, expiresMilliseconds: expires, attributes: attributes)
                subjects.append(.init(list: key.text, subject: subject, entry: listed))
            }
        }
        return subjects
    }
}
