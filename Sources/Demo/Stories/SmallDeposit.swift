extension FraudStory {
    /// A little money in, a little money out: the account works, and can be sold.
    static let smallDeposit = FraudStory("small-deposit", point: "C15", "A small deposit is withdrawn right after the opening", hits: ["C15"]) { stage in
        let straw = stage.newcomer()
        stage.open(straw, stage.ownAccess(straw))
        stage.wait(minutes: 10...40)
        let amount = stage.yuan(100...1_500)
        stage.receive(straw, amount, from: stage.outsider())
        stage.wait(minutes: 3...30)
        stage.withdraw(straw, amount / 10_000 * 10_000, at: stage.near(stage.customers[straw].home), city: stage.customers[straw].city)
        if amount % 10_000 > 0 {
            stage.wait(minutes: 2...5)
            stage.transfer(straw, amount % 10_000, to: stage.outsider(), stage.ownAccess(straw))
        }
    }
}
