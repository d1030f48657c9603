extension FraudStory {
    /// Accounts are opened from where the gang sits.
    static let openingAbroad = FraudStory("opening-abroad", point: "A2", "Openings from an address abroad", hits: ["A2-abroad"]) { stage in
        let city = stage.random.within(Geography.abroad)
        for _ in 0..<stage.random.within(2...3) {
            let person = stage.newcomer()
            stage.open(person, stage.access(device: stage.customers[person].device, address: stage.foreignAddress(), city: city))
            stage.wait(minutes: 10...40)
        }
    }
}
