extension FraudStory {
    /// A tool shows the bank a new phone each time.
    static let changingFingerprints = FraudStory(
        "changing-fingerprints", point: "D", "The fingerprints of one customer keep changing", hits: ["D-fingerprint"]
    ) { stage in
        let victim = stage.recruit(balanceYuan: 12_000)
        let city = stage.customers[victim].city
        for _ in 0..<stage.random.within(5...7) {
            let access = stage.access(device: stage.freshDevice(), address: stage.lineAddress(), city: city)
            stage.login(victim, access)
            stage.wait(minutes: 2...6)
            stage.transfer(victim, stage.yuan(300...1_500), to: stage.outsider(), access)
            stage.wait(minutes: 10...30)
        }
    }
}
