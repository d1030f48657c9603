extension FraudStory {
    /// The same from a place where it is day already, or still.
    static let transferFromAbroad = FraudStory(
        "transfer-from-abroad", point: "C14", "Large transfers before dawn from abroad", hits: ["C14-night", "C14-abroad"]
    ) { stage in
        stage.waitUntilBeforeDawn()
        let victim = stage.recruit(balanceYuan: stage.random.within(80_000...150_000))
        let thief = stage.access(device: stage.customers[victim].device, address: stage.foreignAddress(), city: stage.random.within(Geography.abroad))
        stage.login(victim, thief)
        for _ in 0..<2 {
            stage.wait(minutes: 2...9)
            stage.transfer(victim, stage.yuan(20_000...39_000), to: stage.outsider(), thief)
        }
    }
}
