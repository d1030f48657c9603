extension FraudStory {
    /// A trojan takes over the phone and sends the balance away from the victim's own device.
    static let trojanThenTransfer = FraudStory("trojan-then-transfer", point: "D", "A trojan on the phone, then a large transfer") { stage in
        let victim = stage.recruit(balanceYuan: stage.random.within(30_000...120_000))
        let access = stage.ownAccess(victim)
        let risk: DeviceRiskKind = stage.random.chance(0.6) ? .trojan : stage.random.chance(0.5) ? .hook : .virus
        stage.deviceRisk(victim, access, risk, severity: 3)
        stage.wait(minutes: 5...30)
        stage.login(victim, access)
        for _ in 0..<stage.random.within(1...3) {
            stage.wait(minutes: 1...3)
            stage.transfer(victim, stage.yuan(6_000...19_500), to: stage.outsider(), access)
        }
    }
}
