extension LookAlike {
    /// Colleagues pay each other for lunch, behind the firm's one address.
    static let officeNetwork = LookAlike("office-network", "Colleagues transfer behind one office address; C13") { stage in
        let first = stage.neighbour()
        let host = stage.customers[first]
        for _ in 0..<stage.random.within(5...9) {
            let colleague = stage.neighbour(city: host.city)
            let access = Access(
                channel: .mobile, device: stage.customers[colleague].device, address: host.workAddress, city: host.city, place: stage.near(host.work))
            stage.login(colleague, access)
            stage.wait(seconds: 30...90)
            stage.transfer(colleague, stage.yuan(15...60), to: .customer(first), access)
            stage.wait(minutes: 1...4)
        }
    }
}
