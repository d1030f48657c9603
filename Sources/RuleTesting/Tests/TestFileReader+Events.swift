internal import Documents
internal import Events

extension TestFileReader {
    /// An event of the stream, and the names by which an expectation may call it.
    struct NamedEvent {
        var event: TestEvent
        var type: Int
        /// The id that a series was given, which names its last event.
        var seriesID: String?
    }

    private static let keys = ["at", "after", "id", "times", "every"]

    func readEvents(_ nodes: [Node], _ start: Int64) -> [NamedEvent] {
        var events: [NamedEvent] = []
        var previous: Int64?
        for node in nodes {
            let series = readSeries(node, start, previous, number: events.count + 1)
            previous = series.last?.event.timeMilliseconds ?? previous
            events += series
            if events.count > TestLimits.eventsMax {
                diagnostics.error(
                    code: "limit-exceeded", "the test has more than \(TestLimits.eventsMax) events", remedy: "write a shorter series, or use vane replay",
                    at: node.position)
                return []
            }
        }
        return events
    }

    private func readSeries(_ node: Node, _ start: Int64, _ previous: Int64?, number: Int) -> [NamedEvent] {
        var map = MapReader(node, "an event", diagnostics)
        guard map.isMap else { return [] }
        let first = firstTime(&map, start, previous)
        let id = map.nonEmptyString("id")
        let times = map.int("times", in: 1...Int64(TestLimits.eventsMax))
        let every = map.duration("every", in: 0...SchemaLimits.historyMillisecondsMax)
        if let position = map.entries.first(where: { $0.key.text == "every" })?.key.position, !map.contains("times") {
            diagnostics.error(code: "missing-key", "'every' is the step of a series, and 'times' is not there", remedy: "add 'times: …'", at: position)
        }
        var named: [(type: Int, fields: Node, position: Position)] = []
        for (key, value) in map.entries where !Self.keys.contains(key.text) {
            if let type = eventType(key, besides: Self.keys) { named.append((type, value, key.position)) }
        }
        if named.count != 1 {
            if named.count > 1 {
                diagnostics.error(
                    code: "two-event-types", "the event has more than one type", remedy: "write an element of the list for each", at: named[1].position)
            } else if map.entries.allSatisfy({ Self.keys.contains($0.key.text) }) {
                diagnostics.error(
                    code: "missing-key", "the event names no event type",
                    remedy: "write {\(schema.events[0].name): {…}}; event types: \(schema.events.map(\.name).joined(separator: ", "))", at: node.position)
            }
            return []
        }
        let (type, fieldsNode, position) = named[0]
        let errors = diagnostics.all.count
        let given = fields(of: type, fieldsNode)
        let values = values(type, given)
        // A misspelt field is not reported as a missing one as well.
        if diagnostics.all.count == errors, !hasBrokenDefaults[type] { checkComplete(type, values, position) }
        guard let first else {
            _ = json(type, values, id: "", time: start, start: start, n: 1)
            return []
        }
        var events: [NamedEvent] = []
        for n in 1...Int(times ?? 1) {
            let time = first &+ Int64(n - 1) &* (every ?? 1_000)
            let eventID = eventID(id, isSeries: times != nil, n: n, number: number + n - 1)
            let json = json(type, values, id: eventID, time: time, start: start, n: n)
            guard diagnostics.all.count == errors, hasBrokenDefaults[type] || isAccepted(json, type, values, position) else { return [] }
            events.append(
                NamedEvent(
                    event: TestEvent(id: eventID, timeMilliseconds: time, json: json, position: node.position), type: type,
                    seriesID: times != nil && n == Int(times ?? 1) ? id : nil))
        }
        return events
    }

    /// When the event, or the first of the series, happens.
    private func firstTime(_ map: inout MapReader, _ start: Int64, _ previous: Int64?) -> Int64? {
        let at = map.optional("at")
        let after = map.optional("after")
        if let at, after != nil {
            diagnostics.error(
                code: "at-and-after", "the event has both 'at' and 'after'", remedy: "keep 'at', since the start, or 'after', since the event before",
                at: at.position)
            return nil
        }
        if let at {
            if case .string(let text) = at.content, text.contains("T") { return readInstant(at, "'at'") }
            return at.duration("'at'", in: 0...SchemaLimits.historyMillisecondsMax, diagnostics).map { start &+ $0 }
        }
        if let after {
            return after.duration("'after'", in: 0...SchemaLimits.historyMillisecondsMax, diagnostics).map { (previous ?? start) &+ $0 }
        }
        return previous.map { $0 &+ 1_000 } ?? start
    }

    private func eventID(_ id: String?, isSeries: Bool, n: Int, number: Int) -> String {
        guard let id else { return "e\(number)" }
        if id.contains("{n}") { return FieldWriter.expand(id, n) }
        return isSeries ? "\(id)-\(n)" : id
    }

    /// The event's own fields over the defaults.
    private func values(_ type: Int, _ given: [(field: Field, value: Node)]) -> [(field: Field, value: Node)] {
        var values = defaults[type].filter { standard in !given.contains { $0.field.name == standard.field.name } } + given
        values.removeAll { if case .null = $0.value.content { true } else { false } }
        return values
    }

    private func checkComplete(_ type: Int, _ values: [(field: Field, value: Node)], _ position: Position) {
        let missing = schema.events[type].fields.filter { field in
            !field.optional && field.derivation == nil && !EventType.reservedNames.contains(field.name) && !values.contains { $0.field.name == field.name }
        }
        if missing.isEmpty { return }
        let names = missing.map { "'\($0.name)'" }.joined(separator: ", ")
        diagnostics.error(
            code: "missing-field", "'\(schema.events[type].name)' needs \(names)",
            remedy: "add \(missing.count == 1 ? "it" : "them"), here or under 'defaults'",
            at: position)
    }

    private func json(_ type: Int, _ values: [(field: Field, value: Node)], id: String, time: Int64, start: Int64, n: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if schema.events.count > 1 {
            writer.key("event_type")
            writer.string(schema.events[type].name)
        }
        writer.key(schema.events[type].idKey)
        writer.string(id)
        writer.key(schema.events[type].timeKey)
        writer.string(RFC3339.text(time))
        let fields = FieldWriter(startMilliseconds: start, diagnostics: diagnostics)
        for (field, value) in values { fields.write(field, value, number: n, &writer) }
        writer.endObject()
        return writer.bytes
    }

    /// Whether the decoder takes the event; what it says against it is reported at the field.
    private func isAccepted(_ json: [UInt8], _ type: Int, _ values: [(field: Field, value: Node)], _ position: Position) -> Bool {
        batch.removeAll()
        let rejection = json.withUnsafeBytes { bytes -> Rejection? in
            do throws(Rejection) {
                _ = try context.decoder.decode(bytes, eventType: type, into: batch)
                return nil
            } catch {
                return error
            }
        }
        guard let rejection else { return true }
        let place = values.first { $0.field.name == rejection.field }?.value.position ?? position
        diagnostics.error(
            code: rejection.reason.rawValue.replacing("_", with: "-"), "\(rejection.field.map { "'\($0)': " } ?? "")\(rejection.message)",
            remedy: "write a value that the schema allows", at: place)
        return false
    }
}
