extension FraudStory {
    /// A card is used at home and, before any plane could have landed, a thousand kilometres away.
    static let impossibleTravel = FraudStory("impossible-travel", point: "C12", "One card in two cities within minutes", hits: ["C12-place"]) { stage in
        let victim = stage.recruit(balanceYuan: 40_000)
        let home = stage.customers[victim].city
        var city = stage.random.below(Geography.domesticCount)
        while !Geography.areFar(home, city) { city = (city + 1) % Geography.domesticCount }
        stage.pay(victim, stage.yuan(15...90), merchant: stage.merchantCount, stage.ownAccess(victim, .pos))
        for _ in 0..<stage.random.within(2...3) {
            stage.wait(minutes: 9...20)
            stage.withdraw(victim, stage.yuan(3_000...9_900), at: stage.random.place(near: city), city: city)
        }
    }
}
