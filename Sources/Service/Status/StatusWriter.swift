internal import Documents
internal import Events
internal import Journals
internal import PackageFeed
internal import Rules

/// The status as JSON, with stable, ordered keys: what `docs/openapi.yaml` describes.
struct StatusWriter {
    var snapshot: StatusBoard.Snapshot
    var feed: FeedStatus?
    var instance: String
    var build: String
    var startedMilliseconds: Int64
    var nowMilliseconds: Int64
    var group: String
    var delivery: String
    var waitsFor: [String]

    var text: String {
        var writer = JSONWriter(capacity: 16 * 1024)
        writer.beginObject()
        writer.key("build")
        writer.string(build)
        writer.key("instance")
        writer.string(instance)
        writer.key("started_at")
        writer.string(RFC3339.text(startedMilliseconds))
        writer.key("uptime_ms")
        writer.int(nowMilliseconds - startedMilliseconds)
        writer.key("ready")
        writer.bool(waitsFor.isEmpty)
        strings("waits_for", waitsFor, &writer)
        text("degraded", snapshot.degraded, &writer)
        text("latest_event_time", snapshot.latestMilliseconds > 0 ? RFC3339.text(snapshot.latestMilliseconds) : nil, &writer)
        kafka(&writer)
        journals(&writer)
        schema(&writer)
        packages(&writer)
        warming(&writer)
        writer.key("lists")
        writer.beginArray()
        for list in snapshot.lists {
            writer.beginObject()
            writer.key("name")
            writer.string(list.name)
            writer.key("entries")
            writer.int(Int64(list.entries))
            writer.endObject()
        }
        writer.endArray()
        writer.key("feed")
        if let feed { feed.write(at: nowMilliseconds, to: &writer) } else { writer.null() }
        writer.endObject()
        return writer.text
    }

    private func text(_ key: String, _ value: String?, _ writer: inout JSONWriter) {
        writer.key(key)
        if let value { writer.string(value) } else { writer.null() }
    }

    private func strings(_ key: String, _ values: [String], _ writer: inout JSONWriter) {
        writer.key(key)
        writer.beginArray()
        for value in values { writer.string(value) }
        writer.endArray()
    }

    private func kafka(_ writer: inout JSONWriter) {
        writer.key("kafka")
        writer.beginObject()
        text("group", group, &writer)
        text("delivery", delivery, &writer)
        if let partitions = snapshot.partitions {
            strings("partitions", partitions, &writer)
        } else {
            writer.key("partitions")
            writer.null()
        }
        writer.endObject()
    }

    private func journals(_ writer: inout JSONWriter) {
        writer.key("journals")
        writer.beginObject()
        text("kind", snapshot.journalsToRepair == nil ? "embedded" : "redis", &writer)
        writer.key("memory_bytes")
        writer.int(Int64(snapshot.journalMemoryBytes))
        writer.key("to_repair")
        if let count = snapshot.journalsToRepair { writer.int(Int64(count)) } else { writer.null() }
        writer.endObject()
    }

    private func schema(_ writer: inout JSONWriter) {
        writer.key("schema")
        writer.beginObject()
        text("timezone", snapshot.schema.timeZone, &writer)
        writer.key("events")
        writer.beginArray()
        for event in snapshot.schema.events {
            writer.beginObject()
            text("name", event.name, &writer)
            text("topic", event.topic, &writer)
            strings("fields", event.fields.map(\.name), &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.key("entities")
        writer.beginArray()
        for (number, entity) in snapshot.schema.entities.enumerated() {
            writer.beginObject()
            text("name", entity.name, &writer)
            text("history", formatDuration(entity.historyMilliseconds), &writer)
            writer.key("recorded")
            let facts = snapshot.coverage?.facts[number] ?? RecordedFacts(snapshot.schema, entity: number, sinceMilliseconds: .min)
            facts.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private func packages(_ writer: inout JSONWriter) {
        writer.key("packages")
        writer.beginArray()
        for package in snapshot.packages {
            writer.beginObject()
            text("name", package.name, &writer)
            text("version", package.version, &writer)
            text("mode", package.mode.rawValue, &writer)
            text("priority", package.priority.rawValue, &writer)
            writer.key("rules")
            writer.int(Int64(package.rules.count))
            writer.key("indicators")
            writer.int(Int64(package.indicators.count))
            text("url", feed?.subscriptions.first { $0.kind == "package" && $0.name == package.name }?.url, &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private func warming(_ writer: inout JSONWriter) {
        func time(_ key: String, _ milliseconds: Int64?) {
            text(key, milliseconds.flatMap { $0 == RecordedFacts.notYet ? nil : RFC3339.text($0) }, &writer)
        }
        writer.key("warming")
        writer.beginArray()
        for item in snapshot.warmingIndicators {
            writer.beginObject()
            text("package", item.package, &writer)
            text("indicator", item.indicator, &writer)
            time("since", item.warming.sinceMilliseconds)
            time("until", item.warming.untilMilliseconds)
            writer.endObject()
        }
        writer.endArray()
    }
}
