extension FraudStory {
    /// Is the stolen account alive? Two or three tiny transfers find out, then the balance leaves.
    static let probeThenLarge = FraudStory("probe-then-large", point: "C10", "Tiny transfers, then the whole balance", hits: ["C10-large"]) { stage in
        let victim = stage.recruit(balanceYuan: stage.random.within(60_000...180_000))
        var access = stage.ownAccess(victim)
        access.address = stage.lineAddress()
        stage.login(victim, access)
        let payee = stage.outsider()
        for _ in 0..<stage.random.within(2...3) {
            stage.wait(seconds: 40...150)
            stage.transfer(victim, Int64(stage.random.within(1...800)), to: payee, access)
        }
        for _ in 0..<stage.random.within(1...3) {
            stage.wait(minutes: 1...8)
            stage.transfer(victim, stage.yuan(20_000...49_000), to: payee, access)
        }
    }
}
