extension FraudStory {
    /// Victims pay into a mule account one by one; the gang then moves the sum on in one or two pieces.
    static let scatteredInConcentratedOut = FraudStory(
        "scattered-in-concentrated-out", point: "C7", "Many strangers pay in, one payee takes all", hits: ["C7-gather"]
    ) { stage in
        let mule = stage.recruit()
        let boss = stage.outsider()
        var sum: Int64 = 0
        for _ in 0..<stage.random.within(9...16) {
            let amount = stage.yuan(900...9_800)
            stage.receive(mule, amount, from: stage.outsider())
            sum += amount
            stage.wait(minutes: 1...4)
        }
        stage.wait(minutes: 3...15)
        let access = stage.ownAccess(mule)
        stage.login(mule, access)
        stage.wait(seconds: 30...90)
        let pieces = stage.random.within(1...2)
        for _ in 0..<pieces {
            stage.transfer(mule, sum / Int64(pieces) / 10_000 * 9_900, to: boss, access)
            stage.wait(minutes: 1...3)
        }
    }
}
