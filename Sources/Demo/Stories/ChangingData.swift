extension FraudStory {
    /// Whoever has got hold of the account turns every screw of it.
    static let changingData = FraudStory("changing-data", point: "A4", "One customer changes account data again and again", hits: ["A4-changes"]) { stage in
        let owner = stage.recruit()
        let access = stage.access(device: stage.freshDevice(), address: stage.lineAddress(), city: stage.customers[owner].city)
        stage.login(owner, access)
        for kind in [ChangeKind.device, .password, .limit, .signUp, .boundCard, .limit] {
            stage.wait(minutes: 3...30)
            stage.change(owner, kind, access)
        }
    }
}
