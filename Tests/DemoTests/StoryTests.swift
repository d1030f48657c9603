import Demo
import Testing

@Suite struct StoryTests {
    @Test func everyStoryAndLookAlikeOccurs() {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 600, storiesPerHour: 30, lookAlikesPerHour: 30)
        let events = bank.events(from: mondayMorning, hours: 24)
        #expect(Set(events.compactMap(\.truth?.text)) == Set(FraudStory.all.map(\.text)), "seed \(seed)")
        #expect(Set(events.compactMap(\.truth?.point)) == Set(FraudStory.all.map(\.point)), "seed \(seed)")
        #expect(Set(events.compactMap(\.lookAlike)) == Set(LookAlike.all.map(\.name)), "seed \(seed)")
        #expect(events.allSatisfy { $0.truth == nil || $0.lookAlike == nil })
    }

    @Test func storiesBeginAsOftenAsAsked() {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 2_000, storiesPerHour: 20, lookAlikesPerHour: 0)
        let performances = Set(bank.events(from: mondayMorning, hours: 10).compactMap(\.truth?.performance)).count
        // Poisson with mean 200: six standard deviations.
        #expect((115...285).contains(performances), "seed \(seed)")
    }

    @Test func withoutStoriesAllIsHonest() {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 2_000, storiesPerHour: 0, lookAlikesPerHour: 0)
        #expect(bank.events(from: mondayMorning, hours: 2).allSatisfy { $0.truth == nil && $0.lookAlike == nil })
    }

    @Test(arguments: FraudStory.all.map(\.name)) func aStoryCanBeBegun(name: String) throws {
        let story = try #require(FraudStory.all.first { $0.name == name })
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 400, storiesPerHour: 0, lookAlikesPerHour: 0)
        for _ in 0..<100 { _ = bank.next() }
        let performance = bank.begin(story)
        #expect(performance == 1)
        // Some wait for the night.
        let events = bank.events(from: mondayMorning, hours: 26).filter { $0.truth != nil }
        #expect(events.count >= 3, "seed \(seed)")
        #expect(events.allSatisfy { $0.truth == Truth(point: story.point, text: story.text, rules: story.rules, performance: 1) })
        #expect(bank.begin(story) == 2)
    }

    @Test func aStoryOfAnotherBankIsNotBegun() {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 200, stories: [FraudStory.all[0]])
        #expect(bank.begin(FraudStory.all[1]) == 0)
    }

    @Test func namesAreUnique() {
        #expect(Set(FraudStory.all.map(\.name)).count == FraudStory.all.count)
        #expect(Set(FraudStory.all.map(\.text)).count == FraudStory.all.count)
        #expect(Set(LookAlike.all.map(\.name)).count == LookAlike.all.count)
    }
}
