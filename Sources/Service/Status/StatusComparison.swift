public import Documents
public import Events
internal import Journals
public import Rules

/// What would happen to packages in a process whose status is known.
public struct StatusComparison {
    /// Names of the lists that the process has.
    public let lists: [String]
    private let facts: [RecordedFacts]
    private let eventTypes: Set<String>
    private let versions: [String: String]
    /// 0 before the first event.
    private let latestMilliseconds: Int64

    /// - Throws: `bad-status` where it is none.
    public init(_ status: StatusClient.Answer) throws(Diagnostics) {
        func elements(_ node: Node?) -> [Node] {
            guard case .list(let elements)? = node?.content else { return [] }
            return elements
        }
        var facts: [RecordedFacts] = []
        for entity in elements(status.root["entities"]) {
            guard let recorded = entity["recorded"].flatMap({ RecordedFacts($0) }) else {
                throw Diagnostics([
                    Diagnostic(code: "bad-status", "the status does not say what is recorded", remedy: "ask a process of this version", at: entity.position)
                ])
            }
            facts.append(recorded)
        }
        self.facts = facts
        eventTypes = Set(elements(status.root["schema"]?["events"]).compactMap { $0["name"]?.text })
        lists = elements(status.root["lists"]).compactMap { $0["name"]?.text }
        var versions: [String: String] = [:]
        for package in elements(status.root["packages"]) { versions[package["name"]?.text ?? ""] = package["version"]?.text }
        self.versions = versions
        latestMilliseconds =
            status.root["latest_event_time"].flatMap { node in Array(node.text.utf8).withUnsafeBufferPointer { RFC3339.milliseconds($0) } } ?? 0
    }

    /// Says what the process lacks, as errors, and what it would do with less than there should be, as warnings.
    /// - Parameter root: the package's document, for positions.
    public func compare(_ package: Package, _ root: Node, _ schema: Schema, _ findings: DiagnosticList) {
        if let running = versions[package.name], VersionOrder.isOlder(package.version, than: running) {
            findings.warning(
                code: "older-version", "the process runs version \(running) of '\(package.name)', and this is \(package.version)",
                remedy: "give what you change a new version", at: root["version"]?.position)
        }
        for event in package.on where !eventTypes.contains(schema.events[event].name) {
            findings.error(
                code: "not-recorded", "the process knows no event type '\(schema.events[event].name)'", remedy: "add it to the process's schema first",
                at: root["on"]?.position)
        }
        // Of what is not recorded there, recording would begin with the next event.
        let coverage = Coverage(
            schema,
            schema.entities.indices.map { entity in
                RecordedFacts(schema, entity: entity, sinceMilliseconds: RecordedFacts.notYet).following(recorded(schema, entity), at: RecordedFacts.notYet)
            })
        for (number, indicator) in package.indicators.enumerated() {
            let position = position(root, number)
            let needs = IndicatorNeeds(indicator, schema)
            let missing = missing(needs, schema)
            for what in missing {
                findings.error(
                    code: "not-recorded", "indicator '\(indicator.id)': \(what)", remedy: "change the process's schema first; the indicator then warms up",
                    at: position)
            }
            guard missing.isEmpty, let warming = coverage.warming(needs, at: latestMilliseconds) else { continue }
            let since = warming.sinceMilliseconds == RecordedFacts.notYet ? "" : "; what it reads is recorded since \(RFC3339.text(warming.sinceMilliseconds))"
            let until = warming.untilMilliseconds.map { "until \(RFC3339.text($0))" } ?? "for entities that were there before"
            findings.warning(
                code: "warming", "indicator '\(indicator.id)' would not see all of its window \(until)\(since)",
                remedy: "its evidence says 'warming' until then; let the package run in shadow mode first", at: position)
        }
    }

    private func recorded(_ schema: Schema, _ entity: Int) -> RecordedFacts? { facts.first { $0.entity == schema.entities[entity].name } }

    private func missing(_ needs: IndicatorNeeds, _ schema: Schema) -> [String] {
        let entity = schema.entities[needs.entity]
        let wanted = RecordedFacts(schema, entity: needs.entity, sinceMilliseconds: 0)
        guard let recorded = recorded(schema, needs.entity) else { return ["the process records no entity '\(entity.name)'"] }
        guard recorded.key == wanted.key else { return ["the entity '\(entity.name)' has another key in the process: \(recorded.key.joined(separator: ", "))"] }
        var missing: [String] = []
        // Records are kept for a third more than the history.
        if let reach = needs.reachMilliseconds, reach > recorded.keptMilliseconds, wanted.keptMilliseconds > recorded.keptMilliseconds {
            missing.append("the process keeps records of '\(entity.name)' for \(formatDuration(recorded.keptMilliseconds)) only")
        }
        for event in needs.eventTypes {
            let name = schema.events[event].name
            guard let events = recorded.events.first(where: { $0.eventType == name }) else {
                missing.append("the process records no '\(name)' for '\(entity.name)'")
                continue
            }
            for field in needs.fields {
                let fieldName = entity.record[field].name
                guard let want = wanted.events.first(where: { $0.eventType == name })?.fields.first(where: { $0.name == fieldName }) else { continue }
                if !events.fields.contains(where: { $0.name == want.name && $0.type == want.type }) {
                    missing.append("the process does not record '\(fieldName)' of '\(name)' for '\(entity.name)'")
                }
            }
        }
        return missing
    }

    private func position(_ root: Node, _ indicator: Int) -> Position? {
        guard case .list(let elements)? = root["indicators"]?.content, elements.indices.contains(indicator) else { return root["indicators"]?.position }
        return elements[indicator].position
    }
}
