extension LookAlike {
    /// Virtual operators have honest customers, most of all.
    static let cheapNumber = LookAlike("cheap-number", "Somebody with a cheap number opens an account; A5") { stage in
        let person = stage.newcomer()
        let phone = stage.virtualPhone()
        stage.customers[person].phone = phone
        stage.open(person, stage.ownAccess(person), phone: phone)
    }
}
