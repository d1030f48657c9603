/// One event over an account, by which Kafka partitions, and a device and an address that events of other partitions share.
struct SharedEvent {
    var id: String
    /// Milliseconds since 1970.
    var time: Int64
    var account: String?
    var device: String?
    var address: String?
    var amount: Int

    func name(_ entity: String) -> String? {
        switch entity {
        case "account": account
        case "device": device
        default: address
        }
    }

    var json: String {
        var text = "{\"id\":\"\(id)\",\"time\":\(time),\"amount\":\(amount)"
        if let account { text += ",\"account\":\"\(account)\"" }
        if let device { text += ",\"device\":\"\(device)\"" }
        if let address { text += ",\"address\":\"\(address)\"" }
        return text + "}"
    }
}

/// A fixed stream of events, the same for every run: some come late, some twice.
struct SharedStream {
    /// In the order of sending, duplicates included.
    private(set) var events: [SharedEvent] = []
    /// Each once, in the order of their first sending.
    private(set) var unique: [SharedEvent] = []

    private static let begin: Int64 = 1_772_323_200_000
    private static let stepMilliseconds = 5_000
    /// So late an event may be: beyond a third of the windows, and far within the history.
    private static let lateMilliseconds = 7_200_000
    /// So many sendings back an event may be sent again.
    private static let duplicateReach = 3_000

    init(seed: UInt64, count: Int, accounts: Int, devices: Int, addresses: Int) {
        var random = Dice(seed: seed)
        for number in 0..<count {
            if number > 0 && random.below(100) < 4 {
                events.append(events[events.count - 1 - random.below(min(events.count, Self.duplicateReach))])
                continue
            }
            let late = random.below(100) < 15 ? random.below(Self.lateMilliseconds) : 0
            let event = SharedEvent(
                id: "e\(number)", time: Self.begin + Int64(number * Self.stepMilliseconds + random.below(Self.stepMilliseconds) - late),
                account: "A\(random.below(accounts))", device: random.below(100) < 90 ? "D\(random.below(devices))" : nil,
                address: "I\(random.below(addresses))", amount: random.below(500))
            events.append(event)
            unique.append(event)
        }
    }

    /// One event for each entity, later than everything else: what it sees is all there is.
    func probes() -> [SharedEvent] {
        let time = unique.reduce(0) { max($0, $1.time) } + 1_000
        return ["account", "device", "address"].flatMap { entity in
            Set(unique.compactMap { $0.name(entity) }).sorted().map { name in
                SharedEvent(
                    id: "probe-\(name)", time: time, account: entity == "account" ? name : nil, device: entity == "device" ? name : nil,
                    address: entity == "address" ? name : nil, amount: 1)
            }
        }
    }
}

/// Random numbers that a seed gives again (SplitMix64).
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((word ^ word >> 31) % UInt64(limit))
    }
}
