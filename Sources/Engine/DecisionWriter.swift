public import Documents
internal import Events
public import Expressions
internal import Journals
internal import Rules

/// Writes what the engine concluded as JSON, with stable, ordered keys.
public struct DecisionWriter {
    /// The level of an alert that reaches none of its packages' levels.
    public static let lowestLevel = "green"

    let engine: Engine
    /// Language of titles, such as `en` or `zh`.
    let language: String

    public init(_ engine: Engine, language: String = "en") {
        self.engine = engine
        self.language = language
    }

    public func level(_ decision: Decision) -> String {
        decision.level.map { engine.rules.packages[$0.package].decide.levels[$0.level].name } ?? Self.lowestLevel
    }

    /// `{"level":…,"score":…,"hits":[…],…}`
    public func decision(_ decision: Decision, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("level")
        if decision.isAlert { writer.string(level(decision)) } else { writer.null() }
        writer.key("score")
        writer.double(decision.score)
        writer.key("hits")
        hits(decision.hits, &writer)
        if !decision.shadowHits.isEmpty {
            writer.key("shadow_hits")
            hits(decision.shadowHits, &writer)
        }
        if !decision.errors.isEmpty {
            writer.key("errors")
            writer.beginArray()
            for error in decision.errors {
                writer.beginObject()
                writer.key("package")
                writer.string(engine.rules.packages[error.package].name)
                writer.key("rule")
                writer.string(engine.rules.packages[error.package].rules[error.rule].id)
                writer.key("error")
                writer.string(error.code)
                if let variable = error.variable {
                    writer.key("variable")
                    writer.string(variable)
                }
                writer.endObject()
            }
            writer.endArray()
        }
        if !decision.late.isEmpty {
            writer.key("late")
            writer.beginArray()
            for entity in decision.late { writer.string(engine.schema.entities[entity].name) }
            writer.endArray()
        }
        if decision.isDuplicate {
            writer.key("duplicate")
            writer.bool(true)
        }
        writer.endObject()
    }

    public func hits(_ hits: [Decision.Hit], _ writer: inout JSONWriter) {
        writer.beginArray()
        for hit in hits {
            let package = engine.rules.packages[hit.package]
            let rule = package.rules[hit.rule]
            writer.beginObject()
            writer.key("package")
            writer.string(package.name)
            writer.key("version")
            writer.string(package.version)
            writer.key("rule")
            writer.string(rule.id)
            writer.key("title")
            if let title = rule.title.text(language) { writer.string(title) } else { writer.null() }
            writer.key("kind")
            writer.string(rule.kind.rawValue)
            writer.key("score")
            writer.double(rule.score)
            writer.key("dimension")
            if rule.dimension.isEmpty { writer.null() } else { writer.string(rule.dimension) }
            if let talkingPoint = rule.talkingPoint {
                writer.key("talking_point")
                writer.string(talkingPoint)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    /// What the hits were decided on: `[{"indicator":…,"value":…,"from":…,"to":…,"events":…,"approximate":…}]`
    public func evidence(_ decision: Decision, _ hits: [Decision.Hit], _ writer: inout JSONWriter) {
        writer.beginArray()
        for indicator in engine.indicators(behind: hits, eventType: decision.eventType) {
            writer.beginObject()
            writer.key("indicator")
            writer.string(engine.rules.indicators[indicator].id)
            writer.key("value")
            value(ofIndicator: indicator, &writer)
            if let evidence = engine.evidence(ofIndicator: indicator) {
                writer.key("from")
                time(evidence.fromMilliseconds, &writer)
                writer.key("to")
                time(evidence.toMilliseconds, &writer)
                if let events = evidence.events {
                    writer.key("events")
                    writer.int(Int64(events))
                }
                writer.key("approximate")
                writer.bool(evidence.isApproximate)
                if evidence.isWarming {
                    writer.key("warming")
                    writer.bool(true)
                }
            }
            writer.endObject()
        }
        writer.endArray()
    }

    /// `{"id":value,…}` of all indicators whose entity the event takes part in; null where a value does not exist. Indicators of several packages
    /// with one id are written once, as the first package has them.
    public func indicators(_ writer: inout JSONWriter) {
        writer.beginObject()
        var written: Set<String> = []
        for indicator in engine.rules.indicators.indices where engine.takesPart(inEntity: engine.rules.indicators[indicator].entity) {
            guard written.insert(engine.rules.indicators[indicator].id).inserted else { continue }
            writer.key(engine.rules.indicators[indicator].id)
            value(ofIndicator: indicator, &writer)
        }
        writer.endObject()
    }

    private func value(ofIndicator indicator: Int, _ writer: inout JSONWriter) {
        guard let cell = engine.value(ofIndicator: indicator) else { return writer.null() }
        Self.cell(cell, engine.rules.indicators[indicator].resultType(engine.schema), &writer)
    }

    /// A cell as JSON: times in RFC 3339, durations in seconds with an `s`, strings known by fingerprint as `#` and its digits.
    public static func cell(_ cell: UInt64, _ type: CellType, _ writer: inout JSONWriter) {
        switch type {
        case .bool: writer.bool(cell != 0)
        case .int: writer.int(Int64(bitPattern: cell))
        case .double: writer.double(Double(bitPattern: cell))
        case .fingerprint: writer.string("#" + hexadecimal(cell))
        case .enumeration(let values): writer.string(values[Int(cell)])
        case .timestamp: writer.string(RFC3339.text(Int64(bitPattern: cell)))
        case .duration: writer.string(seconds(Int64(bitPattern: cell)))
        }
    }

    private func time(_ milliseconds: Int64, _ writer: inout JSONWriter) {
        if milliseconds == .min { writer.null() } else { writer.string(RFC3339.text(milliseconds)) }
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        var writer = JSONWriter(capacity: 32)
        if milliseconds % 1000 == 0 { writer.int(milliseconds / 1000) } else { writer.decimal(minorUnits: milliseconds, scale: 3) }
        return writer.text + "s"
    }

    static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
