import Demo
import Documents
import Testing

/// The feed keeps to rules/schema.yaml: each event's fields are declared, of their type, and none that is required is missing.
@Suite struct SchemaConformanceTests {
    @Test func everyEventIsValid() throws {
        let schema = try parseYAML(contents(rulesFolder + "/schema.yaml"), file: "schema.yaml")
        var types: [String: Node] = [:]
        for (key, value) in entries(schema["events"]) { types[key.text] = value }
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 1_000, storiesPerHour: 120, lookAlikesPerHour: 60)
        var counts: [String: Int] = [:]
        for _ in 0..<8_000 {
            let event = bank.next()
            counts[event.eventType, default: 0] += 1
            let faults = try faults(event, types)
            if !faults.isEmpty {
                Issue.record("seed \(seed): \(String(decoding: event.json, as: UTF8.self)): \(faults)")
                return
            }
        }
        #expect(Set(counts.keys) == Set(types.keys), "seed \(seed)")
    }

    private func faults(_ event: BankEvent, _ types: [String: Node]) throws -> [String] {
        let json = try parseYAML(event.json, file: "event.json")
        guard let type = types[event.eventType] else { return ["no event type \(event.eventType)"] }
        var faults: [String] = []
        if text(type["topic"]) != event.topic { faults.append("topic") }
        if text(json["event_id"]) != event.eventID { faults.append("event_id") }
        if text(json["event_type"]) != event.eventType { faults.append("event_type") }
        if case .int(event.timeMilliseconds)? = json["event_time"]?.content {} else { faults.append("event_time") }
        var known: Set<String> = ["event_id", "event_time", "event_type"]
        for (key, description) in entries(type["fields"]) {
            known.insert(key.text)
            guard let value = json[key.text] else {
                if case .bool(true)? = description["optional"]?.content {} else { faults.append("\(key.text) is missing") }
                continue
            }
            if !isValid(value, description) { faults.append("\(key.text) is \(value.text)") }
        }
        return faults + entries(json).filter { !known.contains($0.key.text) }.map { "\($0.key.text) is not declared" }
    }

    private func isValid(_ value: Node, _ description: Node) -> Bool {
        switch (text(description["type"]), value.content) {
        case ("string", .string(let text)): return !text.isEmpty
        case ("bool", .bool): return true
        case ("int", .int), ("double", .double), ("double", .int): return true
        case ("timestamp", .int(let milliseconds)): return (0...4_102_444_800_000).contains(milliseconds)
        case ("decimal", .double), ("decimal", .int):
            guard case .int(let scale)? = description["scale"]?.content else { return false }
            let fraction = value.text.split(separator: ".").dropFirst().first?.count ?? 0
            return fraction <= Int(scale) && !value.text.hasPrefix("-")
        case ("enum", .string(let word)):
            guard case .list(let values)? = description["values"]?.content else { return false }
            return values.contains { text($0) == word }
        default: return false
        }
    }

    /// Invented numbers look invented: nobody has the operator 154, the first numbers of 170, the region 99, or these banks' card numbers.
    @Test func peopleAreRecognisablyInvented() throws {
        var bank = SyntheticBank(seed: seed, startMilliseconds: mondayMorning, customers: 1_000, storiesPerHour: 60)
        for _ in 0..<3_000 {
            let json = try parseYAML(bank.next().json, file: "event.json")
            if let phone = text(json["phone"]) { #expect((phone.hasPrefix("154") || phone.hasPrefix("1700000")) && phone.count == 11) }
            if let card = text(json["bound_card"]) { #expect(card.hasPrefix("6298") && card.count == 15) }
            if let identity = text(json["identity"]) { #expect(identity.hasPrefix("99") && hasCheckDigit(identity), "\(identity)") }
        }
    }

    /// GB 11643: the weights are powers of two, and the weighted sum with the check digit leaves 1 modulo 11.
    private func hasCheckDigit(_ identity: String) -> Bool {
        guard identity.count == 18 else { return false }
        var sum = 0
        for character in identity { sum = sum * 2 + (character == "X" ? 10 : character.wholeNumberValue ?? 0) }
        return sum % 11 == 1
    }
}
