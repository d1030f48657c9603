import Demo
import Testing

@Suite struct SyntheticBankTests {
    @Test func sameSeedSameBytes() {
        var a = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 1_000, storiesPerHour: 30)
        var b = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 1_000, storiesPerHour: 30)
        for _ in 0..<10_000 {
            let (x, y) = (a.next(), b.next())
            guard x.json == y.json && x.key == y.key && x.topic == y.topic && x.truth == y.truth else {
                Issue.record("seed \(seed): \(x.eventID) differs")
                return
            }
        }
    }

    @Test func aCopyGoesItsOwnWay() {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 500)
        for _ in 0..<500 { _ = bank.next() }
        var copy = bank
        let ahead = (0..<500).map { _ in copy.next().json }
        #expect(ahead == (0..<500).map { _ in bank.next().json }, "seed \(seed)")
    }

    @Test func otherSeedOtherBytes() {
        var a = SyntheticBank(seed: seed, startMilliseconds: mondayMorning)
        var b = SyntheticBank(seed: seed &+ 1, startMilliseconds: mondayMorning)
        #expect((0..<100).map { _ in a.next().json } != (0..<100).map { _ in b.next().json }, "seed \(seed)")
    }

    /// The same on every machine and in every build. Who changes the generator on purpose writes the new value here.
    @Test func theFirstEventsAreKnown() {
        var bank = SyntheticBank(seed: 1, startMilliseconds: mondayMorning, customers: 1_000)
        var fingerprint: UInt64 = 14_695_981_039_346_656_037
        for _ in 0..<2_000 {
            for byte in bank.next().json { fingerprint = (fingerprint ^ UInt64(byte)) &* 1_099_511_628_211 }
        }
        #expect(fingerprint == 10_031_839_823_528_565_057)
    }

    @Test(arguments: [200, 5_000]) func timeNeverGoesBack(customers: Int) {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: customers, storiesPerHour: 60, lookAlikesPerHour: 60)
        var last = mondayMorning
        var numbers: Set<String> = []
        for _ in 0..<30_000 {
            let event = bank.next()
            guard event.timeMilliseconds >= last else {
                Issue.record("seed \(seed): \(event.eventID) is \(last - event.timeMilliseconds) ms early")
                return
            }
            last = event.timeMilliseconds
            numbers.insert(event.eventID)
        }
        #expect(numbers.count == 30_000, "ids are unique; seed \(seed)")
        #expect(last > mondayMorning + hour)
    }

    @Test func topicsAreKnown() {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 2_000, storiesPerHour: 40)
        var seen: Set<String> = []
        for _ in 0..<10_000 { seen.insert(bank.next().topic) }
        #expect(seen == Set(SyntheticBank.topics), "seed \(seed)")
    }

    @Test func moreCustomersMoreEvents() {
        func rate(_ customers: Int) -> Int {
            var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: customers, storiesPerHour: 0, lookAlikesPerHour: 0)
            return bank.events(from: mondayMorning, hours: 1).count
        }
        let (few, many) = (rate(10_000), rate(40_000))
        #expect((3_000...7_000).contains(few), "seed \(seed)")
        #expect((3.4...4.6).contains(Double(many) / Double(few)), "\(few) and \(many), seed \(seed)")
    }

    @Test func nightsAreQuiet() {
        func rate(_ start: Int64) -> Int {
            var bank = SyntheticBank(seed: seed, startMilliseconds: start, customers: 10_000, storiesPerHour: 0, lookAlikesPerHour: 0)
            return bank.events(from: start, hours: 1).count
        }
        let noon = rate(mondayMorning + 4 * hour)
        let night = rate(mondayMorning + 18 * hour)
        #expect(noon > 8 * night, "\(noon) at noon, \(night) at two in the morning, seed \(seed)")
    }

    /// The 15th is one of the days on which employers pay, the 17th is none.
    @Test(arguments: [(-1, true), (1, false)]) func salariesComeOnTheirDays(day: Int64, arePaid: Bool) {
        let start = mondayMorning + day * 24 * hour + 2 * hour
        var bank = SyntheticBank(seed: seed, startMilliseconds: start, customers: 5_000, storiesPerHour: 0)
        let salaries = bank.events(from: start, hours: 1.5).count { event in
            String(decoding: event.json, as: UTF8.self).contains(#""transaction_type":"salary""#)
        }
        #expect(arePaid ? (200...900).contains(salaries) : salaries == 0, "\(salaries), seed \(seed)")
    }
}
