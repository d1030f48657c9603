import Glibc
import Testing

extension IntegrationTests {
    /// A real bank's accounts through Kafka, decided by `vane run`, against arrays and loops.
    @Suite(.enabled(if: Places.exists(Places.berka + "/trans.asc.zst"), "no shared/data/berka (VANE_SHARED)"))
    struct BerkaTests {
        @Test func everyDecisionAgreesWithPlainLoops() throws {
            let bank = try BerkaYear()
            let cluster = try Cluster.of(Cluster.best)
            let name = Cluster.unique("berka")
            let topics = (openings: name + "-openings", transactions: name + "-transactions", alerts: name + "-alerts", decisions: name + "-decisions")
            for topic in [topics.openings, topics.transactions] { try cluster.createTopic(topic, partitions: 3) }
            for topic in [topics.alerts, topics.decisions, name + "-actions", name + "-letters", name + "-lists"] {
                try cluster.createTopic(topic, partitions: 1)
            }
            let folder = Folder()
            let schema = try Folder.read(Places.fixtures + "/berka/schema.yaml").replacing("berka-openings", with: topics.openings)
                .replacing("berka-transactions", with: topics.transactions)
            try folder.write("schema.yaml", schema)
            try folder.write(
                "vane.yaml",
                """
                schema: schema.yaml
                packages: [{path: \(Places.fixtures)/berka/package.yaml}]
                kafka:
                  bootstrap: "\(cluster.bootstrap)"
                  group: \(name)
                  decisions: all
                  topics: {alerts: \(topics.alerts), decisions: \(topics.decisions), control_actions: \(name)-actions, dead_letters: \(name)-letters, list_entries: \(name)-lists}
                """)
            let vane = try Child(["run", "--config", folder.path + "/vane.yaml"])
            let feed = try Feed(cluster)
            let tap = try Tap(cluster, [topics.decisions, topics.alerts, name + "-letters"])

            for opening in bank.openings {
                feed.send(
                    topics.openings, key: opening.account,
                    "{\"event_id\":\"o\(opening.account)\",\"day\":\"\(opening.day.text)\",\"account_id\":\"\(opening.account)\",\"district\":\(opening.district)}"
                )
            }
            feed.flush()
            // Topics have no order among themselves: the accounts are open before they are used.
            try tap.read([topics.decisions: bank.openings.count])
            for movement in bank.movements {
                let partner = movement.partner.map { ",\"partner\":\"\($0)\"" } ?? ""
                feed.send(
                    topics.transactions, key: movement.account,
                    "{\"event_id\":\"\(movement.id)\",\"day\":\"\(movement.day.text)\",\"account_id\":\"\(movement.account)\","
                        + "\"direction\":\"\(movement.isOut ? "out" : "in")\",\"amount\":\(movement.amountText),\"balance\":\(movement.balanceText)\(partner)}")
            }
            feed.flush()
            let expected = bank.decide()
            try tap.read([topics.decisions: bank.openings.count + bank.movements.count, topics.alerts: expected.count], within: .seconds(240))
            vane.signal(SIGTERM)
            #expect(try vane.wait() == 0)
            try tap.readToEnd()

            #expect(tap.of(name + "-letters").isEmpty)
            let alerts = tap.of(topics.alerts)
            #expect(alerts.count == expected.count && Set(alerts.map(\.eventID)) == Set(expected.keys))
            for rule in ["early", "partners", "passed_on", "unusual", "emptied"] {
                let count = expected.values.count { $0.rules.contains(rule) }
                #expect(count > 50, "\(rule) is put to the test, \(count) times")
            }
            var wrong: [String] = []
            for alert in alerts {
                guard let right = expected[alert.eventID] else { continue }
                let body = alert.json
                if alert.rules != right.rules || body["score"].double != right.score || body["level"].string != right.level {
                    wrong.append("\(alert.eventID): \(alert.rules) \(body["score"]) \(body["level"]), expected \(right)")
                }
                for evidence in body["evidence"].array {
                    let indicator = evidence["indicator"].string ?? ""
                    let value = evidence["value"].double ?? evidence["value"].string.flatMap { Double($0.dropLast()) }
                    let same = value.flatMap { value in right.indicators[indicator].map { abs(value - $0) <= 1e-9 * abs($0) } } ?? false
                    if !same { wrong.append("\(alert.eventID) \(indicator): \(evidence["value"]), expected \(right.indicators[indicator] as Any)") }
                }
            }
            #expect(wrong.isEmpty, "\(wrong.count) differ: \(wrong.prefix(10))")
            // What the decisions topic says of all others: nothing hit.
            let decided = tap.of(topics.decisions)
            #expect(Set(decided.map(\.eventID)).count == decided.count)
            let quiet = decided.filter { expected[$0.eventID] == nil }
            #expect(quiet.allSatisfy { $0.json["decision"]["hits"].array.isEmpty })
        }
    }
}

/// The bank's openings and movements of 1993, and what the package of the fixtures concludes about them: computed with arrays, from nothing of Vane's.
private struct BerkaYear {
    struct Day: Comparable {
        /// Days since 1992-12-31.
        let number: Int
        let text: String

        /// - Parameter yymmdd: as the bank writes it.
        init(_ yymmdd: Substring) {
            let digits = yymmdd.filter(\.isNumber)
            let (month, day) = (Int(digits.dropFirst(2).prefix(2))!, Int(digits.suffix(2))!)
            let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
            number = before[month - 1] + day
            text = "19\(digits.prefix(2))-\(digits.dropFirst(2).prefix(2))-\(digits.suffix(2))T00:00:00Z"
        }

        static func < (one: Day, other: Day) -> Bool { one.number < other.number }
    }

    struct Opening {
        let account: String, day: Day, district: String
    }

    struct Movement {
        let id: String, account: String, day: Day, isOut: Bool, amount: Int, balance: Int, amountText: String, balanceText: String, partner: String?
    }

    struct Conclusion {
        var rules: [String] = []
        var score = 0.0
        var level = "green"
        var indicators: [String: Double] = [:]
    }

    var openings: [Opening] = []
    var movements: [Movement] = []

    init() throws {
        for line in try Folder.read(Places.berka + "/account.asc").split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ";", omittingEmptySubsequences: false)
            if cells[3].hasPrefix("93") { openings.append(Opening(account: String(cells[0]), day: Day(cells[3]), district: String(cells[1]))) }
        }
        for line in try Shell.run("zstd -dc '\(Places.berka)/trans.asc.zst'").split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ";", omittingEmptySubsequences: false)
            guard cells[2].hasPrefix("93") else { break }
            let partner = cells[9].filter { $0 != "\"" }
            movements.append(
                Movement(
                    id: "t\(cells[0])", account: String(cells[1]), day: Day(cells[2]), isOut: cells[3] != "\"PRIJEM\"", amount: Self.hundredths(cells[5]),
                    balance: Self.hundredths(cells[6]), amountText: String(cells[5]), balanceText: String(cells[6]),
                    partner: partner.isEmpty ? nil : partner))
        }
    }

    private static func hundredths(_ text: Substring) -> Int {
        let parts = text.split(separator: ".")
        let whole = Int(parts[0])!
        return whole * 100 + (text.hasPrefix("-") ? -1 : 1) * Int(parts[1])!
    }

    /// By event id, for those that hit.
    func decide() -> [String: Conclusion] {
        var opened: [String: Day] = [:]
        for opening in openings { opened[opening.account] = opening.day }
        var past: [String: [Movement]] = [:]
        var conclusions: [String: Conclusion] = [:]
        for now in movements {
            past[now.account, default: []].append(now)
            guard now.isOut else { continue }
            func last(_ days: Int) -> [Movement] { past[now.account]!.filter { $0.day.number > now.day.number - days } }
            let month = last(30)
            let outMonth = month.filter(\.isOut)
            let outQuarter = last(90).filter(\.isOut)
            let lastIn = last(7).last { !$0.isOut }?.amount
            let partners = Set(outMonth.compactMap(\.partner)).count
            let sum = outMonth.reduce(0) { $0 + $1.amount }
            let quarterSum = outQuarter.reduce(0) { $0 + $1.amount }
            let lowest = month.map(\.balance).min()!
            let open = opened[now.account].map { now.day.number - $0.number }

            var result = Conclusion()
            if now.amount >= 1_000_000, let open, open <= 30 { result.hit("early", 30) }
            if now.partner != nil && partners >= 2 { result.hit("partners", 40) }
            if now.amount >= 500_000, let lastIn, Double(now.amount) / 100 >= 0.9 * (Double(lastIn) / 100) { result.hit("passed_on", 50) }
            if now.amount * outQuarter.count > 3 * quarterSum { result.hit("unusual", 0) }
            if now.balance <= lowest && sum >= 2_000_000 && month.contains(where: { !$0.isOut }) { result.hit("emptied", 25) }
            if result.rules.isEmpty { continue }
            result.score = min(result.score, 100)
            result.level = result.score >= 90 ? "red" : result.score >= 40 ? "yellow" : "green"
            result.indicators = [
                "partners_30d": Double(partners), "out_sum_30d": Double(sum) / 100, "in_count_30d": Double(month.count { !$0.isOut }),
                "avg_out_90d": Double(quarterSum) / 100 / Double(outQuarter.count), "balance_min_30d": Double(lowest) / 100,
            ]
            if let open { result.indicators["opened_for"] = Double(open) * 86_400 }
            if let lastIn { result.indicators["last_in_7d"] = Double(lastIn) / 100 }
            conclusions[now.id] = result
        }
        return conclusions
    }
}

extension BerkaYear.Conclusion {
    fileprivate mutating func hit(_ rule: String, _ points: Double) {
        rules.append(rule)
        score += points
    }
}
