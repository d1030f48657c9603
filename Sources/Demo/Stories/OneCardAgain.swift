extension FraudStory {
    /// The same card, identity and phone are verified again and again: one account each time.
    static let oneCardAgain = FraudStory(
        "one-card-again", point: "B3", "One card binds one account after the other", hits: ["B3-card", "B3-identity", "B3-phone"]
    ) { stage in
        let person = stage.newcomer()
        let issuer = 1 + stage.random.below(Stage.banks - 1)
        for _ in 0..<stage.random.within(6...8) {
            stage.verify(person, card: stage.ownCard(person), requesting: 0, issuing: issuer, .mobile, status: .success)
            stage.wait(minutes: 6...30)
        }
    }
}
