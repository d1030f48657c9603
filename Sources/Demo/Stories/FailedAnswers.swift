extension FraudStory {
    /// The one who uses the account is not the one who opened it, and does not know the answers.
    static let failedAnswers = FraudStory(
        "failed-answers", point: "C17", "Sign-ins and checks fail right after an opening verified across banks", hits: ["C17"]
    ) { stage in
        let straw = stage.newcomer()
        stage.open(straw, stage.ownAccess(straw))
        stage.wait(minutes: 30...120)
        let buyer = stage.access(device: stage.freshDevice(), address: stage.lineAddress(), city: stage.customers[straw].city)
        for _ in 0..<stage.random.within(2...3) {
            stage.login(straw, buyer, status: .failed)
            stage.wait(minutes: 1...3)
        }
        for _ in 0..<2 {
            stage.change(straw, .identityCheck, buyer, status: .failed)
            stage.wait(minutes: 1...4)
        }
    }
}
