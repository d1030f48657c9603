extension FraudStory {
    /// An account is opened and sold: hours later another phone, in another city, moves money through it.
    static let soldAccount = FraudStory(
        "sold-account", point: "C4", "Operated from another phone and city than it was opened on", hits: ["C4-device", "C4-network", "C4-place"]
    ) { stage in
        let seller = stage.newcomer()
        let home = stage.customers[seller].city
        stage.customers[seller].isRooted = false
        stage.open(seller, stage.ownAccess(seller))
        stage.wait(minutes: 40...80)
        var city = stage.random.below(Geography.domesticCount)
        while !Geography.areFar(home, city) { city = (city + 1) % Geography.domesticCount }
        let buyer = stage.access(device: stage.freshDevice(), address: stage.lineAddress(), city: city)
        stage.change(seller, .device, buyer)
        stage.wait(minutes: 1...3)
        stage.login(seller, buyer)
        stage.receive(seller, stage.yuan(30_000...60_000), from: stage.outsider())
        for _ in 0..<stage.random.within(2...3) {
            stage.wait(minutes: 2...8)
            stage.transfer(seller, stage.yuan(6_000...9_900), to: stage.outsider(), buyer)
        }
    }
}
