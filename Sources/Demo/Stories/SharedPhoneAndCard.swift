extension FraudStory {
    /// Straw men apply, and the gang's phone and card stand behind all of them.
    static let sharedPhoneAndCard = FraudStory(
        "shared-phone-and-card", point: "A1", "Several people open accounts with one phone number and one card", hits: ["A1-phone", "A1-card"]
    ) { stage in
        let city = stage.random.below(Geography.domesticCount)
        let phone = Customer.phoneNumber(stage.freshNumber())
        let card = 50_000_000 + stage.freshNumber()
        for _ in 0..<stage.random.within(4...6) {
            let person = stage.newcomer(city: city)
            stage.customers[person].phone = phone
            stage.open(person, stage.ownAccess(person), phone: phone, card: card)
            stage.wait(minutes: 6...25)
        }
    }
}
