extension LookAlike {
    /// Many transfers within the hour, and none of them large.
    static let redEnvelopes = LookAlike("red-envelopes", "A grandmother sends red envelopes to everybody; C7, C9") { stage in
        let sender = stage.neighbour(balanceYuan: 6_000)
        let access = stage.ownAccess(sender)
        stage.login(sender, access)
        for relative in 0..<stage.random.within(11...15) {
            stage.wait(seconds: 60...180)
            stage.transfer(sender, stage.yuan(66...200), to: .outside(sender * 16 + relative), access)
        }
    }
}
