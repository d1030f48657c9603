/// Calendar arithmetic in the proleptic Gregorian calendar, without time zones, tables or allocation.
///
/// The algorithms count days from 0000-03-01 so that leap days end the year (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms"). All divisions round down, so times before 1970 work.
public struct CivilTime: Sendable, Hashable {
    public var year: Int64
    /// 1...12
    public var month: Int
    /// 1...31
    public var day: Int
    /// 0...23
    public var hour: Int
    /// 0...59
    public var minute: Int
    /// 0...59
    public var second: Int

    /// The civil time `seconds` after 1970-01-01T00:00:00 in the same (unnamed) zone. O(1).
    public init(epochSeconds seconds: Int64) {
        let (days, secondOfDay) = Self.floorDivide(seconds, 86_400)
        (year, month, day) = Self.civil(fromDays: days)
        hour = Int(secondOfDay / 3600)
        minute = Int(secondOfDay / 60 % 60)
        second = Int(secondOfDay % 60)
    }

    public init(epochMilliseconds: Int64) {
        self.init(epochSeconds: Self.floorDivide(epochMilliseconds, 1000).quotient)
    }

    /// Seconds from 1970-01-01T00:00:00 in the same zone.
    public var epochSeconds: Int64 {
        Self.days(year: year, month: month, day: day) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// 0 is Sunday.
    public var dayOfWeek: Int { Self.dayOfWeek(days: Self.days(year: year, month: month, day: day)) }

    /// 0 is the first of January.
    public var dayOfYear: Int { Int(Self.days(year: year, month: month, day: day) - Self.days(year: year, month: 1, day: 1)) }

    /// Days from 1970-01-01 to a civil date; months 1...12. O(1).
    public static func days(year: Int64, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivide(shifted, 400)
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The civil date of a count of days from 1970-01-01. O(1).
    public static func civil(fromDays days: Int64) -> (year: Int64, month: Int, day: Int) {
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// 0 is Sunday; 1970-01-01 was a Thursday.
    public static func dayOfWeek(days: Int64) -> Int { Int(floorDivide(days + 4, 7).remainder) }

    public static func isLeap(year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    public static func daysInMonth(year: Int64, month: Int) -> Int {
        switch month {
        case 2: isLeap(year: year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Division that rounds down, with a remainder in 0 ..< divisor, for a positive divisor.
    @inlinable
    public static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
