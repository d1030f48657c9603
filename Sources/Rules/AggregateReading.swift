internal import Documents
internal import Events
internal import Journals

/// Reads aggregates such as `distinct(counterparty)` and windows such as `24h`.
struct AggregateReader {
    let entity: EntityType
    let diagnostics: DiagnosticList

    private static let withoutField = ["count", "since_last", "since_first", "ratio"]
    private static let numeric = ["sum", "avg", "variance", "variance_sample", "stddev", "stddev_sample", "quantile"]
    private static let ordered = ["min", "max", "increasing", "decreasing"]
    private static let any = ["distinct", "first", "last", "previous", "top_share", "entropy"]
    static let names = withoutField + numeric + ordered + any

    func aggregate(_ node: Node) -> Aggregate? {
        guard let text = node.string("'aggregate'", diagnostics) else { return nil }
        let (name, arguments) = Self.parts(text)
        func fail(_ message: String, _ remedy: String) -> Aggregate? {
            diagnostics.error(code: "bad-aggregate", message, remedy: remedy, at: node.position)
            return nil
        }
        guard let arguments else { return fail("'\(text)' is no aggregate", "write a name, or a name and a field: count, distinct(counterparty)") }
        if Self.withoutField.contains(name) {
            guard arguments.isEmpty else { return fail("'\(name)' takes no field", "write '\(name)' alone; conditions go under 'where'") }
            switch name {
            case "count": return .count
            case "since_last": return .sinceLast
            case "since_first": return .sinceFirst
            default: return .ratio
            }
        }
        guard Self.names.contains(name) else {
            let all = Self.names.sorted().joined(separator: ", ")
            return fail("there is no aggregate '\(name)'", didYouMean(name, among: Self.names).map { "did you mean '\($0)'?" } ?? "known: \(all)")
        }
        let expected = name == "quantile" ? 2 : 1
        guard arguments.count == expected else {
            return fail(
                "'\(name)' takes \(expected == 1 ? "one field" : "a field and a number from 0 to 1")",
                name == "quantile" ? "write quantile(amount, 0.95)" : "write \(name)(amount)")
        }
        guard let field = entity.recorded(named: arguments[0]) else {
            let recorded = entity.record.map(\.name)
            diagnostics.error(
                code: "unknown-field", "entity '\(entity.name)' does not record a field '\(arguments[0])'",
                remedy: didYouMean(arguments[0], among: recorded).map { "did you mean '\($0)'?" }
                    ?? "add it to 'record' of the entity in the schema; recorded: \(recorded.joined(separator: ", "))", at: node.position)
            return nil
        }
        let type = entity.record[field].type
        func isNumber(_ type: FieldType) -> Bool {
            switch type {
            case .int, .double, .decimal, .bool: true
            case .string, .enumeration, .timestamp: false
            }
        }
        if Self.numeric.contains(name), !isNumber(type) {
            return fail("'\(name)' needs a number, and '\(arguments[0])' is of type \(type.name)", "choose a numeric field, or distinct, top_share or entropy")
        }
        if Self.ordered.contains(name), !isNumber(type), type != .timestamp {
            return fail("'\(name)' needs a number or a time, and '\(arguments[0])' is of type \(type.name)", "choose a field that has an order")
        }
        switch name {
        case "sum": return .sum(field)
        case "avg": return .average(field)
        case "min": return .minimum(field)
        case "max": return .maximum(field)
        case "variance": return .variance(field, sample: false)
        case "variance_sample": return .variance(field, sample: true)
        case "stddev": return .standardDeviation(field, sample: false)
        case "stddev_sample": return .standardDeviation(field, sample: true)
        case "distinct": return .distinct(field)
        case "first": return .first(field)
        case "last": return .last(field)
        case "previous": return .previous(field)
        case "increasing": return .increasing(field)
        case "decreasing": return .decreasing(field)
        case "top_share": return .topShare(field)
        case "entropy": return .entropy(field)
        default:
            guard let q = Double(arguments[1]), (0...1).contains(q) else {
                return fail("'\(arguments[1])' is no quantile", "write a number from 0 to 1, such as quantile(\(arguments[0]), 0.95)")
            }
            return .quantile(field, q)
        }
    }

    /// `name` or `name(a, b)`; nil arguments where it is neither.
    private static func parts(_ text: String) -> (String, [String]?) {
        let trimmed = text.trimmingSpaces
        guard let open = trimmed.firstIndex(of: "(") else { return (trimmed, isName(trimmed) ? [] : nil) }
        let name = String(trimmed[..<open]).trimmingSpaces
        guard trimmed.last == ")", isName(name) else { return (name, nil) }
        let inside = trimmed[trimmed.index(after: open)...].dropLast()
        return (name, inside.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingSpaces })
    }

    private static func isName(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (97...122).contains($0) } }

    func window(_ node: Node, offset: Node?) -> Window? {
        guard let text = (node.text.isEmpty ? node.string("'window'", diagnostics) : node.text)?.trimmingSpaces else { return nil }
        var offsetMilliseconds: Int64 = 0
        if let offset {
            guard let value = offset.duration("'offset'", in: 0...SchemaLimits.historyMillisecondsMax, diagnostics) else { return nil }
            offsetMilliseconds = value
        }
        func natural(_ span: Window.Span) -> Window? {
            if offset != nil {
                diagnostics.error(
                    code: "bad-window", "only windows of a fixed length have an offset", remedy: "remove 'offset', or give the window a length such as 24h",
                    at: offset?.position)
                return nil
            }
            return Window(span)
        }
        switch text {
        case "today": return natural(.today)
        case "this_month": return natural(.thisMonth)
        case "all": return natural(.all)
        default: break
        }
        let words = text.split(separator: " ")
        if words.count == 3, words[0] == "last", words[2] == "events" || words[2] == "event" {
            guard let count = Int(words[1]), (1...Window.lastEventsMax).contains(count) else {
                diagnostics.error(code: "bad-window", "'\(words[1])' is no number of events", remedy: "write 1 to \(Window.lastEventsMax)", at: node.position)
                return nil
            }
            return natural(.lastEvents(count))
        }
        guard let length = parseDuration(text) else {
            diagnostics.error(
                code: "bad-window", "'\(text)' is no window", remedy: "write a length such as 30s, 5m, 24h or 7d, or today, this_month, last 10 events, all",
                at: node.position)
            return nil
        }
        // Both are within Int64, their sum need not be.
        let (reach, overflows) = length.addingReportingOverflow(offsetMilliseconds)
        if length < 1 || overflows || reach > entity.historyMilliseconds {
            diagnostics.error(
                code: "window-beyond-history",
                "the window\(offset == nil ? "" : " and its offset")\(overflows ? "" : " of " + formatDuration(reach)) \(offset == nil ? "reaches" : "reach") beyond the history of '\(entity.name)', \(formatDuration(entity.historyMilliseconds))",
                remedy: "shorten the window, or lengthen 'history' in the schema", at: node.position)
            return nil
        }
        return Window(.sliding(length), offsetMilliseconds: offsetMilliseconds)
    }
}

extension String {
    var trimmingSpaces: String {
        var rest = Substring(self)
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
