extension FraudStory {
    /// Nobody has ever seen the owner, and each transfer is just below what would be asked about.
    static let verifiedThenLarge = FraudStory(
        "verified-then-large", point: "C16", "Opened with a card of another bank, then transfers as large as it allows", hits: ["C16"]
    ) { stage in
        let straw = stage.newcomer()
        stage.open(straw, stage.ownAccess(straw))
        stage.wait(minutes: 40...150)
        stage.receive(straw, stage.yuan(25_000...30_000), from: stage.outsider())
        stage.wait(minutes: 5...20)
        let access = stage.ownAccess(straw)
        stage.login(straw, access)
        for _ in 0..<stage.random.within(3...5) {
            stage.wait(minutes: 5...20)
            stage.transfer(straw, stage.yuan(3_000...4_900), to: stage.outsider(), access)
        }
    }
}
