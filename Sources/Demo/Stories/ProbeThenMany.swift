extension FraudStory {
    /// The probes went through; now the balance leaves in pieces.
    static let probeThenMany = FraudStory("probe-then-many", point: "C10", "Tiny transfers, then a row of larger ones", hits: ["C10-frequent"]) { stage in
        let victim = stage.recruit(balanceYuan: 40_000)
        var access = stage.ownAccess(victim)
        access.address = stage.lineAddress()
        stage.login(victim, access)
        let payee = stage.outsider()
        for _ in 0..<stage.random.within(2...3) {
            stage.wait(seconds: 40...150)
            stage.transfer(victim, Int64(stage.random.within(1...800)), to: payee, access)
        }
        for _ in 0..<stage.random.within(6...8) {
            stage.wait(minutes: 1...5)
            stage.transfer(victim, stage.yuan(800...4_000), to: payee, access)
        }
    }
}
