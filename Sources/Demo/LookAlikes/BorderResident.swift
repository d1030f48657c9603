extension LookAlike {
    /// People live there, and need accounts.
    static let borderResident = LookAlike("border-resident", "Somebody who lives near the border opens an account; A2") { stage in
        let city = Geography.domesticCount - 1
        let person = stage.newcomer(city: city)
        stage.customers[person].home = Geography.sensitivePlace
        var access = stage.ownAccess(person)
        access.place = stage.near(Geography.sensitivePlace)
        stage.open(person, access)
    }
}
