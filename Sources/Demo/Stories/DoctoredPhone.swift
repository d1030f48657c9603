extension FraudStory {
    /// None of it means much by itself; together it is a tool.
    static let doctoredPhone = FraudStory(
        "doctored-phone", point: "D", "A rooted phone with copies of the app and a false location, then a large transfer",
        hits: ["D-root", "D-copies", "D-location"]
    ) { stage in
        let victim = stage.recruit(balanceYuan: stage.random.within(60_000...120_000))
        stage.customers[victim].isRooted = false
        let access = stage.ownAccess(victim)
        stage.deviceRisk(victim, access, .root, severity: 1)
        stage.wait(seconds: 5...20)
        stage.deviceRisk(victim, access, .multiOpen, severity: 1)
        stage.wait(seconds: 5...20)
        stage.deviceRisk(victim, access, .locationSpoofing, severity: 2)
        stage.wait(minutes: 5...30)
        stage.login(victim, access)
        stage.wait(minutes: 1...3)
        stage.transfer(victim, stage.yuan(22_000...45_000), to: stage.outsider(), access)
    }
}
