extension LookAlike {
    /// A stall is paid by transfers, and pays its supplier in the evening; something stays.
    static let marketStall = LookAlike("market-stall", "Many customers pay a stall, which pays its supplier; C7") { stage in
        let owner = stage.neighbour(balanceYuan: 4_000)
        var sum: Int64 = 0
        for _ in 0..<stage.random.within(12...25) {
            let amount = stage.yuan(8...260)
            stage.receive(owner, amount, from: stage.outsider())
            sum += amount
            stage.wait(minutes: 2...9)
        }
        let access = stage.ownAccess(owner)
        stage.login(owner, access)
        stage.wait(seconds: 30...60)
        stage.transfer(owner, sum / 10_000 * Int64(stage.random.within(5_500...9_000)), to: .outside(owner * 16 + 9), access)
    }
}
