import Glibc
import Testing

extension IntegrationTests {
    /// A schema that grows while events flow: new event types, fields and lists reach a running process.
    @Suite(.enabled(if: Cluster.hasReal, Cluster.skipReason)) struct SchemaURLTests {
        enum Journals: CaseIterable { case embedded, redis }

        private let folder = Folder()

        private func refresh(_ vane: Deployment, _ feed: Feed) {
            feed.send(vane.name + "-control", key: "", "{\"command\":\"refresh-packages\"}", headers: [])
            feed.flush()
        }

        /// Adds a recorded field, an event type with a topic of its own, and an entity.
        private func grown(_ schema: String, logins: String) -> String {
            schema
                .replacing("      counterparty:", with: "      branch: {type: enum, values: [north, south], optional: true}\n      counterparty:")
                .replacing("record: [amount, direction]", with: "record: [direction, branch, amount]")
                .replacing(
                    "entities:",
                    with: """
                          login:
                            topic: \(logins)
                            id: event_id
                            time: event_time
                            fields:
                              account_id: {type: string}
                              device_id: {type: string}
                        entities:
                          device: {key: device_id, history: 7d, record: [account_id]}
                        """)
        }

        private let package = """
            package: watch
            version: "8"
            on: [transaction, login]
            lists: [mules]
            indicators:
              - {id: count_1h, entity: account, aggregate: count, where: 'event_type == "transaction"', window: 1h}
              - {id: logins_1h, entity: account, aggregate: count, where: 'event_type == "login"', window: 1h}
              - {id: north_1h, entity: account, aggregate: sum(amount), where: 'branch == "north"', window: 1h}
              - {id: accounts_1d, entity: device, aggregate: distinct(account_id), window: 1d}
            rules:
              - {id: after_login, kind: score, when: 'event_type == "transaction" && logins_1h >= 1 && count_1h >= 3', score: 30}
              - {id: north, kind: score, when: 'event_type == "transaction" && branch == "north" && north_1h >= 10.0', score: 30}
              - {id: mule, kind: hit, when: 'in_list("mules", account_id)'}
              - {id: shared_device, kind: hit, when: 'event_type == "login" && accounts_1d >= 2'}
            """

        @Test(arguments: Journals.allCases)
        func eventTypesFieldsAndListsComeWhileEventsFlow(_ journals: Journals) throws {
            let server = journals == .redis ? try RedisServer() : nil
            let vane = try Deployment(Cluster.of(.real), partitions: 1)
            let logins = vane.name + "-logins"
            for topic in [logins, vane.name + "-control"] { try vane.cluster.createTopic(topic, partitions: 1) }
            let original = try Folder.read(vane.folder.path + "/schema.yaml")
            try folder.write("schema.yaml", original)
            try folder.write("watch.yaml", try Folder.read(vane.folder.path + "/rules/watch/package.yaml"))
            var settings = [
                "packages=[{url: 'file://\(folder.path)/watch.yaml', every: 1h}]", "state_directory=\(folder.path)/state",
                "schema_updates={url: 'file://\(folder.path)/schema.yaml', every: 1h}",
            ]
            // So much that no event waits for Redis in vain on a busy machine.
            settings.append("budget=60s")
            if let server { settings.append("journals.redis.url=redis://127.0.0.1:\(server.port)") }
            let feed = try Feed(vane.cluster)
            for number in 1...2 { vane.send(feed, "e\(number)", seconds: number) }
            feed.flush()
            let first = try vane.start(settings)
            let tap = try Tap(vane.cluster, [vane.alerts])
            func alert(_ id: String) throws -> Record {
                try tap.read("the alert of \(id)") { tap.records.contains { $0.eventID == id } }
                return try #require(tap.records.first { $0.eventID == id })
            }
            try tap.read([vane.alerts: 2])

            // What does not add to the schema is refused, and nothing changes.
            try folder.write("schema.yaml", original.replacing("scale: 2", with: "scale: 3"))
            refresh(vane, feed)
            try first.says("incompatible-schema")

            try folder.write("schema.yaml", grown(original, logins: logins))
            try folder.write("watch.yaml", package)
            refresh(vane, feed)
            try first.says("package watch 8 is in force")
            try first.says("schema-extended")
            // Lists come by themselves: M is on one when M's logins say so.
            feed.send(vane.listEntries, key: "mules:M", #"{"list":"mules","subject":"M","time":"2026-03-01T00:00:00Z"}"#, headers: [])
            var probes = 0
            try tap.read("an alert of the rule 'mule'") {
                probes += 1
                login(feed, logins, "probe-\(probes)", account: "M", device: "P\(probes)", seconds: 3)
                feed.flush()
                return tap.records.contains { $0.rules.contains("mule") }
            }
            login(feed, logins, "l1", account: "A", device: "D", seconds: 3)
            login(feed, logins, "l2", account: "M", device: "D", seconds: 4)
            feed.flush()
            #expect(try alert("l2").rules == ["mule", "shared_device"])
            #expect(!tap.records.contains { $0.eventID == "l1" }, "A is on no list")

            feed.send(
                vane.transactions, key: "A",
                #"{"event_id":"e3","event_time":"2026-03-01T00:00:05Z","account_id":"A","amount":12.5,"direction":"out","branch":"north"}"#, headers: [])
            feed.flush()
            let paid = try alert("e3")
            #expect(paid.rules == ["after_login", "north"])
            let evidence = Dictionary(uniqueKeysWithValues: paid.json["evidence"].array.map { ($0["indicator"].string ?? "", $0) })
            // What was recorded before still counts, and what was not is said to be missing.
            #expect(evidence["count_1h"]?["value"].int == 3)
            #expect(evidence["logins_1h"]?["value"].int == 1 && evidence["logins_1h"]?["warming"].bool == true)
            #expect(evidence["north_1h"]?["value"].double == 12.5 && evidence["north_1h"]?["warming"].bool == true)
            first.signal(SIGTERM)
            #expect(try first.wait() == 0, "\(first.errors.text)")

            // A restart goes on with what was kept, though the URLs are gone.
            try Shell.run("rm '\(folder.path)/schema.yaml' '\(folder.path)/watch.yaml'")
            let second = try vane.start(settings)
            login(feed, logins, "l3", account: "M", device: "E", seconds: 6)
            feed.flush()
            #expect(try alert("l3").rules == ["mule"])
            second.signal(SIGTERM)
            #expect(try second.wait() == 0, "\(second.errors.text)")
            #expect(tap.records.map(\.eventID).filter { !$0.hasPrefix("probe-") } == ["e1", "e2", "l2", "e3", "l3"])
        }

        private func login(_ feed: Feed, _ topic: String, _ id: String, account: String, device: String, seconds: Int) {
            feed.send(
                topic, key: account,
                #"{"event_id":"\#(id)","event_time":"2026-03-01T00:00:0\#(seconds)Z","account_id":"\#(account)","device_id":"\#(device)"}"#, headers: [])
        }
    }
}
