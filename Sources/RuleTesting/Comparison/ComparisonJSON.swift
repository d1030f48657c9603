public import Documents
internal import Events

extension ReplayComparison.Change {
    /// `{"event_id":…,"event_time":…,"truth":…,"before":{…},"after":{…},"gained":[…],"lost":[…]}`
    public func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("event_id")
        writer.string(eventID)
        writer.key("event_time")
        writer.string(RFC3339.text(timeMilliseconds))
        writer.key("truth")
        if let truth { writer.bool(truth) } else { writer.null() }
        for (key, verdict) in [("before", before), ("after", after)] {
            writer.key(key)
            writer.beginObject()
            writer.key("level")
            if let level = verdict.level { writer.string(level) } else { writer.null() }
            writer.key("score")
            writer.double(verdict.score)
            writer.key("hits")
            Self.write(verdict.hits, &writer)
            writer.endObject()
        }
        writer.key("gained")
        Self.write(gained, &writer)
        writer.key("lost")
        Self.write(lost, &writer)
        writer.endObject()
    }

    private static func write(_ names: [ReplayComparison.RuleName], _ writer: inout JSONWriter) {
        writer.beginArray()
        for name in names { writer.string(name.description) }
        writer.endArray()
    }
}

extension ComparisonSummary {
    /// `{"summary":{"events":…,"rejected":…,"changed":…,"with_truth":…,"before":{…},"after":{…},"rules":[…]}}`
    public func write(_ writer: inout JSONWriter) {
        func optional(_ value: Double?) { if let value { writer.double(value) } else { writer.null() } }
        writer.beginObject()
        writer.key("summary")
        writer.beginObject()
        for (key, value) in [("events", events), ("rejected", rejected), ("changed", changed), ("with_truth", withTruth)] {
            writer.key(key)
            writer.int(Int64(value))
        }
        for (key, count, errors) in [("before", before, errorsBefore), ("after", after, errorsAfter)] {
            writer.key(key)
            writer.beginObject()
            writer.key("alerts")
            writer.int(Int64(count.events))
            writer.key("alert_rate")
            writer.double(alertRate(count))
            writer.key("error_rate")
            writer.double(rate(errors))
            writer.key("precision")
            optional(count.precision)
            writer.key("recall")
            optional(recall(count))
            writer.endObject()
        }
        writer.key("rules")
        writer.beginArray()
        for rule in rules {
            writer.beginObject()
            writer.key("package")
            writer.string(rule.name.package)
            writer.key("rule")
            writer.string(rule.name.rule)
            for (key, count) in [("before", rule.before), ("after", rule.after), ("gained", rule.gained), ("lost", rule.lost)] {
                writer.key(key)
                writer.int(Int64(count.events))
            }
            writer.key("precision_before")
            optional(rule.before.precision)
            writer.key("precision_after")
            optional(rule.after.precision)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }
}
