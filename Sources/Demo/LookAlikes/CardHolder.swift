extension LookAlike {
    /// A mistyped digit, and two wallets.
    static let cardHolder = LookAlike("card-holder", "Somebody binds one card at two banks; B3, B4") { stage in
        let person = stage.neighbour()
        let first = 1 + stage.random.below(Stage.banks - 2)
        for (bank, status) in [(first, Status.failed), (first, .success), (first + 1, .success)] {
            stage.verify(person, card: stage.customers[person].number, requesting: bank, issuing: 0, .mobile, status: status)
            stage.wait(minutes: 3...50)
        }
    }
}
