extension FraudStory {
    /// Emulated phones open accounts by the dozen: each is a new device, and the SDK knows all of them for what they are.
    static let emulatorFarm = FraudStory("emulator-farm", point: "D", "Emulated phones open accounts", hits: ["D-emulator", "D-machine", "D-farm"]) { stage in
        let city = stage.random.below(Geography.domesticCount)
        let address = stage.lineAddress()
        for member in 0..<stage.random.within(5...9) {
            let person = stage.newcomer(city: city)
            let device = stage.freshDevice()
            stage.customers[person].device = device
            let access = stage.access(device: device, address: address, city: city)
            stage.deviceRisk(person, access, member.isMultiple(of: 2) ? .emulator : .virtualMachine, severity: 3)
            stage.wait(seconds: 20...60)
            stage.open(person, access)
            stage.wait(minutes: 2...6)
        }
    }
}
