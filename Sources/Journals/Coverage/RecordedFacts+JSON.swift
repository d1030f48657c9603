public import Documents
internal import Events

/// Recorded facts as JSON: in Redis, in the status, and read back from both.
extension RecordedFacts {
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("entity")
        writer.string(entity)
        writer.key("key")
        writer.beginArray()
        for name in key { writer.string(name) }
        writer.endArray()
        writer.key("kept_ms")
        writer.int(keptMilliseconds)
        writer.key("records")
        writer.beginArray()
        for events in events {
            writer.beginObject()
            writer.key("event_type")
            writer.string(events.eventType)
            Self.write(events.sinceMilliseconds, &writer)
            writer.key("fields")
            writer.beginArray()
            for field in events.fields {
                writer.beginObject()
                writer.key("name")
                writer.string(field.name)
                writer.key("type")
                writer.string(field.type)
                Self.write(field.sinceMilliseconds, &writer)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    /// Complete from the beginning has no time, nor has what is not recorded yet: `"since":null` and `"not_yet":true`.
    private static func write(_ since: Int64, _ writer: inout JSONWriter) {
        writer.key("since")
        if since == notYet || since == .min { writer.null() } else { writer.string(RFC3339.text(since)) }
        if since == notYet {
            writer.key("not_yet")
            writer.bool(true)
        }
    }

    public var text: String {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.text
    }

    /// Reads what `text` wrote; nil for anything else.
    public init?(text: String) {
        guard let root = try? parseYAML(Array(text.utf8), file: "facts") else { return nil }
        self.init(root)
    }

    /// Reads what `write` wrote; further members are passed over.
    public init?(_ node: Node) {
        guard let entity = node["entity"]?.text, let keys = Self.elements(node["key"]), let kept = node["kept_ms"].flatMap({ Int64($0.text) }),
            let records = Self.elements(node["records"])
        else { return nil }
        var all: [Events] = []
        for record in records {
            guard let name = record["event_type"]?.text, let since = Self.since(record), let fields = Self.elements(record["fields"]) else { return nil }
            var known: [Field] = []
            for field in fields {
                guard let name = field["name"]?.text, let type = field["type"]?.text, let since = Self.since(field) else { return nil }
                known.append(Field(name: name, type: type, sinceMilliseconds: since))
            }
            all.append(Events(eventType: name, sinceMilliseconds: since, fields: known))
        }
        self.init(entity: entity, key: keys.map(\.text), keptMilliseconds: kept, events: all)
    }

    private static func elements(_ node: Node?) -> [Node]? {
        guard case .list(let elements)? = node?.content else { return nil }
        return elements
    }

    private static func since(_ node: Node) -> Int64? {
        if case .bool(true)? = node["not_yet"]?.content { return notYet }
        guard let since = node["since"] else { return nil }
        if case .null = since.content { return .min }
        return Array(since.text.utf8).withUnsafeBufferPointer { RFC3339.milliseconds($0) }
    }
}
