extension FraudStory {
    /// People are driven to a border town, and open accounts on the way.
    static let borderOpening = FraudStory(
        "border-opening", point: "A2", "Openings near a border from a data centre", hits: ["A2-place", "A2-network"]
    ) { stage in
        let city = Geography.domesticCount - 1
        for _ in 0..<stage.random.within(2...3) {
            let person = stage.newcomer(city: city)
            let access = Access(
                channel: .mobile, device: stage.customers[person].device, address: stage.hostingAddress(), city: city,
                place: stage.near(Geography.sensitivePlace))
            stage.open(person, access)
            stage.wait(minutes: 10...40)
        }
    }
}
