extension FraudStory {
    /// A bank asks as usual, and then somebody guesses through it.
    static let failuresFromOneBank = FraudStory(
        "failures-from-one-bank", point: "B2", "The success rate of the verifications that one bank sends drops", hits: ["B2-sent"]
    ) { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        for step in 0..<14 {
            stage.verifyStranger(requesting: bank, issuing: (bank + step) % Stage.banks, status: .success)
            stage.wait(minutes: 2...5)
        }
        stage.wait(minutes: 15...16)
        let count = max(26, stage.verificationsPerHour / 60) + stage.random.below(8)
        for step in 0..<count {
            stage.verifyStranger(requesting: bank, issuing: (bank + step) % Stage.banks, status: stage.random.chance(0.15) ? .success : .failed)
            stage.wait(milliseconds: 560_000 / count)
        }
    }
}
