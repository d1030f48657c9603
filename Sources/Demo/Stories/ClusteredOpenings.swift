extension FraudStory {
    /// A row of people of one age, with phone numbers in a row, open accounts at one branch one after the other.
    static let clusteredOpenings = FraudStory(
        "clustered-openings", point: "A3", "Openings in a row with consecutive phone numbers", hits: ["A3-phones", "A3-branch"]
    ) { stage in
        let first = 154_0000_0000 + stage.random.below(1_000_000) * 100 + stage.random.below(80)
        let branch = 1 + stage.random.below(stage.branches)
        let city = stage.random.below(Geography.domesticCount)
        let year = stage.random.within(1958...2003)
        for step in 0..<stage.random.within(7...12) {
            let person = stage.newcomer(city: city, birthYear: year + stage.random.below(2))
            stage.customers[person].phone = first + step
            stage.open(person, stage.ownAccess(person), phone: first + step, branch: branch)
            stage.wait(minutes: 3...9)
        }
    }
}
