extension FraudStory {
    /// Opened in the morning, filled at noon, empty in the afternoon.
    static let usedUp = FraudStory("used-up", point: "C1", "A new account pays out large sums one after the other", hits: ["C1"]) { stage in
        let straw = stage.newcomer()
        stage.open(straw, stage.ownAccess(straw))
        stage.wait(minutes: 60...180)
        stage.receive(straw, stage.yuan(40_000...60_000), from: stage.outsider())
        stage.wait(minutes: 5...20)
        let access = stage.ownAccess(straw)
        stage.login(straw, access)
        for _ in 0..<stage.random.within(3...4) {
            stage.wait(minutes: 3...15)
            stage.transfer(straw, stage.yuan(7_000...9_900), to: stage.outsider(), access)
        }
    }
}
