extension FraudStory {
    /// While their owners sleep, cards are tried out with one phone.
    static let verificationsBeforeDawn = FraudStory(
        "verifications-before-dawn", point: "B5", "Verifications one after the other before dawn", hits: ["B5-night", "B5-run"]
    ) { stage in
        stage.waitUntilBeforeDawn()
        let phone = Customer.phoneNumber(stage.freshNumber())
        for _ in 0..<stage.random.within(4...6) {
            stage.verifyStranger(
                requesting: 0, issuing: 1 + stage.random.below(Stage.banks - 1), status: stage.random.chance(0.7) ? .success : .failed, phone: phone)
            stage.wait(minutes: 3...9)
        }
    }
}
