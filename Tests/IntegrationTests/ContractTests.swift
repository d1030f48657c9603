import Documents
import Glibc
import Testing

extension IntegrationTests {
    /// Every message that `vane run` writes is as `docs/asyncapi.yaml` describes it.
    @Suite struct ContractTests {
        @Test func everyOutputIsAsDescribed() throws {
            let vane = try Deployment(Cluster.of(Cluster.best), partitions: 1, kafka: "  decisions: all")
            let feed = try Feed(vane.cluster)
            vane.send(feed, "e1", seconds: 1, headers: [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("origin", "core")])
            vane.send(feed, "e2", amount: "10", payee: "mule-1", seconds: 2)
            vane.send(feed, "e3", amount: "6000", seconds: 3)
            // Once more, which adds nothing, and refused ones.
            vane.send(feed, "e3", amount: "6000", seconds: 3)
            vane.send(feed, "", seconds: 4, headers: [("origin", "core")])
            feed.send(vane.transactions, key: nil, bytes: Array("no JSON".utf8))
            feed.flush()
            let process = try vane.start()
            let topics = [
                (vane.alerts, "alert", 3), (vane.controlActions, "controlAction", 2), (vane.decisions, "decision", 3), (vane.listEntries, "listEntry", 1),
                (vane.deadLetters, "deadLetter", 2),
            ]
            let tap = try Tap(vane.cluster, topics.map(\.0))
            try tap.read("an output of every kind") { topics.allSatisfy { tap.of($0.0).count >= $0.2 } }
            process.signal(SIGTERM)
            #expect(try process.wait() == 0)
            let contract = try Contract()
            for (topic, message, count) in topics {
                let records = tap.of(topic)
                #expect(records.count == count, "\(message)")
                for record in records { #expect(try contract.faults(record, message: message) == [], "\(message): \(record.text ?? "")") }
            }
            // Of each other's description they are not.
            for (topic, message, _) in topics {
                for (_, other, _) in topics where other != message {
                    #expect(try contract.faults(tap.of(topic)[0], message: other) != [], "\(message) passes for \(other)")
                }
            }
        }
    }
}
