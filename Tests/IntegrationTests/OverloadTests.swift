import Glibc
import Testing

extension IntegrationTests {
    /// Packages that are passed over when events come late, and come back.
    @Suite(.enabled(if: Cluster.hasReal, Cluster.skipReason)) struct OverloadTests {
        @Test func lagPassesOverWhatCanWait() throws {
            let vane = try Deployment(Cluster.of(.real), rest: "budget: 3s")
            for priority in ["critical", "normal", "deferrable"] {
                try vane.folder.write(
                    "rules/\(priority)/package.yaml",
                    """
                    package: \(priority)
                    version: "1"
                    priority: \(priority)
                    on: [transaction]
                    rules:
                      - {id: \(priority), kind: hit, when: 'amount > 0.0'}
                    """)
            }
            let feed = try Feed(vane.cluster)
            let process = try vane.start()
            let tap = try Tap(vane.cluster, [vane.alerts])
            // It decides in time before it lags.
            for number in 1...5 {
                vane.send(feed, "first-\(number)", account: "A", amount: "1.00")
                feed.flush()
                try tap.read([vane.alerts: number])
            }
            // The lag: longer than the budget.
            process.signal(SIGSTOP)
            for number in 0..<100 { vane.send(feed, "late-\(number)", account: "A\(number)", amount: "1.00") }
            feed.flush()
            usleep(3_200_000)
            process.signal(SIGCONT)
            try tap.read([vane.alerts: 105])
            for alert in tap.records.dropFirst(5) {
                #expect(alert.rules == ["critical"])
                #expect(alert.json["degraded"].string == "overload: deferrable and normal packages are passed over")
            }
            try process.says("overload")
            // Without lag all come back, one after the other.
            var seen: [[String]] = []
            var number = 0
            let deadline = ContinuousClock.now + patience
            while seen.last?.count != 3 {
                try #require(ContinuousClock.now < deadline, "not all packages run again: \(seen.suffix(5))")
                // So little that thousands of them, which a fast machine takes, add up to no other rule's sum.
                vane.send(feed, "calm-\(number)", account: "B", amount: "0.01")
                feed.flush()
                number += 1
                try tap.read([vane.alerts: 105 + number])
                let alert = try #require(tap.records.last)
                let reason = alert.json["degraded"].string
                switch alert.rules.count {
                case 1: #expect(reason == "overload: deferrable and normal packages are passed over")
                case 2: #expect(reason == "overload: deferrable packages are passed over" && alert.rules.contains("normal"))
                default: #expect(reason == nil && alert.json["degraded"].bool == false)
                }
                seen.append(alert.rules)
            }
            #expect(Set(seen.map(\.count)) == [1, 2, 3])
            try process.says("all packages run again")
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }
    }
}
