extension LookAlike {
    /// Children, parents and a grandmother do their banking on one phone.
    static let familyDevice = LookAlike("family-device", "A family of four uses one phone; C6") { stage in
        let head = stage.neighbour() / 4 * 4
        let device = stage.customers[head].device
        for member in head..<min(head + 4, stage.customerCount) where !stage.customers[member].isRetired {
            let access = Access(
                channel: .mobile, device: device, address: stage.customers[head].homeAddress, city: stage.customers[head].city,
                place: stage.near(stage.customers[head].home))
            stage.login(member, access)
            stage.wait(minutes: 1...3)
            stage.transfer(member, stage.yuan(20...900), to: .outside(member * 16), access)
            stage.wait(minutes: 3...20)
        }
    }
}
