extension FraudStory {
    /// Stolen cards of one bank are used up at another.
    static let oneIssuer = FraudStory("one-issuer", point: "B6", "The verifications that one bank sends go to one issuing bank", hits: ["B6-one"]) { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        let issuer = (bank + 1 + stage.random.below(Stage.banks - 2)) % Stage.banks
        let count = max(95, stage.verificationsPerHour / 5) + stage.random.below(25)
        for _ in 0..<count {
            stage.verifyStranger(requesting: bank, issuing: issuer, status: stage.random.chance(0.93) ? .success : .failed)
            stage.wait(milliseconds: 2_700_000 / count)
        }
    }
}
