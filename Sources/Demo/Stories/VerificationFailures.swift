extension FraudStory {
    /// Somebody guesses: at one bank most verifications fail, where nearly all succeeded before.
    static let verificationFailures = FraudStory(
        "verification-failures", point: "B2", "The success rate of verifications at one bank drops", hits: ["B2-received"]
    ) { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        let count = max(45, stage.verificationsPerHour / 14) + stage.random.below(25)
        for _ in 0..<count {
            stage.verifyStranger(requesting: 0, issuing: bank, status: stage.random.chance(0.2) ? .success : .failed)
            stage.wait(milliseconds: 570_000 / count)
        }
    }
}
