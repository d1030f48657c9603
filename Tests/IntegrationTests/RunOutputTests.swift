import Glibc
import Testing

extension IntegrationTests {
    /// What `vane run` writes to its topics.
    @Suite struct RunOutputTests {
        private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

        @Test(arguments: Cluster.kinds) func everyOutputIsACloudEvent(_ kind: Cluster.Kind) throws {
            let vane = try Deployment(Cluster.of(kind), partitions: 1, kafka: "  decisions: all")
            let feed = try Feed(vane.cluster)
            vane.send(feed, "e1", amount: "2000.50", seconds: 1, headers: [("traceparent", Self.trace)])
            vane.send(feed, "e2", amount: "10", seconds: 2)
            vane.send(feed, "e3", amount: "3000", seconds: 3)
            vane.send(feed, "e4", account: "L", amount: "6000", seconds: 4)
            feed.flush()
            let first = try vane.start()
            let tap = try Tap(vane.cluster, [vane.alerts, vane.controlActions, vane.decisions, vane.listEntries])
            try tap.read([vane.alerts: 3, vane.controlActions: 3, vane.decisions: 4, vane.listEntries: 1])

            let alerts = tap.of(vane.alerts)
            #expect(alerts.map(\.eventID) == ["e1", "e3", "e4"])
            #expect(alerts.map(\.rules) == [["large"], ["large", "many"], ["large"]])
            let alert = alerts[0]
            let body = alert.json
            #expect(alert.key == "account:A")
            #expect(alert.headers["ce_specversion"] == "1.0" && alert.headers["ce_type"] == "vane.alert")
            #expect(alert.headers["ce_id"] == body["alert_id"].string && body["alert_id"].string?.count == 32)
            #expect(alert.headers["ce_time"] == "2026-03-01T00:00:01Z" && body["event_time"].string == "2026-03-01T00:00:01Z")
            #expect(alert.headers["ce_subject"] == "account:A" && body["subject"].string == "account:A")
            #expect(alert.headers["ce_source"]?.hasPrefix("vane/") == true)
            #expect(alert.headers["content-type"] == "application/json")
            #expect(alert.headers["traceparent"] == Self.trace)
            #expect(alerts[1].headers["traceparent"] == nil)
            let keys = [
                "alert_id", "event_id", "event_type", "event_time", "decided_at", "latency_ms", "subject", "level", "score", "degraded", "hits", "evidence",
                "actions", "engine",
            ]
            #expect(body.keys == Set(keys))
            let places = keys.compactMap { alert.text?.firstRange(of: "\"\($0)\":")?.lowerBound }
            #expect(places.count == keys.count && places == places.sorted(), "the keys stand in the published order")
            #expect(body["level"].string == "yellow" && body["score"].double == 45 && body["degraded"].bool == false)
            #expect(body["latency_ms"].int.map { $0 >= 0 } == true)
            let hit = body["hits"].array[0]
            #expect(hit["package"].string == "watch" && hit["version"].string == "7" && hit["title"].string == "Large" && hit["kind"].string == "score")
            #expect(hit["dimension"].string == "amount")
            let evidence = alerts[1].json["evidence"].array
            #expect(evidence.map { $0["indicator"].string } == ["count_1h", "sum_1h"])
            #expect(evidence.map { $0["value"].double } == [3, 5010.5])
            #expect(evidence.map { $0["events"].int } == [3, 3] && evidence[0]["approximate"].bool == false)
            #expect(evidence[0]["to"].string == "2026-03-01T00:00:03Z")

            let actions = tap.of(vane.controlActions)
            #expect(actions.map { $0.json["action"].string } == ["step_up", "block", "step_up"])
            #expect(actions.map(\.key) == ["account:A", "account:A", "account:L"])
            #expect(actions[0].headers["ce_type"] == "vane.control-action" && actions[0].headers["traceparent"] == Self.trace)
            #expect(actions[0].json["alert_id"].string == body["alert_id"].string)
            #expect(actions[1].json["expires_at"].string == "2026-03-02T00:00:03Z" && !actions[0].json["expires_at"].exists)
            #expect(actions[1].json["reason"]["level"].string == "red")
            #expect(actions[1].json["reason"]["rules"].array.map(\.string) == ["large", "many"])

            let decisions = tap.of(vane.decisions)
            #expect(decisions.map(\.eventID) == ["e1", "e2", "e3", "e4"])
            #expect(decisions[0].headers["ce_type"] == "vane.decision" && decisions[0].headers["traceparent"] == Self.trace)
            #expect(decisions[1].json["decision"]["hits"].array.isEmpty && decisions[1].json["decision"]["score"].double == 0)

            let entry = tap.of(vane.listEntries)[0]
            #expect(entry.key == "grey:L" && entry.headers["ce_type"] == "vane.list-entry")
            #expect(entry.json["list"].string == "grey" && entry.json["subject"].string == "L")
            #expect(entry.json["expires_at"].string == "2026-03-08T00:00:04Z")
            #expect(entry.json["attributes"]["rule"].string == "grey" && entry.json["attributes"]["event_id"].string == "e4")

            // Another process of another group decides the same about the same events, under the same ids.
            let second = try vane.start(["kafka.group=\(vane.name)-again"])
            try tap.read([vane.alerts: 6, vane.controlActions: 6, vane.decisions: 8, vane.listEntries: 2])
            for topic in [vane.alerts, vane.controlActions, vane.decisions, vane.listEntries] {
                let records = tap.of(topic)
                let half = records.count / 2
                for (one, other) in zip(records[..<half], records[half...]) {
                    #expect(one.headers["ce_id"] == other.headers["ce_id"])
                    #expect(one.headers["ce_source"] != other.headers["ce_source"])
                }
                #expect(Set(records.compactMap { $0.headers["ce_id"] }).count == half)
            }
            first.signal(SIGTERM)
            second.signal(SIGTERM)
            #expect(try first.wait() == 0)
            #expect(try second.wait() == 0)
        }

        @Test(arguments: Cluster.kinds) func refusedEventsGoToDeadLetters(_ kind: Cluster.Kind) throws {
            let vane = try Deployment(Cluster.of(kind), partitions: 1)
            let feed = try Feed(vane.cluster)
            func event(_ change: (inout String) -> Void) -> [UInt8] {
                var text = Deployment.event("bad")
                change(&text)
                return Array(text.utf8)
            }
            func without(_ part: String) -> [UInt8] { event { $0 = $0.replacing(part, with: "") } }
            func with(_ part: String, _ other: String) -> [UInt8] { event { $0 = $0.replacing(part, with: other) } }
            let bad: [(reason: String, field: String?, value: [UInt8]?)] = [
                ("empty", nil, nil),
                ("empty", nil, []),
                ("not_json", nil, Array("no JSON".utf8)),
                ("not_json", nil, Array("[1, 2]".utf8)),
                ("not_json", nil, Array("{\"event_id\": \"cut".utf8)),
                ("invalid_utf8", nil, event { _ in }.map { $0 == UInt8(ascii: "A") ? 0xFF : $0 }),
                // Members that the schema does not know are passed over, however deep.
                ("missing_id", "event_id", Array((String(repeating: "{\"a\":", count: 3_000) + "1" + String(repeating: "}", count: 3_000)).utf8)),
                ("missing_id", "event_id", without("\"event_id\":\"bad\",")),
                ("missing_time", "event_time", without("\"event_time\":\"2026-03-01T00:00:00Z\",")),
                ("missing_field", "amount", without("\"amount\":2000.00,")),
                ("missing_field", "amount", with("2000.00", "null")),
                ("missing_key", "account_id", with("\"A\"", "\"\"")),
                ("duplicate_key", "amount", with("\"direction\"", "\"amount\":1,\"direction\"")),
                ("wrong_type", "amount", with("2000.00", "true")),
                ("wrong_type", "account_id", with("\"A\"", "17")),
                ("out_of_range", "amount", with("2000.00", "99999999999999999999999")),
                ("too_many_decimals", "amount", with("2000.00", "2000.005")),
                ("unknown_enum_value", "direction", with("\"out\"", "\"sideways\"")),
                ("string_too_long", "account_id", with("\"A\"", "\"\(String(repeating: "a", count: 70_000))\"")),
                ("malformed_time", "event_time", with("2026-03-01T00:00:00Z", "yesterday")),
                ("future", "event_time", with("2026-03-01", "2090-03-01")),
                ("too_old", "event_time", with("2026-03-01", "2020-03-01")),
            ]
            // What is too old is judged by what the account has done already.
            vane.send(feed, "good-1")
            for (index, entry) in bad.enumerated() {
                feed.send(vane.transactions, key: [0, 0xFF, UInt8(index)], bytes: entry.value, headers: [("origin", "core"), ("traceparent", Self.trace)])
            }
            feed.send(vane.transactions, key: nil, bytes: [UInt8(ascii: "x")])
            vane.send(feed, "good-2", seconds: 1)
            feed.flush()
            let process = try vane.start()
            let tap = try Tap(vane.cluster, [vane.deadLetters, vane.alerts])
            try tap.read([vane.deadLetters: bad.count + 1, vane.alerts: 2])
            #expect(tap.of(vane.alerts).map(\.eventID) == ["good-1", "good-2"], "bad events do not stop the good ones")
            let letters = tap.of(vane.deadLetters)
            for (index, (entry, letter)) in zip(bad, letters).enumerated() {
                let what = Comment(rawValue: "number \(index), \(entry.reason)")
                #expect(letter.headers["vane_reason"] == entry.reason, what)
                #expect(letter.headers["vane_field"] == entry.field, what)
                #expect(letter.headers["vane_message"]?.isEmpty == false, what)
                #expect(letter.headers["vane_topic"] == vane.transactions && letter.headers["vane_partition"] == "0", what)
                #expect(letter.headers["vane_offset"] == String(index + 1), what)
                #expect(letter.headers["origin"] == "core" && letter.headers["traceparent"] == Self.trace, what)
                #expect(letter.value == entry.value, what)
                #expect(letter.key == String(decoding: [0, 0xFF, UInt8(index)], as: UTF8.self), what)
            }
            #expect(letters.last?.key == nil && letters.last?.headers["vane_reason"] == "not_json")
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
            for line in process.errors.lines where line.contains("rejected") {
                #expect(!line.contains("sideways") && !line.contains("yesterday"), "values are not logged")
            }
        }

        @Test func aShareOfDecisionsIsTheSameShareAgain() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), kafka: "  decisions: 0.25")
            let feed = try Feed(vane.cluster)
            for number in 0..<1_000 { vane.send(feed, "e\(number)", account: "A\(number % 50)", amount: number == 999 ? "2000" : "1", seconds: number) }
            feed.flush()
            var samples: [Set<String>] = []
            for group in ["one", "two"] {
                let process = try vane.start(["kafka.group=\(vane.name)-\(group)"])
                let tap = try Tap(vane.cluster, [vane.decisions])
                try process.says("partitions assigned")
                try tap.read("all decided, \(tap.records.count)") { tap.of(vane.decisions).count >= 150 * (samples.count + 1) }
                process.signal(SIGTERM)
                #expect(try process.wait() == 0)
                let all = try Tap(vane.cluster, [vane.decisions])
                try all.readToEnd()
                samples.append(Set(all.records.dropFirst(samples.first?.count ?? 0).map(\.eventID)))
            }
            let smaller = samples.min { $0.count < $1.count }!
            let larger = samples.max { $0.count < $1.count }!
            #expect(smaller.isSubset(of: larger))
            #expect((150...350).contains(larger.count))
        }

        @Test(arguments: Cluster.kinds) func listRulesTakeEffectHereAndInOtherProcesses(_ kind: Cluster.Kind) throws {
            let vane = try Deployment(Cluster.of(kind))
            let feed = try Feed(vane.cluster)
            let process = try vane.start()
            let tap = try Tap(vane.cluster, [vane.alerts])
            vane.send(feed, "culprit", account: "G", amount: "5000")
            feed.flush()
            try tap.read([vane.alerts: 1])
            #expect(tap.of(vane.alerts)[0].rules == ["large"], "the list changes after the event that filled it")
            // The entry comes back through its topic: some events later it counts.
            var number = 0
            try tap.read("an alert of the rule 'listed'") {
                number += 1
                vane.send(feed, "later-\(number)", account: "G", amount: "1", seconds: number)
                feed.flush()
                return tap.of(vane.alerts).contains { $0.rules.contains("listed") }
            }
            vane.send(feed, "expired", account: "G", amount: "2000", seconds: 0)
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)

            // A process that starts now knows the list before it decides about anything.
            let second = try vane.start(["kafka.group=\(vane.name)-second"])
            let before = tap.of(vane.alerts).count
            try tap.read([vane.alerts: before + 1 + number])
            let again = tap.of(vane.alerts)[before...]
            #expect(again.allSatisfy { $0.rules.contains("listed") }, "\(again.map(\.rules))")
            second.signal(SIGTERM)
            #expect(try second.wait() == 0)
        }

        @Test func aLongListIsCompleteBeforeTheFirstDecision() throws {
            let vane = try Deployment(Cluster.of(Cluster.best))
            let feed = try Feed(vane.cluster)
            for number in 0..<20_000 {
                feed.send(
                    vane.listEntries, key: "grey:S\(number)", "{\"list\":\"grey\",\"subject\":\"S\(number)\",\"time\":\"2026-01-01T00:00:00Z\"}")
            }
            // A tombstone takes a subject off.
            feed.send(vane.listEntries, key: "grey:S7", nil)
            vane.send(feed, "last", account: "S19999", amount: "1")
            vane.send(feed, "removed", account: "S7", amount: "2000", seconds: 1)
            vane.send(feed, "first", account: "S0", amount: "1", seconds: 2)
            feed.flush()
            let process = try vane.start()
            let tap = try Tap(vane.cluster, [vane.alerts])
            try tap.read([vane.alerts: 3])
            let rules = tap.of(vane.alerts).reduce(into: [String: [String]]()) { $0[$1.eventID] = $1.rules }
            #expect(rules == ["last": ["listed"], "removed": ["large"], "first": ["listed"]])
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }

        @Test func listsOfFilesCountFromTheStart() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1)
            let feed = try Feed(vane.cluster)
            vane.send(feed, "to-mule", amount: "1", payee: "mule-1")
            vane.send(feed, "to-expired", amount: "1", payee: "mule-2", seconds: 1)
            vane.send(feed, "to-grandmother", amount: "1", payee: "grandmother", seconds: 2)
            vane.send(feed, "last", account: "B", seconds: 3)
            feed.flush()
            let process = try vane.start()
            let tap = try Tap(vane.cluster, [vane.alerts])
            try tap.read([vane.alerts: 3])
            #expect(tap.of(vane.alerts).map(\.eventID) == ["to-mule", "to-grandmother", "last"])
            #expect(tap.of(vane.alerts).map(\.rules) == [["payee", "reason"], ["trusted"], ["large"]])
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
        }
    }
}
