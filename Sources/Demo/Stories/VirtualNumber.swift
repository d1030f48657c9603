extension FraudStory {
    /// Numbers that were sold online, and a server to use them from.
    static let virtualNumber = FraudStory(
        "virtual-number", point: "A5", "Openings with numbers of a virtual operator, from a data centre", hits: ["A5", "A2-network"]
    ) { stage in
        for _ in 0..<stage.random.within(3...4) {
            let person = stage.newcomer()
            let phone = stage.virtualPhone()
            stage.customers[person].phone = phone
            let access = stage.access(device: stage.customers[person].device, address: stage.hostingAddress(), city: stage.customers[person].city)
            stage.open(person, access, phone: phone)
            stage.wait(minutes: 8...40)
        }
    }
}
