extension LookAlike {
    /// Coffee at home, a flight, lunch a thousand kilometres away.
    static let traveller = LookAlike("traveller", "Somebody flies to another city; C12") { stage in
        let person = stage.neighbour(balanceYuan: 5_000)
        let home = stage.customers[person].city
        var city = stage.random.below(Geography.domesticCount)
        while !Geography.areFar(home, city) { city = (city + 1) % Geography.domesticCount }
        stage.customers[person].isRetired = true
        stage.pay(person, stage.yuan(15...60), merchant: stage.merchantCount, stage.ownAccess(person, .quickpay))
        stage.wait(minutes: 190...300)
        for _ in 0..<3 {
            let access = Access(
                channel: .quickpay, device: stage.customers[person].device, address: stage.carrierAddress(city), city: city,
                place: stage.random.place(near: city))
            stage.pay(person, stage.yuan(20...400), merchant: stage.merchantCount + 1, access)
            stage.wait(minutes: 20...90)
        }
    }
}
