extension FraudStory {
    /// With a stolen password the phone number is changed, a new phone bound, the limit raised, and the balance sent away.
    static let accountTakeover = FraudStory(
        "account-takeover", point: "C5", "New phone number and device, then a large transfer", hits: ["C5-transfer", "C4-new-device"]
    ) { stage in
        let victim = stage.recruit(balanceYuan: stage.random.within(80_000...240_000))
        stage.customers[victim].isRooted = false
        stage.login(victim, stage.ownAccess(victim))
        stage.wait(minutes: 20...60)
        let thief = stage.access(device: stage.freshDevice(), address: stage.lineAddress(), city: stage.random.below(Geography.domesticCount))
        let phone = Customer.phoneNumber(stage.freshNumber())
        for _ in 0..<stage.random.within(1...3) {
            stage.login(victim, thief, status: .failed)
            stage.wait(seconds: 10...40)
        }
        stage.login(victim, thief)
        stage.wait(minutes: 1...3)
        stage.change(victim, .phone, thief, newPhone: phone)
        stage.wait(minutes: 1...3)
        stage.change(victim, .device, thief)
        stage.wait(minutes: 1...2)
        stage.change(victim, .limit, thief)
        for _ in 0..<stage.random.within(1...2) {
            stage.wait(minutes: 2...10)
            stage.transfer(victim, stage.yuan(30_000...80_000), to: stage.outsider(), thief)
        }
    }
}
