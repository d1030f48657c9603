extension LookAlike {
    /// One person, one account, their own phone at home.
    static let nightOpener = LookAlike("night-opener", "Somebody who cannot sleep opens an account; A2, B5") { stage in
        stage.waitUntilBeforeDawn()
        let person = stage.newcomer()
        let customer = stage.customers[person]
        stage.open(
            person, Access(channel: .mobile, device: customer.device, address: customer.homeAddress, city: customer.city, place: stage.near(customer.home)))
    }
}
