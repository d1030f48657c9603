extension LookAlike {
    /// First-year students open their accounts at the branch on the campus in one morning.
    static let campusOpening = LookAlike("campus-opening", "Students of one age open accounts at one branch; A3") { stage in
        let branch = 1 + stage.random.below(stage.branches)
        let city = stage.random.below(Geography.domesticCount)
        for _ in 0..<stage.random.within(6...14) {
            let student = stage.newcomer(city: city, birthYear: stage.random.within(2006...2008))
            stage.open(student, stage.ownAccess(student), branch: branch)
            stage.wait(minutes: 2...8)
        }
    }
}
