extension LookAlike {
    /// The phone is made for games, and used for the rent too.
    static let gamer = LookAlike("gamer", "A player with a rooted phone and a false location pays the rent; D") { stage in
        let person = stage.neighbour(balanceYuan: 15_000)
        let access = stage.ownAccess(person)
        stage.deviceRisk(person, access, .root, severity: 1)
        stage.wait(seconds: 5...20)
        stage.deviceRisk(person, access, .locationSpoofing, severity: 2)
        stage.wait(minutes: 5...90)
        stage.login(person, access)
        stage.wait(minutes: 1...3)
        stage.transfer(person, stage.yuan(3_000...9_000), to: .outside(person * 16 + 1), access)
    }
}
