public import Expressions

/// Days and months in the schema's time zone. One thread: the last answers are remembered.
public final class Calendar {
    private let rules: TimeZoneRules
    private var day: Range<Int64> = 0..<0
    private var month: Range<Int64> = 0..<0

    public init(rules: TimeZoneRules) { self.rules = rules }

    /// Midnight, in milliseconds since 1970, of the day that `time` falls on.
    public func startOfDay(_ time: Int64) -> Int64 {
        if day.contains(time) { return day.lowerBound }
        let civil = self.civil(time)
        let start = midnight(civil.year, civil.month, civil.day)
        let next = CivilTime.civil(fromDays: CivilTime.days(year: civil.year, month: civil.month, day: civil.day) + 1)
        day = start..<max(midnight(next.year, next.month, next.day), time + 1)
        return start
    }

    /// Midnight of the first day of the month that `time` falls in.
    public func startOfMonth(_ time: Int64) -> Int64 {
        if month.contains(time) { return month.lowerBound }
        let civil = self.civil(time)
        let start = midnight(civil.year, civil.month, 1)
        let next = civil.month == 12 ? (civil.year + 1, 1) : (civil.year, civil.month + 1)
        month = start..<max(midnight(next.0, next.1, 1), time + 1)
        return start
    }

    private func civil(_ time: Int64) -> CivilTime {
        let seconds = CivilTime.floorDivide(time, 1000).quotient
        return CivilTime(epochSeconds: seconds + Int64(rules.offsetSeconds(atUTC: seconds)))
    }

    /// The first moment of a civil day. Where clocks skip midnight, it is the first moment after the gap; where they repeat it, the first of the two.
    private func midnight(_ year: Int64, _ month: Int, _ day: Int) -> Int64 {
        let local = CivilTime.days(year: year, month: month, day: day) * 86_400
        // Offsets are below a day: the right one holds a day before or a day after.
        let before = Int64(rules.offsetSeconds(atUTC: local - 86_400))
        let early = local - before
        if Int64(rules.offsetSeconds(atUTC: early)) == before { return early * 1000 }
        let after = Int64(rules.offsetSeconds(atUTC: early))
        let late = local - after
        return (Int64(rules.offsetSeconds(atUTC: late)) == after ? late : max(early, late)) * 1000
    }
}
