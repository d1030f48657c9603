extension FraudStory {
    /// A passage account is known by now, and customers of this bank are talked into paying to it.
    static let listedPayee = FraudStory(
        "listed-payee", point: "C7", "Victims pay to an account that gathered money before", hits: ["C7-gather", "C7-payee"]
    ) { stage in
        let mule = stage.recruit()
        var sum: Int64 = 0
        for _ in 0..<stage.random.within(9...12) {
            let amount = stage.yuan(2_500...6_000)
            stage.receive(mule, amount, from: stage.outsider())
            sum += amount
            stage.wait(minutes: 1...4)
        }
        stage.wait(minutes: 3...15)
        stage.transfer(mule, sum / 10_000 * 9_900, to: stage.outsider(), stage.ownAccess(mule))
        for _ in 0..<stage.random.within(2...3) {
            stage.wait(minutes: 10...40)
            let victim = stage.recruit(balanceYuan: 12_000)
            let access = stage.ownAccess(victim)
            stage.login(victim, access)
            stage.wait(minutes: 1...4)
            stage.transfer(victim, stage.yuan(2_000...9_000), to: .customer(mule), access)
        }
    }
}
