import Expressions
import TestSupport
import Testing

@Test("Days and civil dates agree over eight hundred years, one step at a time")
func civilDatesAgree() {
    var (year, month, day) = (Int64(1600), 1, 1)
    for days in CivilTime.days(year: 1600, month: 1, day: 1)...CivilTime.days(year: 2400, month: 12, day: 31) {
        let civil = CivilTime.civil(fromDays: days)
        guard civil == (year, month, day), CivilTime.days(year: year, month: month, day: day) == days else {
            Issue.record("\(days) is \(civil), not \((year, month, day))")
            return
        }
        day += 1
        if day > CivilTime.daysInMonth(year: year, month: month) { (month, day) = (month + 1, 1) }
        if month > 12 { (year, month) = (year + 1, 1) }
    }
}

@Test(
    "Times before 1970 round down",
    arguments: [
        (-1 as Int64, 1969, 12, 31, 23, 59, 59), (0, 1970, 1, 1, 0, 0, 0), (-1000, 1969, 12, 31, 23, 59, 59), (-1001, 1969, 12, 31, 23, 59, 58),
        (951_782_400_000, 2000, 2, 29, 0, 0, 0), (-2_203_891_200_000, 1900, 3, 1, 0, 0, 0),
    ])
func civilTimes(milliseconds: Int64, year: Int64, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    let civil = CivilTime(epochMilliseconds: milliseconds)
    #expect((civil.year, civil.month, civil.day) == (year, month, day))
    #expect((civil.hour, civil.minute, civil.second) == (hour, minute, second))
    #expect(civil.epochSeconds == CivilTime.floorDivide(milliseconds, 1000).quotient)
    #expect(Timestamp(epochMilliseconds: milliseconds)?.epochMilliseconds == milliseconds)
}

@Test(
    "Zones of the machine", .enabled(if: SystemTimeZones.isInstalled),
    arguments: [
        ("Asia/Shanghai", "2024-06-01T00:00:00Z", 28_800 as Int32), ("Asia/Shanghai", "1988-07-01T00:00:00Z", 32_400),
        ("Asia/Shanghai", "2200-01-01T00:00:00Z", 28_800), ("Asia/Kathmandu", "2009-02-13T23:31:30Z", 20_700),
        ("Australia/Sydney", "2009-02-13T23:31:30Z", 39_600), ("US/Central", "2009-02-13T23:31:30Z", -21_600),
        ("America/St_Johns", "2009-02-13T02:00:00Z", -12_600), ("Europe/Berlin", "2024-03-31T00:59:59Z", 3_600),
        ("Europe/Berlin", "2024-03-31T01:00:00Z", 7_200), ("Europe/Berlin", "2150-07-01T00:00:00Z", 7_200), ("Europe/Berlin", "2150-12-01T00:00:00Z", 3_600),
        ("Europe/Berlin", "2150-03-29T00:59:59Z", 3_600), ("Europe/Berlin", "2150-03-29T01:00:00Z", 7_200),
        ("Australia/Sydney", "2150-01-01T00:00:00Z", 39_600),
        ("Australia/Sydney", "2150-07-01T00:00:00Z", 36_000), ("America/New_York", "1850-01-01T00:00:00Z", -17_762), ("UTC", "2024-01-01T00:00:00Z", 0),
        ("Europe/Dublin", "2150-07-01T00:00:00Z", 3_600), ("Europe/Dublin", "2150-12-01T00:00:00Z", 0), ("America/Godthab", "2150-07-01T00:00:00Z", -3_600),
    ])
func zones(name: String, moment: String, offset: Int32) throws {
    let rules = try #require(SystemTimeZones().rules(named: name))
    let timestamp = try #require(Timestamp(rfc3339: moment))
    #expect(rules.offsetSeconds(atUTC: timestamp.seconds) == offset)
}

@Test("Cut or damaged zone files are refused or read, never a crash", .enabled(if: SystemTimeZones.isInstalled))
func damagedZones() throws {
    let seed: UInt64 = 7
    var random = SeededGenerator(seed: seed)
    let bytes = try SystemTimeZones.bytes(of: "Europe/Berlin")
    for _ in 0..<3_000 {
        var damaged = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        for _ in 0..<Int.random(in: 0...8, using: &random) where !damaged.isEmpty {
            damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        guard let rules = TimeZoneRules(tzif: damaged) else { continue }
        for seconds in [Timestamp.secondsMin, -1, 0, 1_700_000_000, 5_000_000_000, Timestamp.secondsMax] {
            _ = rules.offsetSeconds(atUTC: seconds)
        }
    }
}
