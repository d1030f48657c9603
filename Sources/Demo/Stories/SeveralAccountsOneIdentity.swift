extension FraudStory {
    /// One person opens account after account, for sale.
    static let severalAccountsOneIdentity = FraudStory(
        "several-accounts-one-identity", point: "A1", "One identity opens several accounts in a row", hits: ["A1-identity"]
    ) { stage in
        let seller = stage.newcomer()
        for account in 0..<stage.random.within(4...6) {
            let number = account == 0 ? 0 : stage.freshNumber()
            stage.open(seller, stage.ownAccess(seller), account: number)
            stage.wait(minutes: 4...18)
        }
    }
}
