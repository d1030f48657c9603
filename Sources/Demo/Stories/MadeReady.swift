extension FraudStory {
    /// Before it is handed over, everything that can be signed up for is signed up for.
    static let madeReady = FraudStory("made-ready", point: "C2", "Bindings, checks and sign-ups one after the other after the opening", hits: ["C2"]) { stage in
        let straw = stage.newcomer()
        let access = stage.ownAccess(straw)
        stage.open(straw, access)
        stage.wait(minutes: 5...20)
        stage.login(straw, access)
        for kind in [ChangeKind.identityCheck, .signUp, .boundCard, .limit, .signUp, .identityCheck, .password] {
            stage.wait(minutes: 1...6)
            stage.change(straw, kind, access)
        }
    }
}
