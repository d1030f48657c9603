extension FraudStory {
    /// At another bank accounts are opened by a program: it asks everybody at once.
    static let floodFromOneBank = FraudStory(
        "flood-from-one-bank", point: "B1", "The verifications that one bank sends multiply within minutes", hits: ["B1-sent"]
    ) { stage in
        let bank = 1 + stage.random.below(Stage.banks - 1)
        let count = max(90, stage.verificationsPerHour / 6) + stage.random.below(40)
        for step in 0..<count {
            stage.verifyStranger(requesting: bank, issuing: (bank + step) % Stage.banks, status: stage.random.chance(0.93) ? .success : .failed)
            stage.wait(milliseconds: 450_000 / count)
        }
    }
}
