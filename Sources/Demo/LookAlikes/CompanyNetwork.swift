extension LookAlike {
    /// All that a large firm's employees do comes from its data centre.
    static let companyNetwork = LookAlike("company-network", "Somebody banks through the VPN of their firm; A2, C14") { stage in
        let person = stage.neighbour(balanceYuan: 12_000)
        var access = stage.ownAccess(person)
        access.address = stage.hostingAddress()
        stage.login(person, access)
        stage.wait(minutes: 1...4)
        stage.transfer(person, stage.yuan(200...9_000), to: .outside(person * 16 + 1), access)
    }
}
