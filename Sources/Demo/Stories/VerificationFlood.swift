extension FraudStory {
    /// Stolen card data is tried out: one bank's cards are verified many times as often as usual.
    static let verificationFlood = FraudStory("verification-flood", point: "B1", "Verifications at one bank multiply within minutes", hits: ["B1-received"]) {
        stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        // Enough to stand out at the busiest hour, when a bank has a fifth of the average hour of all.
        let count = max(150, stage.verificationsPerHour / 4) + stage.random.below(70)
        for _ in 0..<count {
            stage.verifyStranger(requesting: 0, issuing: bank, status: stage.random.chance(0.9) ? .success : .failed)
            stage.wait(milliseconds: 450_000 / count)
        }
    }
}
