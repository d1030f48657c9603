extension FraudStory {
    /// Emulated phones open accounts by the dozen: each is a new device, and the SDK knows all of them for what they are.
    static let emulatorFarm = FraudStory("emulator-farm", point: "D", "Emulated phones open accounts") { stage in
        let city = stage.random.below(Geography.domesticCount)
        let address = stage.lineAddress()
        for _ in 0..<stage.random.within(5...9) {
            let person = stage.newcomer(city: city)
            let device = stage.freshDevice()
            stage.customers[person].device = device
            let access = stage.access(device: device, address: address, city: city)
            stage.deviceRisk(person, access, stage.random.chance(0.7) ? .emulator : .virtualMachine, severity: 3)
            stage.wait(seconds: 20...60)
            stage.open(person, access)
            stage.wait(minutes: 2...6)
        }
    }
}
