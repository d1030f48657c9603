extension FraudStory {
    /// One card is bound to new accounts at bank after bank.
    static let oneCardManyBanks = FraudStory(
        "one-card-many-banks", point: "B4", "One card opens accounts at several banks", hits: ["B4-card", "B4-identity", "B4-phone"]
    ) { stage in
        let person = stage.recruit()
        let first = stage.random.below(Stage.banks)
        for step in 0..<stage.random.within(4...7) {
            stage.verify(
                person, card: stage.customers[person].number, requesting: 1 + (first + step) % (Stage.banks - 1), issuing: 0, .mobile, status: .success)
            stage.wait(minutes: 4...12)
        }
    }
}
