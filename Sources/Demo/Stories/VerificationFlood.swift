extension FraudStory {
    /// Stolen card data is tried out: one bank's cards are verified many times as often as usual.
    static let verificationFlood = FraudStory("verification-flood", point: "B1", "Verifications at one bank multiply within minutes") { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        for _ in 0..<stage.random.within(150...220) {
            let person = stage.random.below(stage.customerCount)
            stage.verify(person, card: 90_000_000 + stage.random.below(1_000_000), requesting: 0, issuing: bank, .mobile, status: stage.random.chance(0.9) ? .success : .failed)
            stage.wait(seconds: 1...4)
        }
    }
}
