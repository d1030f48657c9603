extension FraudStory {
    static let trojan = attackedDevice("trojan", "A trojan on the phone, then large transfers", .trojan, hits: "D-trojan")
    static let virus = attackedDevice("virus", "A virus on the phone, then large transfers", .virus, hits: "D-virus")
    static let tampering = attackedDevice("tampering", "A tampered app, then large transfers", .tampering, hits: "D-tampering")
    static let memoryDebugging = attackedDevice("memory-debugging", "The app's memory is debugged, then large transfers", .memoryDebugging, hits: "D-debugging")
    static let hook = attackedDevice("hook", "An attack framework on the phone, then large transfers", .hook, hits: "D-hook")

    /// Somebody else works on the victim's own phone and sends the balance away from there.
    private static func attackedDevice(_ name: String, _ text: String, _ risk: DeviceRiskKind, hits rule: String) -> FraudStory {
        FraudStory(name, point: "D", text, hits: [rule]) { stage in
            let victim = stage.recruit(balanceYuan: stage.random.within(30_000...120_000))
            let access = stage.ownAccess(victim)
            stage.deviceRisk(victim, access, risk, severity: 3)
            stage.wait(minutes: 5...30)
            stage.login(victim, access)
            for _ in 0..<stage.random.within(1...3) {
                stage.wait(minutes: 1...3)
                stage.transfer(victim, stage.yuan(6_000...19_500), to: stage.outsider(), access)
            }
        }
    }
}
