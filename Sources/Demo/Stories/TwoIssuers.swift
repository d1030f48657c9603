extension FraudStory {
    /// The same with the cards of two banks.
    static let twoIssuers = FraudStory("two-issuers", point: "B6", "The verifications that one bank sends go to two issuing banks", hits: ["B6-few"]) { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        let count = max(100, stage.verificationsPerHour / 5) + stage.random.below(25)
        for step in 0..<count {
            stage.verifyStranger(requesting: bank, issuing: (bank + 1 + step % 2) % Stage.banks, status: stage.random.chance(0.93) ? .success : .failed)
            stage.wait(milliseconds: 2_700_000 / count)
        }
    }
}
