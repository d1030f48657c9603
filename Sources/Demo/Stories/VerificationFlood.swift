extension FraudStory {
    /// Stolen card data is tried out: one bank's cards are verified many times as often as usual.
    static let verificationFlood = FraudStory("verification-flood", point: "B1", "Verifications at one bank multiply within minutes") { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        for _ in 0..<stage.random.within(150...220) {
            stage.verifyStranger(requesting: 0, issuing: bank, status: stage.random.chance(0.9) ? .success : .failed)
            stage.wait(seconds: 1...4)
        }
    }
}
