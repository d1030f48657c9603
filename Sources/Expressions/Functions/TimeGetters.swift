/// `getHours` and its kin: parts of a timestamp in a time zone, whole units of a duration.
enum TimeGetters {
    /// Units of a duration, rounded toward zero; milliseconds are those of the fraction of a second, as the specification has it.
    static func get(_ builtin: Builtin, _ duration: SignedDuration) throws(EvaluationError) -> Value {
        switch builtin {
        case .getHours: .int(duration.nanoseconds / 3_600_000_000_000)
        case .getMinutes: .int(duration.nanoseconds / 60_000_000_000)
        case .getSeconds: .int(duration.nanoseconds / 1_000_000_000)
        case .getMilliseconds: .int(duration.nanoseconds / 1_000_000 % 1_000)
        default: throw .noSuchOverload(builtin.rawValue, .duration(duration))
        }
    }

    static func get(_ builtin: Builtin, _ timestamp: Timestamp, offsetSeconds: Int32) throws(EvaluationError) -> Value {
        if builtin == .getMilliseconds { return .int(Int64(timestamp.nanoseconds / 1_000_000)) }
        let civil = CivilTime(epochSeconds: timestamp.seconds + Int64(offsetSeconds))
        return switch builtin {
        case .getFullYear: .int(civil.year)
        case .getMonth: .int(Int64(civil.month - 1))
        case .getDate: .int(Int64(civil.day))
        case .getDayOfMonth: .int(Int64(civil.day - 1))
        case .getDayOfWeek: .int(Int64(civil.dayOfWeek))
        case .getDayOfYear: .int(Int64(civil.dayOfYear))
        case .getHours: .int(Int64(civil.hour))
        case .getMinutes: .int(Int64(civil.minute))
        case .getSeconds: .int(Int64(civil.second))
        default: throw .noSuchOverload(builtin.rawValue, .timestamp(timestamp))
        }
    }

    /// The offset of `+08:00`, `-02:30`, `02:00`, `UTC` or an IANA name at a moment.
    static func offsetSeconds(
        _ zone: String, atUTC seconds: Int64, _ provider: (any TimeZoneProvider)?
    ) throws(EvaluationError) -> Int32 {
        if zone == "UTC" || zone.isEmpty { return 0 }
        if let fixed = fixedOffset(Array(zone.utf8)[...]) { return fixed }
        guard let rules = provider?.rules(named: zone) else {
            throw EvaluationError(.invalidArgument, "there is no time zone '\(zone)'")
        }
        return rules.offsetSeconds(atUTC: seconds)
    }

    private static func fixedOffset(_ text: ArraySlice<UInt8>) -> Int32? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
        let parts = digits.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(Lexer.isDigit) }),
            let hours = Int32(String(decoding: parts[0], as: UTF8.self)), let minutes = Int32(String(decoding: parts[1], as: UTF8.self)),
            hours <= 23, minutes <= 59
        else { return nil }
        return (hours * 60 + minutes) * (isNegative ? -60 : 60)
    }
}
