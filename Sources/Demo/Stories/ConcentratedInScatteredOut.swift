extension FraudStory {
    /// One large sum arrives and is spread at once over many accounts, each below what attracts attention.
    static let concentratedInScatteredOut = FraudStory(
        "concentrated-in-scattered-out", point: "C7", "One large sum is spread over many accounts at once", hits: ["C7-scatter"]
    ) {
        stage in
        let mule = stage.recruit()
        let pieces = stage.random.within(9...15)
        let piece = stage.yuan(6_000...19_000)
        stage.receive(mule, piece * Int64(pieces), from: stage.outsider())
        stage.wait(minutes: 4...12)
        let access = stage.ownAccess(mule)
        stage.login(mule, access)
        for _ in 0..<pieces {
            stage.wait(seconds: 40...110)
            stage.transfer(mule, piece - stage.yuan(10...900), to: stage.outsider(), access)
        }
    }
}
