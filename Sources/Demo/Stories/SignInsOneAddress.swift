extension FraudStory {
    /// Bought accounts are looked through: which of them still live?
    static let signInsOneAddress = FraudStory(
        "sign-ins-one-address", point: "C6", "One line signs in to the accounts of many people", hits: ["C6-address"]
    ) { stage in
        let address = stage.lineAddress()
        let city = stage.random.below(Geography.domesticCount)
        for _ in 0..<stage.random.within(17...22) {
            let mule = stage.recruit()
            stage.login(mule, stage.access(device: stage.freshDevice(), address: address, city: city))
            stage.wait(seconds: 50...150)
        }
    }
}
