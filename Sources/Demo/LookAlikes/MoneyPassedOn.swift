extension LookAlike {
    /// A relative sends money for the flat, and it goes to the seller within the hour.
    static let moneyPassedOn = LookAlike("money-passed-on", "A relative's money goes to the seller of a flat; C8") { stage in
        let buyer = stage.neighbour(balanceYuan: 30_000)
        let amount = stage.yuan(30_000...120_000)
        stage.receive(buyer, amount, from: .outside(buyer * 16 + 2))
        stage.wait(minutes: 12...55)
        let access = stage.ownAccess(buyer)
        stage.login(buyer, access)
        stage.wait(seconds: 40...90)
        stage.transfer(buyer, amount, to: stage.outsider(), access)
    }
}
