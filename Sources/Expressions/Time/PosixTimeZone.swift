/// The rule for all times after a TZif file's last transition, e.g. `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixTimeZone: Sendable {
    /// A day of the year and a time of that day (in local time; may lie outside the day).
    private struct Change {
        enum Day {
            /// 1...365, never counting 29 February.
            case julian(Int)
            /// 0...365, counting it.
            case ordinal(Int)
            /// Month, week (5 is the last), day of week (0 is Sunday).
            case weekday(month: Int, week: Int, day: Int)
        }
        var day: Day
        var secondOfDay: Int64

        /// Seconds from 1970 to the change in local time.
        func localSeconds(year: Int64) -> Int64 {
            let january = CivilTime.days(year: year, month: 1, day: 1)
            let days: Int64
            switch day {
            case .julian(let number): days = january + Int64(number - 1) + (CivilTime.isLeap(year: year) && number >= 60 ? 1 : 0)
            case .ordinal(let number): days = january + Int64(number)
            case .weekday(let month, let week, let weekday):
                let first = CivilTime.days(year: year, month: month, day: 1)
                let shift = (weekday - CivilTime.dayOfWeek(days: first) + 7) % 7
                var day = shift + (week - 1) * 7
                if day >= CivilTime.daysInMonth(year: year, month: month) { day -= 7 }
                days = first + Int64(day)
            }
            return days * 86_400 + secondOfDay
        }
    }

    private var standardOffset: Int64 = 0
    private var summer: (offset: Int64, start: Change, end: Change)?

    init?(_ text: [UInt8]) {
        var scanner = Scanner(rest: text[...])
        guard scanner.skipName(), let offset = scanner.time() else { return nil }
        // POSIX counts offsets west of Greenwich.
        standardOffset = -offset
        guard !scanner.rest.isEmpty else { return }
        guard scanner.skipName() else { return nil }
        var summerOffset = standardOffset + 3600
        if scanner.rest.first != UInt8(ascii: ",") {
            guard let offset = scanner.time() else { return nil }
            summerOffset = -offset
        }
        guard let start = scanner.change(), let end = scanner.change(), scanner.rest.isEmpty else { return nil }
        summer = (summerOffset, start, end)
    }

    func offsetSeconds(atUTC seconds: Int64) -> Int32 {
        guard let summer else { return Int32(standardOffset) }
        let year = CivilTime(epochSeconds: seconds + standardOffset).year
        let start = summer.start.localSeconds(year: year) - standardOffset
        let end = summer.end.localSeconds(year: year) - summer.offset
        let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return Int32(isSummer ? summer.offset : standardOffset)
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func skipName() -> Bool {
            let count: Int
            if rest.first == UInt8(ascii: "<") {
                guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                count = close + 1 - rest.startIndex
            } else {
                count = rest.prefix { (0x61...0x7A).contains($0 | 0x20) }.count
            }
            rest = rest.dropFirst(count)
            return count >= 3
        }

        mutating func accept(_ symbol: Character) -> Bool {
            guard rest.first == symbol.asciiValue else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix(while: Lexer.isDigit)
            guard (1...3).contains(digits.count), let number = Int(String(decoding: digits, as: UTF8.self)), range.contains(number) else {
                return nil
            }
            rest = rest.dropFirst(digits.count)
            return number
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int64? {
            let isNegative = accept("-")
            if !isNegative { _ = accept("+") }
            guard let hours = number(0...167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where accept(":") {
                guard let part = number(0...59) else { return nil }
                seconds += part * unit
            }
            return Int64(isNegative ? -seconds : seconds)
        }

        mutating func change() -> Change? {
            guard accept(",") else { return nil }
            let day: Change.Day
            if accept("M") {
                guard let month = number(1...12), accept("."), let week = number(1...5), accept("."), let weekday = number(0...6) else {
                    return nil
                }
                day = .weekday(month: month, week: week, day: weekday)
            } else if accept("J") {
                guard let number = number(1...365) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(0...365) else { return nil }
                day = .ordinal(number)
            }
            // Two in the morning unless said otherwise.
            guard accept("/") else { return Change(day: day, secondOfDay: 7200) }
            return time().map { Change(day: day, secondOfDay: $0) }
        }
    }
}
