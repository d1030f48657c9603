/// The day as the bank's customers live it, in UTC+8, which knows no summer time.
enum Clock {
    static let offsetMilliseconds: Int64 = 8 * 3_600_000

    static func hour(_ milliseconds: Int64) -> Int { Int((milliseconds + offsetMilliseconds) / 3_600_000 % 24) }

    static func day(_ milliseconds: Int64) -> Int { Int((milliseconds + offsetMilliseconds) / 86_400_000) }

    /// 1970-01-01 was a Thursday.
    static func isWeekend(_ milliseconds: Int64) -> Bool { (day(milliseconds) + 3) % 7 >= 5 }

    static func startMilliseconds(ofDay day: Int) -> Int64 { Int64(day) * 86_400_000 - offsetMilliseconds }

    /// Day of the month, by the civil calendar (Howard Hinnant's days algorithm).
    static func dayOfMonth(_ day: Int) -> Int {
        let shifted = day + 719_468
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return dayOfYear - (153 * month + 2) / 5 + 1
    }

    /// How busy the bank is at each hour, around 1.
    static let retailRhythm: [Double] = [
        0.15, 0.08, 0.05, 0.04, 0.05, 0.12, 0.40, 0.90, 1.30, 1.50, 1.55, 1.65, 1.85, 1.45, 1.30, 1.30, 1.40, 1.65, 1.90, 1.80, 1.60, 1.30, 0.80, 0.35,
    ]

    /// Openings and verifications keep office hours, more or less.
    static let officeRhythm: [Double] = [
        0.10, 0.05, 0.04, 0.03, 0.04, 0.08, 0.20, 0.60, 1.40, 2.20, 2.30, 2.10, 1.60, 1.70, 2.10, 2.10, 1.90, 1.50, 1.10, 0.95, 0.85, 0.60, 0.35, 0.20,
    ]

    /// The rhythm at a time, drawn as straight lines between the middles of the hours.
    static func level(_ rhythm: [Double], _ milliseconds: Int64) -> Double {
        let position = Double((milliseconds + offsetMilliseconds) % 86_400_000) / 3_600_000 + 23.5
        let hour = Int(position)
        let fraction = position - Double(hour)
        return rhythm[hour % 24] * (1 - fraction) + rhythm[(hour + 1) % 24] * fraction
    }
}
