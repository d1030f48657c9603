import Expressions
import Journals
import TestSupport
import Testing

@Suite("Days and months")
struct CalendarTests {
    private static let hour: Int64 = 3_600_000

    @Test(
        "Midnights in zones with changing clocks", .enabled(if: SystemTimeZones.isInstalled),
        arguments: [
            // Zone, a moment, midnight of its day, of the next one, of its month's first.
            ("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-02-28T23:00:00Z"),
            ("Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-09-30T22:00:00Z"),
            ("Europe/Berlin", "2026-03-30T00:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", "2026-02-28T23:00:00Z"),
            ("Asia/Shanghai", "2026-11-20T16:30:00Z", "2026-11-20T16:00:00Z", "2026-11-21T16:00:00Z", "2026-10-31T16:00:00Z"),
            ("Asia/Shanghai", "2025-12-31T16:00:00Z", "2025-12-31T16:00:00Z", "2026-01-01T16:00:00Z", "2025-12-31T16:00:00Z"),
            // Midnight is skipped: the day starts at one.
            ("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", "2018-11-01T03:00:00Z"),
            // The hour before midnight comes twice.
            ("America/Sao_Paulo", "2018-02-18T02:30:00Z", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z", "2018-02-01T02:00:00Z"),
            // Midnight comes twice: the first counts.
            ("America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "2026-11-01T04:00:00Z"),
            ("Asia/Kathmandu", "2026-02-28T18:14:59Z", "2026-02-27T18:15:00Z", "2026-02-28T18:15:00Z", "2026-01-31T18:15:00Z"),
        ])
    func midnights(zone: String, moment: String, day: String, next: String, month: String) throws {
        let rules = try #require(SystemTimeZones().rules(named: zone))
        func milliseconds(_ text: String) throws -> Int64 { try #require(Timestamp(rfc3339: text)).epochMilliseconds }
        let (moment, day, next, month) = try (milliseconds(moment), milliseconds(day), milliseconds(next), milliseconds(month))
        for time in [moment, day, next - 1] {
            #expect(Calendar(rules: rules).startOfDay(time) == day)
            #expect(Calendar(rules: rules).startOfMonth(time) == month || time < month)
        }
        let calendar = Calendar(rules: rules)
        #expect(calendar.startOfDay(next) == next)
        #expect(calendar.startOfDay(day - 1) < day)
        #expect(calendar.startOfDay(day) == day)
    }

    @Test("The answers that are remembered are those of a new calendar", arguments: ["Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu"])
    func remembered(zone: String) {
        guard let rules = SystemTimeZones().rules(named: zone) else { return }
        var random = SeededGenerator(seed: 3)
        let calendar = Calendar(rules: rules)
        for _ in 0..<3000 {
            let time = 1_500_000_000_000 + Int64(random.below(2)) * 200_000_000_000 + Int64(random.below(6_000)) * 1_800_000 + Int64(random.below(3)) - 1
            let fresh = Calendar(rules: rules)
            let start = fresh.startOfDay(time)
            #expect(calendar.startOfDay(time) == start && start <= time && time - start <= 25 * Self.hour, "\(time)")
            #expect(calendar.startOfMonth(time) == Calendar(rules: rules).startOfMonth(time), "\(time)")
            #expect(Calendar(rules: rules).startOfDay(start) == start, "\(time)")
        }
    }

    @Test("Before 1970 and at a fixed offset")
    func negative() {
        let calendar = Calendar(rules: TimeZoneRules(fixedOffsetSeconds: 8 * 3600))
        #expect(calendar.startOfDay(-1) == -8 * Self.hour)
        #expect(calendar.startOfDay(-8 * Self.hour - 1) == -32 * Self.hour)
        #expect(calendar.startOfMonth(0) == -8 * Self.hour)
    }
}
