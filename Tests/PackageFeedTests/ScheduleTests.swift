import Testing

@testable import PackageFeed

@Suite struct ScheduleTests {
    @Test func successesComeAtTheIntervalGiveOrTakeATenth() {
        var schedule = Schedule(everyMilliseconds: 60_000, nowMilliseconds: 5)
        #expect(schedule.nextMilliseconds == 5)
        for (random, expected) in [(0.0, 54_000), (0.5, 60_000), (1.0, 66_000)] as [(Double, Int64)] {
            schedule.succeeded(nowMilliseconds: 1_000, random: random)
            #expect(schedule.nextMilliseconds == 1_000 + expected)
        }
    }

    @Test func failuresWaitTwiceAsLongEachTimeUpToABound() {
        var schedule = Schedule(everyMilliseconds: 60_000, nowMilliseconds: 0)
        var waits: [Int64] = []
        for _ in 0..<9 {
            schedule.failed(nowMilliseconds: 0, random: 0)
            waits.append(schedule.nextMilliseconds)
        }
        #expect(waits == [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000])
        schedule.failed(nowMilliseconds: 0, random: 1)
        #expect(schedule.nextMilliseconds == 150_000)
        schedule.succeeded(nowMilliseconds: 0, random: 0.5)
        schedule.failed(nowMilliseconds: 0, random: 0)
        #expect(schedule.nextMilliseconds == 5_000, "a success forgets the failures")
        for _ in 0..<1_000 { schedule.failed(nowMilliseconds: 0, random: 0) }
        #expect(schedule.nextMilliseconds == 300_000)
    }

    @Test func shortAndLongIntervals() {
        var short = Schedule(everyMilliseconds: 1_000, nowMilliseconds: 0)
        short.failed(nowMilliseconds: 0, random: 0)
        #expect(short.nextMilliseconds == 1_000)
        var long = Schedule(everyMilliseconds: 86_400_000, nowMilliseconds: 0)
        for _ in 0..<60 { long.failed(nowMilliseconds: 0, random: 0) }
        #expect(long.nextMilliseconds == 86_400_000)
    }
}
