extension FraudStory {
    /// An account sleeps for more than half a year, then large sums run through it.
    static let dormantAccount = FraudStory("dormant-account", point: "C11", "A sleeping account wakes up with large transfers", hits: ["C11"]) { stage in
        let sleeper = stage.recruit(dormant: true)
        let access = stage.access(device: stage.freshDevice(), address: stage.lineAddress(), city: stage.customers[sleeper].city)
        stage.login(sleeper, access)
        stage.wait(minutes: 2...6)
        let amount = stage.yuan(40_000...90_000)
        stage.receive(sleeper, amount, from: stage.outsider())
        stage.wait(minutes: 10...40)
        for _ in 0..<2 {
            stage.transfer(sleeper, amount / 25_000 * 10_000, to: stage.outsider(), access)
            stage.wait(minutes: 2...9)
        }
    }
}
