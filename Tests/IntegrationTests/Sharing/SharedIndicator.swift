/// An indicator of the shared stream's package, and what it must be: a plain computation over events.
struct SharedIndicator {
    enum Aggregate: String { case count, sum = "sum(amount)", max = "max(amount)", accounts = "distinct(account)", addresses = "distinct(address)" }

    let id: String
    let entity: String
    let aggregate: Aggregate
    /// Nil for the lifetime.
    let hours: Int?

    static let all = [
        SharedIndicator(id: "a_count", entity: "account", aggregate: .count, hours: 1),
        SharedIndicator(id: "a_sum", entity: "account", aggregate: .sum, hours: 6),
        SharedIndicator(id: "a_addresses", entity: "account", aggregate: .addresses, hours: 240),
        SharedIndicator(id: "a_all", entity: "account", aggregate: .count, hours: nil),
        SharedIndicator(id: "d_count", entity: "device", aggregate: .count, hours: 6),
        SharedIndicator(id: "d_sum", entity: "device", aggregate: .sum, hours: 1),
        SharedIndicator(id: "d_accounts", entity: "device", aggregate: .accounts, hours: 12),
        SharedIndicator(id: "d_all", entity: "device", aggregate: .count, hours: nil),
        SharedIndicator(id: "i_count", entity: "address", aggregate: .count, hours: 1),
        SharedIndicator(id: "i_max", entity: "address", aggregate: .max, hours: 3),
        SharedIndicator(id: "i_accounts", entity: "address", aggregate: .accounts, hours: 12),
        SharedIndicator(id: "i_all", entity: "address", aggregate: .sum, hours: nil),
    ]

    var yaml: String { "  - {id: \(id), entity: \(entity), aggregate: \(aggregate.rawValue), window: \(hours.map { "\($0)h" } ?? "all")}" }
}

/// The events of one entity, in the order of their times.
struct SharedHistory {
    private var events: [SharedEvent] = []

    mutating func insert(_ event: SharedEvent) { events.insert(event, at: end(event.time)) }

    /// What an indicator is at a time; nil where it does not exist.
    func value(_ indicator: SharedIndicator, at time: Int64) -> Double? {
        let from = indicator.hours.map { end(time - Int64($0) * 3_600_000) } ?? 0
        let window = events[from..<end(time)]
        switch indicator.aggregate {
        case .count: return Double(window.count)
        case .sum: return Double(window.reduce(0) { $0 + $1.amount })
        case .max: return window.map(\.amount).max().map { Double($0) }
        case .accounts: return distinct(window.compactMap(\.account))
        case .addresses: return distinct(window.compactMap(\.address))
        }
    }

    private func distinct(_ values: [String]) -> Double? { values.isEmpty ? nil : Double(Set(values).count) }

    /// Where the events that are later than a time begin.
    private func end(_ time: Int64) -> Int {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
