import Documents
import Engine
import Events
import Rules
import Testing

@Suite("Rollout") struct RolloutTests {
    /// An engine over two revisions: `new` has all subjects that the share gives it, `old` the others.
    private final class Rollout {
        let engine: Engine
        private let decoder: Decoder
        private let batch: EventBatch
        var decision = Decision()

        init(share: String, order: [String] = ["old", "new"], name: String = "p", schema text: String = bankSchema) throws {
            let schema = try Schema.read(Array(text.utf8), file: "schema.yaml")
            var packages = try order.map { version in
                let head = "package: \(name)\nversion: \(version)\non: [transaction]\n" + (version == "new" ? "rollout: {share: \(share)}\n" : "")
                let rules = "rules: [{id: \(version), kind: score, score: 90, when: 'true'}]\ndecide: {levels: {red: 80}}"
                return try Package.read(parseYAML(Array((head + rules).utf8), file: "\(version).yaml"), schema: schema)
            }
            try Package.pairRevisions(&packages)
            engine = try Engine(schema: schema, packages: packages, timeZones: FixedZone())
            decoder = Decoder(schema: schema, pseudonymiser: nil, timeZones: FixedZone())
            batch = EventBatch(capacity: 1, schema: schema)
        }

        /// Runs an event of an account, and says which revisions acted and which ran in shadow.
        func run(_ account: String?, time: Int64 = start) throws -> (acted: [String], shadow: [String]) {
            let json = Array("{\"id\":\"\(account ?? "-")\",\"time\":\(time)\(account.map { ",\"account\":\"\($0)\"" } ?? "")}".utf8)
            batch.removeAll()
            let row = try json.withUnsafeBytes { bytes throws(Rejection) in
                try decoder.decode(bytes, eventType: 0, envelope: .init(receivedMilliseconds: nil), into: batch)
            }
            try engine.process(batch, row: row, into: &decision)
            func names(_ hits: [Decision.Hit]) -> [String] { hits.map { engine.rules.packages[$0.package].version } }
            #expect(decision.outcomes.map(\.package) == decision.hits.map(\.package))
            #expect(decision.shadowOutcomes.map(\.package) == decision.shadowHits.map(\.package))
            return (names(decision.hits), names(decision.shadowHits))
        }

        /// Of so many accounts, those for which the new revision acts.
        func chosen(_ count: Int) throws -> Set<Int> {
            var chosen: Set<Int> = []
            for number in 0..<count {
                let (acted, shadow) = try run("account-\(number)")
                #expect(Set(acted + shadow) == ["old", "new"] && acted.count == 1, "one acts and the other one is compared")
                if acted == ["new"] { chosen.insert(number) }
            }
            return chosen
        }
    }

    private static let accounts = 4_000

    @Test("The new revision acts for its share of subjects and the old one for the others", arguments: ["0%", "1%", "10%", "0.5", "100%"])
    func share(_ share: String) throws {
        let rollout = try Rollout(share: share)
        let wanted = share.hasSuffix("%") ? Double(share.dropLast())! / 100 : Double(share)!
        let count = Double(try rollout.chosen(Self.accounts).count) / Double(Self.accounts)
        // Four standard deviations; 0 and 1 exactly.
        #expect(abs(count - wanted) <= 4 * (wanted * (1 - wanted) / Double(Self.accounts)).squareRoot(), "\(count)")
        // Both are evaluated for everyone, and only one acts.
        #expect(rollout.decision.isAlert && rollout.decision.outcomes.count == 1 && rollout.decision.shadowOutcomes.map(\.score) == [90])
    }

    @Test("A greater share has everyone that a smaller one has, whatever the order of the packages")
    func monotone() throws {
        var before: Set<Int> = []
        for share in [0.01, 0.05, 0.2, 0.21, 0.7, 1] {
            let chosen = try Rollout(share: "\(share)").chosen(Self.accounts)
            #expect(before.isSubset(of: chosen) && before.count < chosen.count, "\(share)")
            #expect(try Rollout(share: "\(share)", order: ["new", "old"]).chosen(Self.accounts) == chosen)
            before = chosen
        }
    }

    @Test("Who is in a share is fixed for good: a process of another version must not choose otherwise")
    func fixed() throws {
        // What MurmurHash3's finaliser makes of 1.
        #expect(Audience.place(of: 1, salt: 0) == 0xb456_bcfc_34c2_cb2c >> 11 && Audience.place(of: 3, salt: 2) == 0xb456_bcfc_34c2_cb2c >> 11)
        let chosen = try Rollout(share: "5%").chosen(100).sorted()
        #expect(chosen == [37, 52, 76, 92])
    }

    @Test("Another package's share takes other subjects")
    func salted() throws {
        let (one, other) = (try Rollout(share: "20%").chosen(Self.accounts), try Rollout(share: "20%", name: "q").chosen(Self.accounts))
        // A fifth of a fifth is in both, by chance alone.
        #expect((100...220).contains(one.intersection(other).count), "\(one.intersection(other).count)")
    }

    @Test("An event without a subject is in no share but the whole")
    func nobody() throws {
        let schema = bankSchema.replacing("account: {type: string}", with: "account: {type: string, optional: true}")
        for (share, version) in [("0%", "old"), ("99.9%", "old"), ("100%", "new")] {
            #expect(try Rollout(share: share, schema: schema).run(nil).acted == [version], "\(share)")
        }
    }

    @Test("A share of a package alone leaves the others in shadow")
    func alone() throws {
        let rollout = try Rollout(share: "30%", order: ["new"])
        let acted = try (0..<Self.accounts).count { number in
            let (acted, shadow) = try rollout.run("account-\(number)")
            #expect(acted + shadow == ["new"] && rollout.decision.isAlert == (acted == ["new"]))
            return acted == ["new"]
        }
        #expect((1_050...1_350).contains(acted), "\(acted)")
    }

    @Test("A revision that is withdrawn acts for nobody, and the one beside it for everyone")
    func withdrawn() throws {
        let rollout = try Rollout(share: "40%")
        #expect(try rollout.chosen(100).count > 10)
        rollout.engine.withdraw(package: 1)
        #expect(try rollout.chosen(100).isEmpty)
        #expect(try rollout.run("x").shadow == ["new"])
    }

    @Test("A late event of a subject is on the subject's side")
    func late() throws {
        let rollout = try Rollout(share: "50%")
        for number in 0..<50 {
            let now = try rollout.run("account-\(number)").acted
            #expect(try rollout.run("account-\(number)", time: start - hour).acted == now)
        }
    }
}
