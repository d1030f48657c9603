extension LookAlike {
    /// Back from years abroad, somebody uses an old account for groceries.
    static let sleeperReturns = LookAlike("sleeper-returns", "A dormant account buys groceries; C11") { stage in
        let person = stage.recruit(balanceYuan: 2_000, dormant: true)
        stage.customers[person].isRetired = false
        for _ in 0..<3 {
            stage.pay(person, stage.yuan(20...180), merchant: stage.merchantCount + 2, stage.ownAccess(person, .quickpay))
            stage.wait(minutes: 20...200)
        }
    }
}
