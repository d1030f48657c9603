extension FraudStory {
    /// How much does the new account let through? One attempt after the other finds out.
    static let failingTransfers = FraudStory("failing-transfers", point: "C3", "Transfers fail one after the other after the opening", hits: ["C3"]) { stage in
        let straw = stage.newcomer()
        stage.open(straw, stage.ownAccess(straw))
        stage.wait(minutes: 20...90)
        let access = stage.ownAccess(straw)
        stage.login(straw, access)
        let payee = stage.outsider()
        for _ in 0..<stage.random.within(5...7) {
            stage.wait(minutes: 1...5)
            stage.transfer(straw, stage.yuan(3_000...30_000), to: payee, access, status: .failed)
        }
    }
}
