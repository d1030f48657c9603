extension LookAlike {
    /// A wrong password, four settings, a hundred yuan from a friend and half of it back.
    static let settingUp = LookAlike("setting-up", "A new customer sets the app up and tries it out; C2, C3, C15, C17") { stage in
        let person = stage.newcomer()
        stage.open(person, stage.ownAccess(person))
        stage.wait(minutes: 5...40)
        let access = stage.ownAccess(person)
        stage.login(person, access, status: .failed)
        stage.wait(seconds: 20...60)
        stage.login(person, access)
        for kind in [ChangeKind.device, .password, .signUp, .limit] {
            stage.wait(minutes: 1...5)
            stage.change(person, kind, access)
        }
        stage.wait(minutes: 10...60)
        let friend = Party.outside(stage.customers[person].number * 16)
        stage.receive(person, 10_000, from: friend)
        stage.wait(minutes: 5...40)
        stage.transfer(person, stage.yuan(20...70), to: friend, access)
    }
}
