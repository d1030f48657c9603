// Typed readings of one value. Each reports a wrong value with its place and a remedy, and gives nil; `name` says in the message what the value is.
extension Node {
    /// Text: a quoted scalar, or a plain one that is neither number, bool nor null.
    public func string(_ name: String, _ diagnostics: DiagnosticList) -> String? {
        if case .string(let value) = content { return value }
        if case .list = content { return wrongType(name, "text", "write one value", diagnostics) }
        if case .map = content { return wrongType(name, "text", "write one value", diagnostics) }
        return wrongType(name, "text", text.isEmpty ? "write a value, or remove the key" : "put it in quotes: \"\(text)\"", diagnostics)
    }

    public func bool(_ name: String, _ diagnostics: DiagnosticList) -> Bool? {
        if case .bool(let value) = content { return value }
        return wrongType(name, "true or false", "write true or false, without quotes", diagnostics)
    }

    public func int(_ name: String, in range: ClosedRange<Int64>, _ diagnostics: DiagnosticList) -> Int64? {
        guard case .int(let value) = content else {
            return wrongType(name, "a whole number", "write digits, without quotes and without a point", diagnostics)
        }
        guard range.contains(value) else {
            return badValue("\(name) is \(value)", "write a number from \(range.lowerBound) to \(range.upperBound)", diagnostics)
        }
        return value
    }

    /// A number; a whole one counts as well.
    public func double(_ name: String, in range: ClosedRange<Double>, _ diagnostics: DiagnosticList) -> Double? {
        let value: Double
        switch content {
        case .double(let number): value = number
        case .int(let number): value = Double(number)
        default: return wrongType(name, "a number", "write a number, without quotes", diagnostics)
        }
        guard range.contains(value) else {
            return badValue("\(name) is \(value)", "write a number from \(range.lowerBound) to \(range.upperBound)", diagnostics)
        }
        return value
    }

    /// One of the values of an enumeration, by raw value.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Choice.Type, _ diagnostics: DiagnosticList
    ) -> Choice? {
        guard let value = choice(name, among: type.allCases.map(\.rawValue), diagnostics) else { return nil }
        return Choice(rawValue: value)
    }

    /// One of the allowed words.
    public func choice(_ name: String, among allowed: [String], _ diagnostics: DiagnosticList) -> String? {
        // A value such as `on` or `none` may also be written in quotes; what counts is its text.
        let isScalar: Bool
        switch content {
        case .list, .map: isScalar = false
        default: isScalar = true
        }
        guard isScalar, !text.isEmpty else {
            return wrongType(name, "one of \(allowed.joined(separator: ", "))", "write one of \(allowed.joined(separator: ", "))", diagnostics)
        }
        if allowed.contains(text) { return text }
        let all = "write one of \(allowed.joined(separator: ", "))"
        let remedy = didYouMean(text, among: allowed).map { "did you mean '\($0)'? \(all)" } ?? all
        return badValue("\(name) is '\(text)'", remedy, diagnostics)
    }

    /// A duration such as `500ms`, `30s`, `5m`, `24h` or `30d`, in milliseconds.
    public func duration(_ name: String, in range: ClosedRange<Int64>, _ diagnostics: DiagnosticList) -> Int64? {
        guard let milliseconds = parseDuration(text) else {
            if case .list = content { return wrongType(name, "a duration", durationRemedy, diagnostics) }
            if case .map = content { return wrongType(name, "a duration", durationRemedy, diagnostics) }
            return badValue("\(name) is '\(text)', which is no duration", durationRemedy, diagnostics)
        }
        guard range.contains(milliseconds) else {
            return badValue(
                "\(name) is \(text)", "write a duration from \(formatDuration(range.lowerBound)) to \(formatDuration(range.upperBound))",
                diagnostics)
        }
        return milliseconds
    }

    /// A size such as `4GiB`, `512MiB` or `64kB`, in bytes.
    public func byteSize(_ name: String, in range: ClosedRange<Int64>, _ diagnostics: DiagnosticList) -> Int64? {
        let remedy = "write a whole number with a unit: B, KiB, MiB, GiB, TiB, or kB, MB, GB, TB"
        guard let bytes = parseByteSize(text) else {
            if case .list = content { return wrongType(name, "a size in bytes", remedy, diagnostics) }
            if case .map = content { return wrongType(name, "a size in bytes", remedy, diagnostics) }
            return badValue("\(name) is '\(text)', which is no size in bytes", remedy, diagnostics)
        }
        guard range.contains(bytes) else {
            return badValue(
                "\(name) is \(text)", "write a size from \(formatByteSize(range.lowerBound)) to \(formatByteSize(range.upperBound))", diagnostics)
        }
        return bytes
    }

    public func list(_ name: String, _ diagnostics: DiagnosticList) -> [Node]? {
        if case .list(let elements) = content { return elements }
        return wrongType(name, "a list", "write [\(text.isEmpty ? "…" : text)], or one '- ' line for each element", diagnostics)
    }

    private func wrongType<Value>(_ name: String, _ expected: String, _ remedy: String, _ diagnostics: DiagnosticList) -> Value? {
        diagnostics.error(code: "wrong-type", "\(name) must be \(expected), not \(kind)", remedy: remedy, at: position)
        return nil
    }

    private func badValue<Value>(_ message: String, _ remedy: String, _ diagnostics: DiagnosticList) -> Value? {
        diagnostics.error(code: "bad-value", message, remedy: remedy, at: position)
        return nil
    }
}

private let durationRemedy = "write a whole number with a unit: ms, s, m, h or d, such as 500ms or 24h"
