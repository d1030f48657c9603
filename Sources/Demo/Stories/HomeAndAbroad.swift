extension FraudStory {
    /// The owner buys lunch while somebody abroad, who has the password, sends the balance away.
    static let homeAndAbroad = FraudStory(
        "home-and-abroad", point: "C12", "A purchase at home, then transfers from abroad within the hour", hits: ["C12-abroad"]
    ) { stage in
        let victim = stage.recruit(balanceYuan: 30_000)
        stage.pay(victim, stage.yuan(15...90), merchant: stage.merchantCount, stage.ownAccess(victim, .quickpay))
        stage.wait(minutes: 20...60)
        var thief = stage.ownAccess(victim)
        thief.address = stage.foreignAddress()
        thief.city = stage.random.within(Geography.abroad)
        stage.login(victim, thief)
        for _ in 0..<stage.random.within(1...2) {
            stage.wait(minutes: 2...9)
            stage.transfer(victim, stage.yuan(1_500...9_000), to: stage.outsider(), thief)
        }
    }
}
