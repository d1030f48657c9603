internal import Glibc

/// Card transactions as JSON Lines in memory: those of the published fraud-detection handbook where its data is at hand, otherwise drawn to the same
/// shape (5,000 customers, 10,000 terminals, 9,600 transactions a day).
struct HandbookWorkload {
    var name: String
    /// All lines, and where each begins; one more start marks the end.
    var bytes: [UInt8] = []
    var starts: [Int] = []

    var count: Int { starts.count - 1 }

    static let schema = """
        timezone: UTC
        events:
          transaction:
            topic: transactions
            id: tx_id
            time: time
            fields:
              customer_id: {type: string}
              terminal_id: {type: string}
              amount: {type: decimal, scale: 2}
              fraud: {type: int}
        entities:
          customer: {key: customer_id, history: 30d, record: [amount]}
          terminal: {key: terminal_id, history: 37d, record: [fraud]}
        """

    /// 12 indicators on two entities, and 100 rules of two to four conditions over them, of which few hold.
    static var package: String {
        var text = "package: handbook\nversion: \"1\"\non: [transaction]\nindicators:\n"
        for days in [1, 7, 30] {
            text += "  - {id: customer_count_\(days)d, entity: customer, aggregate: count, window: \(days)d}\n"
            text += "  - {id: customer_average_\(days)d, entity: customer, aggregate: avg(amount), window: \(days)d}\n"
        }
        for days in [1, 7, 30] {
            text += "  - {id: terminal_count_\(days)d, entity: terminal, aggregate: count, window: \(days)d, offset: 7d}\n"
            text += "  - {id: terminal_risk_\(days)d, entity: terminal, aggregate: avg(fraud), window: \(days)d, offset: 7d}\n"
        }
        text += "rules:\n"
        for rule in 0..<100 {
            let days = [1, 7, 30][rule % 3]
            let condition =
                switch rule % 4 {
                case 0: "amount > \(180 + rule).0 && customer_count_\(days)d >= \(5 + rule % 7)"
                case 1: "terminal_risk_\(days)d > 0.\(30 + rule % 60) && terminal_count_\(days)d >= 2 && amount > \(rule).0"
                case 2: "amount > customer_average_\(days)d * \(3 + rule % 5).0 && customer_count_30d > \(10 + rule)"
                default: "customer_count_1d >= \(8 + rule % 9) || (customer_average_7d > \(150 + rule).0 && terminal_count_7d < 3 && amount > 50.0)"
                }
            text += "  - {id: R\(rule), kind: score, score: \(1 + rule % 30), when: '\(condition)'}\n"
        }
        return text + "decide: {score: sum, levels: {yellow: 40, red: 80}}\n"
    }

    static func load() -> HandbookWorkload { published() ?? drawn() }

    private static func published() -> HandbookWorkload? {
        for folder in ["../shared/data/handbook", getenv("VANE_SHARED").map { String(cString: $0) + "/data/handbook" } ?? ""] {
            let path = folder + "/transactions.csv.zst"
            guard access(path, R_OK) == 0, let pipe = popen("zstd -dc '\(path)'", "r") else { continue }
            defer { pclose(pipe) }
            var workload = HandbookWorkload(name: "handbook, published")
            var line: UnsafeMutablePointer<CChar>?
            var capacity = 0
            defer { free(line) }
            _ = getline(&line, &capacity, pipe)
            while getline(&line, &capacity, pipe) > 0, let line {
                let cells = String(cString: line).split(separator: ",").map(String.init)
                guard cells.count >= 6 else { continue }
                workload.append(id: cells[0], time: cells[1], customer: cells[2], terminal: cells[3], amount: cells[4], fraud: cells[5])
            }
            workload.starts.append(workload.bytes.count)
            if workload.count > 0 { return workload }
        }
        return nil
    }

    private static func drawn() -> HandbookWorkload {
        var workload = HandbookWorkload(name: "handbook, drawn to its shape")
        var state: UInt64 = 7
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var time: Int64 = 1_522_540_800_000
        for index in 0..<585_000 {
            time += Int64(random(18_000))
            let amount = random(20_000)
            workload.append(
                id: String(index), time: String(time), customer: String(random(5_000)), terminal: String(random(10_000)),
                amount: "\(amount / 100).\(amount % 100 / 10)\(amount % 10)", fraud: random(120) == 0 ? "1" : "0")
        }
        workload.starts.append(workload.bytes.count)
        return workload
    }

    private mutating func append(id: String, time: String, customer: String, terminal: String, amount: String, fraud: String) {
        starts.append(bytes.count)
        let time = time.utf8.contains(UInt8(ascii: "T")) ? "\"\(time)\"" : time
        bytes.append(
            contentsOf:
                "{\"tx_id\":\"\(id)\",\"time\":\(time),\"customer_id\":\"\(customer)\",\"terminal_id\":\"\(terminal)\",\"amount\":\(amount),\"fraud\":\(fraud)}"
                .utf8)
    }
}
