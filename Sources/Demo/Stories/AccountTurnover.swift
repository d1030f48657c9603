extension FraudStory {
    /// An account that was noticed is closed, and the next one opened.
    static let accountTurnover = FraudStory("account-turnover", point: "A4", "One customer opens and closes accounts in turn", hits: ["A4-turnover"]) { stage in
        let owner = stage.recruit()
        for step in 0..<3 {
            let account = stage.freshNumber()
            stage.open(owner, stage.ownAccess(owner), account: account)
            stage.wait(minutes: 20...80)
            guard step < 2 else { return }
            stage.change(owner, .close, stage.ownAccess(owner), account: account)
            stage.wait(minutes: 10...40)
        }
    }
}
