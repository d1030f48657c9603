internal import Documents
internal import Engine
internal import Events
internal import Expressions
internal import Journals
internal import Rules

extension TestFileReader {
    private var package: Package { context.package }

    func readExpectations(_ node: Node, _ events: [NamedEvent]) -> [Expectation] {
        if case .list(let nodes) = node.content { return nodes.compactMap { readExpectation($0, events) } }
        return readExpectation(node, events).map { [$0] } ?? []
    }

    private func readExpectation(_ node: Node, _ events: [NamedEvent]) -> Expectation? {
        var map = MapReader(node, "what is expected", diagnostics)
        let event = map.optional("event").map { readEvent($0, events) } ?? (events.isEmpty ? nil : events.count - 1)
        var claims: [Expectation.Claim] = []
        func claim(_ key: String, _ node: Node, _ kind: Expectation.Kind?) {
            if let kind { claims.append(Expectation.Claim(kind: kind, key: key, position: node.position)) }
        }
        if let node = map.optional("hit") { claim("hit", node, readRules(node).map { .hit($0) }) }
        if let node = map.optional("no_hit") { claim("no_hit", node, readRules(node).map { .noHit($0) }) }
        if let node = map.optional("hits") { claim("hits", node, readRules(node).map { .hits($0) }) }
        if let node = map.optional("level") { claim("level", node, readLevel(node)) }
        if let node = map.optional("score") {
            claim("score", node, node.double("'score'", in: 0...DecisionPolicy.scoreMax, diagnostics).map { .score($0) })
        }
        if let node = map.optional("actions") { claim("actions", node, readActions(node)) }
        for (key, value) in map.map("indicators")?.entries ?? [] {
            guard let index = indicator(key), let expected = readValue(value, index) else { continue }
            claim("indicators.\(key.text)", value, .indicator(index, expected))
        }
        map.finish()
        guard let event else { return nil }
        if map.isMap, map.entries.allSatisfy({ $0.key.text == "event" }) {
            diagnostics.error(
                code: "missing-key", "nothing is expected", remedy: "add hit, no_hit, hits, level, score, actions or indicators", at: node.position)
        }
        checkWatched(events[event], claims)
        return Expectation(event: event, claims: claims)
    }

    /// An expectation that no event of the type could fail or meet is a mistake.
    private func checkWatched(_ event: NamedEvent, _ claims: [Expectation.Claim]) {
        guard !package.on.contains(event.type) else { return }
        for claim in claims {
            switch claim.kind {
            case .hit(let rules), .noHit(let rules), .hits(let rules): if rules.isEmpty { continue }
            case .level(nil), .indicator: continue
            case .level, .score, .actions: break
            }
            diagnostics.error(
                code: "unwatched-event", "'\(package.name)' does not look at events of type '\(schema.events[event.type].name)'",
                remedy: "name another event with 'event: …'; the package's 'on' is \(package.on.map { schema.events[$0].name }.joined(separator: ", "))",
                at: claim.position)
        }
    }

    /// By id, by number from 1, or by the id of a series, whose last event it is.
    private func readEvent(_ node: Node, _ events: [NamedEvent]) -> Int? {
        if case .int(let number) = node.content {
            if (1...Int64(max(events.count, 1))).contains(number), !events.isEmpty { return Int(number) - 1 }
        } else {
            guard let id = node.string("'event'", diagnostics) else { return nil }
            if let index = events.lastIndex(where: { $0.event.id == id || $0.seriesID == id }) { return index }
        }
        // A stream that could not be read was reported.
        guard !events.isEmpty, !diagnostics.hasErrors else { return nil }
        diagnostics.error(
            code: "unknown-event", "the test has no event '\(node.text)'",
            remedy: didYouMean(node.text, among: events.map(\.event.id)).map { "did you mean '\($0)'?" }
                ?? "write an id, or a number from 1 to \(events.count)",
            at: node.position)
        return nil
    }

    private func readRules(_ node: Node) -> [Int]? {
        guard let nodes = Self.elements(node, "'hit'", diagnostics) else { return nil }
        let ids = package.rules.map(\.id)
        return nodes.compactMap { node in
            guard let id = node.string("a rule", diagnostics) else { return nil }
            if let index = ids.firstIndex(of: id) { return index }
            diagnostics.error(
                code: "unknown-rule", "the package '\(package.name)' has no rule '\(id)'",
                remedy: didYouMean(id, among: ids).map { "did you mean '\($0)'?" } ?? "known: \(ids.prefix(20).joined(separator: ", "))", at: node.position)
            return nil
        }
    }

    /// One value, or a list of them.
    private static func elements(_ node: Node, _ name: String, _ diagnostics: DiagnosticList) -> [Node]? {
        if case .string = node.content { return [node] }
        return node.list(name, diagnostics)
    }

    private func readLevel(_ node: Node) -> Expectation.Kind? {
        let levels = ["none", DecisionWriter.lowestLevel] + package.decide.levels.map(\.name)
        return node.choice("'level'", among: levels, diagnostics).map { .level($0 == "none" ? nil : $0) }
    }

    private func readActions(_ node: Node) -> Expectation.Kind? {
        guard let nodes = Self.elements(node, "'actions'", diagnostics) else { return nil }
        return .actions(nodes.compactMap(readAction))
    }

    /// Its name alone, or as a package writes it.
    private func readAction(_ node: Node) -> ExpectedAction? {
        guard case .map = node.content else {
            return node.choice("an action", of: DecisionPolicy.Action.Kind.self, diagnostics).map { ExpectedAction(kind: $0.rawValue) }
        }
        var map = MapReader(node, "an action", diagnostics)
        let kind = map.choice("action", .required, of: DecisionPolicy.Action.Kind.self)
        let entity = map.choice("on", among: schema.entities.map(\.name))
        let duration = map.duration("for")
        map.finish()
        return kind.map { ExpectedAction(kind: $0.rawValue, entity: entity, durationMilliseconds: duration) }
    }

    private func indicator(_ key: Node.Key) -> Int? {
        let ids = package.indicators.map(\.id)
        if let index = ids.firstIndex(of: key.text) { return index }
        diagnostics.error(
            code: "unknown-indicator", "the package '\(package.name)' has no indicator '\(key.text)'",
            remedy: didYouMean(key.text, among: ids).map { "did you mean '\($0)'?" } ?? "known: \(ids.joined(separator: ", "))", at: key.position)
        return nil
    }

    /// What an indicator is expected to be, by its type.
    private func readValue(_ node: Node, _ indicator: Int) -> ExpectedValue? {
        if case .null = node.content { return .absent }
        let name = "'\(package.indicators[indicator].id)'"
        switch package.indicators[indicator].resultType(schema) {
        case .bool: return node.bool(name, diagnostics).map { .bool($0) }
        case .int, .double:
            return node.double(name, in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, diagnostics).map { .number($0) }
        case .fingerprint: return node.string(name, diagnostics).map { .text($0) }
        case .enumeration(let values): return node.choice(name, among: values, diagnostics).map { .text($0) }
        case .timestamp: return readInstant(node, name).map { .milliseconds($0, text: node.text) }
        case .duration: return node.duration(name, in: 0...Int64.max, diagnostics).map { .milliseconds($0, text: node.text) }
        }
    }
}
