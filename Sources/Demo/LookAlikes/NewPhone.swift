extension LookAlike {
    /// A new phone is bound, and life goes on: some rent, some groceries.
    static let newPhone = LookAlike("new-phone", "Somebody buys a new phone; C4, C5") { stage in
        let person = stage.neighbour(balanceYuan: 9_000)
        let device = stage.freshDevice()
        let number = stage.random.chance(0.3) ? Customer.phoneNumber(stage.freshNumber()) : 0
        stage.customers[person].device = device
        stage.customers[person].isRooted = false
        let access = stage.ownAccess(person)
        stage.login(person, access)
        stage.wait(minutes: 1...3)
        stage.change(person, .device, access)
        if number != 0 {
            stage.customers[person].phone = number
            stage.wait(minutes: 1...3)
            stage.change(person, .phone, access, newPhone: number)
        }
        stage.wait(minutes: 10...200)
        stage.transfer(person, stage.yuan(200...6_000), to: .outside(person * 16 + 1), stage.ownAccess(person))
    }
}
