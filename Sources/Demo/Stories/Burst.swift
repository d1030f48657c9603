extension FraudStory {
    /// In pieces that nobody asks about, the account is emptied within the hour.
    static let burst = FraudStory("burst", point: "C9", "The number of transfers rises markedly", hits: ["C9"]) { stage in
        let victim = stage.recruit(balanceYuan: 40_000)
        let access = stage.ownAccess(victim)
        stage.login(victim, access)
        let payees = [stage.outsider(), stage.outsider(), stage.outsider()]
        for step in 0..<stage.random.within(12...18) {
            stage.wait(seconds: 60...150)
            stage.transfer(victim, stage.yuan(600...1_900), to: payees[step % 3], access)
        }
    }
}
