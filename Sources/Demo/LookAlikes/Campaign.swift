extension LookAlike {
    /// Thirty verifications in twenty minutes, of cards of all banks.
    static let campaign = LookAlike("campaign", "Another bank advertises, and asks about more cards than usual; B1, B6") { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        for step in 0..<stage.random.within(24...32) {
            stage.verifyStranger(requesting: bank, issuing: (bank + step) % Stage.banks, status: stage.random.chance(0.95) ? .success : .failed)
            stage.wait(seconds: 25...60)
        }
    }
}
