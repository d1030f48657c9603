extension FraudStory {
    /// Bank after bank is asked for an account; this one is the last of the day.
    static let severalBanksOneIdentity = FraudStory(
        "several-banks-one-identity", point: "A1", "One identity opens accounts at several banks, then here", hits: ["A1-banks"]
    ) { stage in
        let seller = stage.newcomer()
        let first = stage.random.below(Stage.banks)
        for step in 0..<stage.random.within(3...5) {
            stage.verify(
                seller, card: stage.ownCard(seller), requesting: 1 + (first + step) % (Stage.banks - 1), issuing: 0, .mobile, status: .success)
            stage.wait(minutes: 5...20)
        }
        stage.open(seller, stage.ownAccess(seller))
    }
}
