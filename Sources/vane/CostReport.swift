internal import Documents
internal import Events
internal import Expressions
internal import JournalSharing
internal import Journals
internal import Rules
internal import Service

/// What one event costs with some rules, counted in the structures that the engine runs on.
struct CostReport {
    /// Recording an event of a type, whatever the packages.
    struct Recording {
        var event: String
        /// Entity types whose journals it is recorded in; those whose key it may lack.
        var journals: [String]
        var uncertain: [String]
        /// Bytes in Redis, where one `RPUSH` goes to each journal: those stored, at least, typically and at most, and those sent, typically.
        var storedLeast = 0
        var storedTypical = 0
        var storedMost = 0
        var sentTypical = 0
    }

    struct Entity {
        var name: String
        var cost: RecordingCost.Entity
    }

    struct Rules {
        /// Nil for all packages together.
        var package: Package?
        var events: [(name: String, rules: Int, matching: MatchingCost, indicators: Int)]
        var entities: [(name: String, cost: IndicatorPlan.EntityCost)]
    }

    let schemaPath: String
    private(set) var recordings: [Recording] = []
    private(set) var entities: [Entity]
    private(set) var rules: [Rules] = []

    /// Nil where no schema was read.
    init?(_ checked: CheckedRules) {
        guard let (path, schema) = checked.schema else { return nil }
        schemaPath = path
        let cost = RecordingCost(schema: schema)
        entities = zip(schema.entities, cost.entities).map { Entity(name: $0.name, cost: $1) }
        for (number, event) in schema.events.enumerated() {
            var recording = Recording(event: event.name, journals: [], uncertain: [])
            for entry in cost.entries where entry.eventType == number {
                let entity = schema.entities[entry.entity]
                recording.journals.append(entity.name)
                if !entry.isCertain { recording.uncertain.append(entity.name) }
                recording.storedLeast += entry.isCertain ? AppendCost.storedBytes(entryBytes: entry.bytes.lowerBound) : 0
                recording.storedTypical += AppendCost.storedBytes(entryBytes: entry.typicalBytes)
                recording.storedMost += AppendCost.storedBytes(entryBytes: entry.bytes.upperBound)
                recording.sentTypical += AppendCost.sentBytes(entity, prefix: checked.prefix, entryBytes: entry.typicalBytes)
            }
            recordings.append(recording)
        }
        for package in checked.packages {
            if let one = Self.rules([package], schema) { rules.append(one) }
        }
        // Windows and parts of conditions that packages share are counted once.
        if checked.packages.count > 1, let all = Self.rules(checked.packages, schema) { rules.append(all) }
    }

    /// Nil where the indicators of all packages are too many for one entity, which is an error elsewhere.
    private static func rules(_ packages: [Package], _ schema: Schema) -> Rules? {
        let zones = ZoneFiles()
        let set = RuleSet(schema: schema, packages: packages, timeZones: zones)
        guard let plan = try? IndicatorPlan(schema: schema, indicators: set.indicators, timeZones: zones) else { return nil }
        return Rules(
            package: packages.count == 1 ? packages[0] : nil,
            events: schema.events.indices.filter { event in packages.contains { $0.on.contains(event) } }.map { event in
                (schema.events[event].name, set.tables.rules[event].count, set.matchingCost(eventType: event), set.indicatorsRead(eventType: event))
            }, entities: plan.costs.map { (schema.entities[$0.entity].name, $0) })
    }
}

// For people.
extension CostReport {
    var text: String {
        var text = "recording by \(schemaPath)\n"
        text += Self.table(
            ["event", "journals", "stored B", "at least", "at most", "sent B"],
            recordings.map { ($0.event, [$0.journals.count, $0.storedTypical, $0.storedLeast, $0.storedMost, $0.sentTypical]) })
        text += Self.table(["entity", "index B", "record B"], entities.map { ($0.name, [$0.cost.indexBytes, $0.cost.recordBytes]) })
        for rules in rules {
            text += rules.package.map { "package \($0.name) \($0.version)\n" } ?? "all packages together\n"
            text += Self.table(
                ["event", "rules", "by value", "by bounds", "always", "indicators"],
                rules.events.map { ($0.name, [$0.rules, $0.matching.byValue, $0.matching.byBounds, $0.matching.always, $0.indicators]) })
            text += Self.table(
                ["entity", "indicators", "windows", "values", "growing", "state B"],
                rules.entities.map { ($0.name, [$0.cost.indicators, $0.cost.windows, $0.cost.accumulators, $0.cost.growing, $0.cost.stateBytes]) })
        }
        return text
    }

    private static func table(_ heads: [String], _ rows: [(name: String, numbers: [Int])]) -> String {
        if rows.isEmpty { return "" }
        let lines = [heads] + rows.map { [$0.name] + $0.numbers.map(String.init) }
        let widths = heads.indices.map { column in lines.map { $0[column].count }.max()! }
        return lines.map { cells in
            let name = cells[0] + String(repeating: " ", count: widths[0] - cells[0].count)
            let numbers = cells.indices.dropFirst().map { String(repeating: " ", count: widths[$0] - cells[$0].count) + cells[$0] }
            return "  " + ([name] + numbers).joined(separator: "  ") + "\n"
        }.joined()
    }
}

// For programs.
extension CostReport {
    func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("schema")
        writer.string(schemaPath)
        writer.key("events")
        writer.beginArray()
        for recording in recordings {
            writer.beginObject()
            Self.write("event", recording.event, &writer)
            Self.write("journals", recording.journals, &writer)
            Self.write("journals_if_keyed", recording.uncertain, &writer)
            Self.write("redis_commands", recording.journals.count, &writer)
            Self.write("redis_stored_bytes", recording.storedTypical, &writer)
            Self.write("redis_stored_bytes_min", recording.storedLeast, &writer)
            Self.write("redis_stored_bytes_max", recording.storedMost, &writer)
            Self.write("redis_sent_bytes", recording.sentTypical, &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("entities")
        writer.beginArray()
        for entity in entities {
            writer.beginObject()
            Self.write("entity", entity.name, &writer)
            Self.write("index_bytes", entity.cost.indexBytes, &writer)
            Self.write("record_bytes", entity.cost.recordBytes, &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("packages")
        writer.beginArray()
        for rules in rules where rules.package != nil { Self.write(rules, &writer) }
        writer.endArray()
        if let together = rules.first(where: { $0.package == nil }) {
            writer.key("together")
            Self.write(together, &writer)
        }
        writer.endObject()
    }

    private static func write(_ rules: Rules, _ writer: inout JSONWriter) {
        writer.beginObject()
        if let package = rules.package {
            write("package", package.name, &writer)
            write("version", package.version, &writer)
        }
        writer.key("events")
        writer.beginArray()
        for event in rules.events {
            writer.beginObject()
            write("event", event.name, &writer)
            write("rules", event.rules, &writer)
            write("rules_by_value", event.matching.byValue, &writer)
            write("rules_by_bounds", event.matching.byBounds, &writer)
            write("rules_always", event.matching.always, &writer)
            write("indicators", event.indicators, &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("entities")
        writer.beginArray()
        for entity in rules.entities {
            writer.beginObject()
            write("entity", entity.name, &writer)
            write("indicators", entity.cost.indicators, &writer)
            write("windows", entity.cost.windows, &writer)
            write("values", entity.cost.accumulators, &writer)
            write("growing_values", entity.cost.growing, &writer)
            write("state_bytes", entity.cost.stateBytes, &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private static func write(_ key: String, _ value: String, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.string(value)
    }

    private static func write(_ key: String, _ value: Int, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.int(Int64(value))
    }

    private static func write(_ key: String, _ values: [String], _ writer: inout JSONWriter) {
        writer.key(key)
        writer.beginArray()
        for value in values { writer.string(value) }
        writer.endArray()
    }
}
