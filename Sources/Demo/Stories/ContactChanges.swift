extension FraudStory {
    /// Each buyer puts in a phone number of their own.
    static let contactChanges = FraudStory(
        "contact-changes", point: "C5", "Phone number and card changed right after the opening, and again", hits: ["C5-early", "C5-repeated"]
    ) { stage in
        let straw = stage.newcomer()
        stage.open(straw, stage.ownAccess(straw))
        stage.wait(minutes: 15...60)
        for step in 0..<stage.random.within(3...4) {
            let phone = Customer.phoneNumber(stage.freshNumber())
            let access = stage.access(
                device: stage.customers[straw].device, address: stage.carrierAddress(stage.customers[straw].city), city: stage.customers[straw].city)
            stage.change(straw, step == 1 ? .boundCard : .phone, access, newPhone: phone)
            stage.wait(minutes: 20...60)
        }
    }
}
