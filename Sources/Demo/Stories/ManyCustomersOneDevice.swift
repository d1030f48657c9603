extension FraudStory {
    /// A gang works through bought accounts on one phone.
    static let manyCustomersOneDevice = FraudStory(
        "many-customers-one-device", point: "C6", "One phone operates the accounts of many people", hits: ["C6-device", "C6-listed"]
    ) { stage in
        let device = stage.freshDevice()
        let city = stage.random.below(Geography.domesticCount)
        for _ in 0..<stage.random.within(11...14) {
            let mule = stage.recruit(balanceYuan: 3_000)
            let access = stage.access(device: device, address: stage.carrierAddress(city), city: city)
            stage.customers[mule].isRooted = false
            stage.login(mule, access)
            stage.wait(seconds: 30...90)
            stage.transfer(mule, stage.yuan(500...2_900), to: stage.outsider(), access)
            stage.wait(minutes: 2...6)
        }
    }
}
