extension FraudStory {
    /// The addresses change with each account, the network card does not.
    static let manyCustomersOneComputer = FraudStory(
        "many-customers-one-computer", point: "C13", "One computer works through the accounts of many people", hits: ["C13-mac"]
    ) { stage in
        let mac = stage.random.next()
        for _ in 0..<stage.random.within(6...9) {
            let mule = stage.recruit(balanceYuan: 4_000)
            let city = stage.customers[mule].city
            let access = Access(channel: .web, mac: mac, address: stage.carrierAddress(city), city: city)
            stage.login(mule, access)
            stage.wait(minutes: 1...3)
            stage.transfer(mule, stage.yuan(500...2_900), to: stage.outsider(), access)
            stage.wait(minutes: 2...8)
        }
    }
}
