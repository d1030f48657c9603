import Demo
import Documents
import Engine
import Events
import RuleTesting
import Rules
import Service
import Testing

/// The starter packages against the synthetic bank, through the production engine: every story alerts, honest traffic hardly ever does.
@Suite struct StarterPackagesTests {
    @Test func everyStoryAlertsAndHonestTrafficRarely() throws {
        let schema = try RuleFiles.schema(rulesFolder + "/schema.yaml")
        let zones = ZoneFiles()
        let engine = try Engine(schema: schema, packages: RuleFiles.packages([rulesFolder], schema: schema), timeZones: zones)
        let decoder = Decoder(
            schema: schema, pseudonymiser: try PseudonymKey.pseudonymiser(for: schema, keyFile: nil, forTesting: true), timeZones: zones)
        let replay = Replay(engine: engine, decoder: decoder)

        // A fixed seed, since a story may hide in a coincidence: a mule who pays staff from the same account, say.
        var bank = SyntheticBank(seed: 3, startMilliseconds: mondayMorning, customers: 4_000, storiesPerHour: 0, lookAlikesPerHour: 6)
        // What is usual has to be seen first.
        for event in bank.events(from: mondayMorning, hours: 1.5) { #expect(decidedLevel(replay, event) != nil) }
        for story in FraudStory.all { bank.begin(story) }

        var alerted: Set<String> = []
        var honest = 0
        var falseAlerts: [String] = []
        for event in bank.events(from: mondayMorning, hours: 5) {
            let level = try #require(decidedLevel(replay, event), "\(String(decoding: event.json, as: UTF8.self)) was refused")
            let isAlert = level == "yellow" || level == "red"
            if let truth = event.truth {
                if isAlert { alerted.insert(truth.text) }
            } else if event.eventType != "verification" {
                // While cards of a bank are being tried out, each of its verifications is suspect.
                honest += 1
                if isAlert { falseAlerts.append("\(event.eventID) \(event.lookAlike ?? "")") }
            }
        }
        for story in FraudStory.all { #expect(alerted.contains(story.text), "\(story.name) was missed") }
        #expect(falseAlerts.count * 500 <= honest, "\(falseAlerts.count) of \(honest) honest events alerted: \(falseAlerts)")
    }

    /// The decision's level, empty without a hit; nil where the event was refused.
    private func decidedLevel(_ replay: Replay, _ event: BankEvent) -> String? {
        var level = ""
        let rejection = event.json.withUnsafeBytes { bytes in
            replay.run(bytes) { line in level = (try? parseYAML(line, file: "line.json")).flatMap { text($0["decision"]?["level"]) } ?? "" }
        }
        return rejection == nil ? level : nil
    }
}
