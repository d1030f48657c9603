extension FraudStory {
    /// A room full of phones behind one server abroad.
    static let manyCustomersOneAddress = FraudStory(
        "many-customers-one-address", point: "C13", "Accounts of many people use one address abroad", hits: ["C13-abroad", "C13-listed"]
    ) { stage in
        let city = stage.random.within(Geography.abroad)
        let address = stage.foreignAddress()
        for _ in 0..<stage.random.within(10...14) {
            let mule = stage.recruit(balanceYuan: 6_000)
            var access = stage.ownAccess(mule)
            // The phones pretend to be where their owners live; the address does not.
            access.address = address
            access.city = city
            stage.login(mule, access)
            stage.wait(seconds: 20...60)
            stage.transfer(mule, stage.yuan(900...5_900), to: stage.outsider(), access)
            stage.wait(minutes: 1...4)
        }
    }
}
