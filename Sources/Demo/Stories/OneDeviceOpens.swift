extension FraudStory {
    /// An agent with one phone goes from person to person, on one line.
    static let oneDeviceOpens = FraudStory(
        "one-device-opens", point: "A3", "One phone opens accounts for several people", hits: ["A3-device", "A3-address"]
    ) { stage in
        let city = stage.random.below(Geography.domesticCount)
        let access = stage.access(device: stage.freshDevice(), address: stage.lineAddress(), city: city)
        for _ in 0..<stage.random.within(4...6) {
            let person = stage.newcomer(city: city)
            stage.customers[person].device = access.device
            stage.open(person, access)
            stage.wait(minutes: 5...10)
        }
    }
}
