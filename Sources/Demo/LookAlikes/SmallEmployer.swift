extension LookAlike {
    /// An invoice is paid, and a small firm's owner pays the staff from it.
    static let smallEmployer = LookAlike("small-employer", "A firm is paid and pays its staff; C7") { stage in
        let owner = stage.neighbour(balanceYuan: 60_000)
        let staff = stage.random.within(5...9)
        stage.receive(owner, stage.yuan(20_000...90_000), from: stage.outsider())
        stage.wait(minutes: 20...240)
        let access = stage.ownAccess(owner)
        stage.login(owner, access)
        for member in 0..<staff {
            stage.wait(seconds: 30...120)
            stage.transfer(owner, stage.yuan(3_800...7_500), to: .outside(owner * 16 + member), access)
        }
    }
}
