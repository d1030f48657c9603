extension LogEntry {
    /// One line, without its line break.
    func line(_ format: LogFormat) -> String {
        switch format {
        case .text: textLine
        case .json: jsonLine
        }
    }

    /// `2026-11-21T01:39:29.123Z WARN  kafka-lag: consumer lags topic=transactions lag=12000`
    private var textLine: String {
        var line = "\(formatTime(timeMilliseconds)) \(label) \(kind): \(singleLine(message))"
        for (name, value) in fields { line += " \(name)=\(text(value))" }
        if suppressed > 0 { line += " suppressed=\(suppressed)" }
        return line
    }

    private var label: String {
        switch level {
        case .debug: "DEBUG"
        case .info: "INFO "
        case .warning: "WARN "
        case .error: "ERROR"
        }
    }

    private func text(_ value: LogValue) -> String {
        switch value {
        case .int(let number): return "\(number)"
        case .double(let number): return "\(number)"
        case .bool(let flag): return "\(flag)"
        case .string(let text):
            let isBare = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != 0x7F }
            return isBare ? text : quoted(text)
        }
    }

    /// A message must not forge a second line or paint a terminal.
    private func singleLine(_ text: String) -> String {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? text : String(quoted(text).dropFirst().dropLast())
    }

    private var jsonLine: String {
        var line = "{\"time\":\"\(formatTime(timeMilliseconds))\",\"level\":\"\(level.rawValue)\",\"kind\":\(quoted(kind)),\"message\":\(quoted(message))"
        for (name, value) in fields { line += ",\(quoted(name)):\(json(value))" }
        if suppressed > 0 { line += ",\"suppressed\":\(suppressed)" }
        return line + "}"
    }

    private func json(_ value: LogValue) -> String {
        switch value {
        case .int(let number): "\(number)"
        case .double(let number): number.isFinite ? "\(number)" : "\"\(number)\""
        case .bool(let flag): "\(flag)"
        case .string(let text): quoted(text)
        }
    }

    /// A JSON string.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// RFC 3339 in UTC with milliseconds, of milliseconds since 1970 (Howard Hinnant's civil-from-days).
func formatTime(_ milliseconds: Int64) -> String {
    let day: Int64 = 86_400_000
    let days = (milliseconds >= 0 ? milliseconds : milliseconds - day + 1) / day
    let rest = milliseconds - days * day
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func pad(_ number: Int64, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(dayOfMonth, 2))T\(pad(rest / 3_600_000, 2)):\(pad(rest / 60_000 % 60, 2))"
        + ":\(pad(rest / 1_000 % 60, 2)).\(pad(rest % 1_000, 3))Z"
}
