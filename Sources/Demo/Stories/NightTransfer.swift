extension FraudStory {
    /// The owner sleeps, and a server works.
    static let nightTransfer = FraudStory(
        "night-transfer", point: "C14", "Large transfers before dawn from a data centre", hits: ["C14-night", "C14-network"]
    ) { stage in
        stage.waitUntilBeforeDawn()
        let victim = stage.recruit(balanceYuan: stage.random.within(80_000...150_000))
        var thief = stage.ownAccess(victim)
        thief.address = stage.hostingAddress()
        stage.login(victim, thief)
        for _ in 0..<2 {
            stage.wait(minutes: 2...9)
            stage.transfer(victim, stage.yuan(20_000...39_000), to: stage.outsider(), thief)
        }
    }
}
