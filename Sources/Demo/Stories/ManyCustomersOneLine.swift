extension FraudStory {
    /// A room full of phones on one line at home.
    static let manyCustomersOneLine = FraudStory(
        "many-customers-one-line", point: "C13", "Accounts of many people transfer from one line", hits: ["C13-address"]
    ) { stage in
        let address = stage.lineAddress()
        let city = stage.random.below(Geography.domesticCount)
        for _ in 0..<stage.random.within(14...17) {
            let mule = stage.recruit(balanceYuan: 4_000)
            let access = stage.access(device: stage.freshDevice(), address: address, city: city)
            stage.transfer(mule, stage.yuan(500...2_900), to: stage.outsider(), access)
            stage.wait(seconds: 60...180)
        }
    }
}
