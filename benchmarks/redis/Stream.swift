/// Events as JSON Lines in memory: payments with five entities each, drawn evenly.
struct Stream {
    static let schema = """
        timezone: UTC
        events:
          payment:
            topic: payments
            id: id
            time: time
            fields:
              account: {type: string}
              card: {type: string}
              device: {type: string}
              ip: {type: string}
              merchant: {type: string}
              amount: {type: decimal, scale: 2}
              direction: {type: enum, values: [in, out]}
        entities:
          account: {key: account, history: 30d, record: [amount, direction]}
          card: {key: card, history: 30d, record: [amount]}
          device: {key: device, history: 30d, record: [amount]}
          ip: {key: ip, history: 30d, record: [amount]}
          merchant: {key: merchant, history: 30d, record: [amount, account]}
        """

    /// Twelve indicators on the five entities, and as many rules, which rarely hold.
    static var package: String {
        let indicators = [
            ("account", "count", "1h"), ("account", "sum(amount)", "1d"), ("account", "max(amount)", "7d"),
            ("card", "count", "1h"), ("card", "avg(amount)", "7d"), ("card", "sum(amount)", "1d"),
            ("device", "count", "1d"), ("device", "sum(amount)", "7d"), ("ip", "count", "1h"),
            ("ip", "sum(amount)", "1d"), ("merchant", "count", "1d"), ("merchant", "avg(amount)", "7d"),
        ]
        var text = "package: shared\nversion: \"1\"\non: [payment]\nindicators:\n"
        for (number, (entity, aggregate, window)) in indicators.enumerated() {
            text += "  - {id: i\(number), entity: \(entity), aggregate: \(aggregate), window: \(window)}\n"
        }
        text += "rules:\n"
        for number in indicators.indices {
            text += "  - {id: R\(number), kind: score, score: 10, when: 'i\(number) > \(1_000_000 + number).0 && amount > 1.0'}\n"
        }
        return text + "decide: {score: sum, levels: {red: 40}}\n"
    }

    /// How many accounts, cards, devices, addresses and merchants there are: so many entities together.
    struct Population {
        var counts = [60_000, 60_000, 50_000, 25_000, 5_000]
        var total: Int { counts.reduce(0, +) }
        /// As many of each.
        static func even(_ total: Int) -> Population { Population(counts: Array(repeating: total / 5, count: 5)) }
    }

    private(set) var bytes: [UInt8] = []
    private(set) var starts = [0]
    var count: Int { starts.count - 1 }

    /// - Parameters:
    ///   - first: number of the first event; it is its id, and a hundredth of a second its time.
    ///   - random: entities are drawn; otherwise they take turns, so that as many events as there are of the most reach all.
    init(_ count: Int, from first: Int, _ population: Population, random: Bool = true) {
        var state = UInt64(first) &* 2 &+ 1
        func place(_ number: Int, _ bound: Int) -> Int {
            guard random else { return number % bound }
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let counts = population.counts
        for number in first..<(first + count) {
            bytes.append(
                contentsOf:
                    "{\"id\":\"E\(number)\",\"time\":\(1_600_000_000_000 + number * 10),\"account\":\"62170000\(place(number, counts[0]))\",\"card\":\"4000\(place(number, counts[1]))\",\"device\":\"d4f7a2b1c9e8430f\(place(number, counts[2]))\",\"ip\":\"10.0.\(place(number, counts[3]))\",\"merchant\":\"M\(place(number, counts[4]))\",\"amount\":\(number % 3_000).\(10 + number % 90),\"direction\":\"\(number % 3 == 0 ? "in" : "out")\"}"
                    .utf8)
            starts.append(bytes.count)
        }
    }

    @inline(__always) func withEvent<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[starts[index]..<starts[index + 1]])) }
    }
}
