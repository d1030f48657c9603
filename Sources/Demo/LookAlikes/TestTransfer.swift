extension LookAlike {
    /// One yuan to the new landlord, "did it arrive?", then the deposit.
    static let testTransfer = LookAlike("test-transfer", "One yuan first, then rent and deposit; C10") { stage in
        let tenant = stage.neighbour(balanceYuan: 40_000)
        let landlord = stage.outsider()
        let access = stage.ownAccess(tenant)
        stage.login(tenant, access)
        stage.wait(seconds: 30...60)
        stage.transfer(tenant, 100, to: landlord, access)
        stage.wait(minutes: 2...10)
        stage.transfer(tenant, stage.yuan(6_000...26_000), to: landlord, access)
    }
}
