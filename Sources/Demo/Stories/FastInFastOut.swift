extension FraudStory {
    /// The account is a mere passage: what comes in leaves within minutes, time after time, and nothing stays.
    static let fastInFastOut = FraudStory("fast-in-fast-out", point: "C8", "What comes in leaves within minutes", hits: ["C8"]) { stage in
        let mule = stage.recruit()
        let access = stage.ownAccess(mule)
        stage.customers[mule].balanceMinorUnits = stage.yuan(20...400)
        for _ in 0..<stage.random.within(3...5) {
            let amount = stage.yuan(18_000...49_500)
            stage.receive(mule, amount, from: stage.outsider())
            stage.wait(minutes: 2...6)
            stage.login(mule, access)
            stage.wait(seconds: 20...60)
            stage.transfer(mule, amount / 10_000 * 9_950, to: stage.outsider(), access)
            stage.wait(minutes: 6...14)
        }
    }
}
