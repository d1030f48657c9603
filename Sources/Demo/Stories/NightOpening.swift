extension FraudStory {
    /// While the branches are closed, somebody applies from a rented server.
    static let nightOpening = FraudStory("night-opening", point: "A2", "Openings at night from a data centre", hits: ["A2-night", "A2-network"]) { stage in
        stage.waitUntilBeforeDawn()
        for _ in 0..<stage.random.within(2...3) {
            let person = stage.newcomer()
            stage.open(person, stage.access(device: stage.customers[person].device, address: stage.hostingAddress(), city: stage.customers[person].city))
            stage.wait(minutes: 5...15)
        }
    }
}
