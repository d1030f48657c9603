extension LookAlike {
    /// Home in the morning, a flight, then a hotel that wants a transfer.
    static let holidayAbroad = LookAlike("holiday-abroad", "Somebody on holiday abroad pays and transfers; C12, C14") { stage in
        let person = stage.neighbour(balanceYuan: 20_000)
        stage.customers[person].isRetired = true
        stage.wait(minutes: 320...460)
        let city = stage.random.within(Geography.abroad)
        let device = stage.customers[person].device
        for _ in 0..<2 {
            let access = stage.access(device: device, address: stage.foreignAddress(), city: city)
            stage.pay(person, stage.yuan(20...600), merchant: stage.merchantCount + 3, access)
            stage.wait(minutes: 20...120)
        }
        stage.transfer(person, stage.yuan(500...9_000), to: stage.outsider(), stage.access(device: device, address: stage.foreignAddress(), city: city))
    }
}
