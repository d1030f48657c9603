extension FraudStory {
    /// Somebody guesses: at one bank most verifications fail, where nearly all succeeded before.
    static let verificationFailures = FraudStory("verification-failures", point: "B2", "The success rate of verifications at one bank drops") { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        for _ in 0..<stage.random.within(45...70) {
            stage.verifyStranger(requesting: 0, issuing: bank, status: stage.random.chance(0.2) ? .success : .failed)
            stage.wait(seconds: 5...15)
        }
    }
}
