import Documents
import Engine
import Events
import Rules
import TestSupport
import Testing

/// Mutated schemas and packages: refused with a place, or they run. A failure prints its seed; put it into `seeds` to repeat it.
@Suite("Schemas and packages, fuzzed") struct PackageFuzz {
    static let seeds: [UInt64] = [1, 2, 3]
    static let roundsPerSeed = 400

    private static let words = [
        "account", "amount", "payee", "1h", "0s", "106751991167d", "count", "sum(amount)", "last(payee)", "'", "\"", "[", "]", "{", "}", ":", "- ", "\n", "  ",
        "all", "today", "true", "null",
        "1e999", "9223372036854775807", "event_type", "device", "optional: true", "sensitive: true", "decimal", "string", "enum", " == ", " > 1.0",
        " in [payee]", "&", "*", "#",
        "default(amount, 1.0)", ".exists(x, x == payee)", "in_list(\"x\", payee)", "list_attr(\"x\", ip, \"y\")", "login", "score", "hit", "list", "-1", "0",
    ]

    private static func mutated(_ text: String, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<(Int.random(in: 0..<3, using: &random) == 0 ? 2 : 1) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 32..<127, using: &random)
            case 1: bytes.removeSubrange(at..<min(at + Int.random(in: 1...12, using: &random), bytes.count))
            case 2: bytes.insert(contentsOf: Array(words.randomElement(using: &random)!.utf8), at: at)
            case 3...8:
                // One word for another of the same document, which keeps most of it readable.
                guard let first = bytes[at...].firstIndex(where: isLetter) else { continue }
                let end = bytes[first...].firstIndex { !isLetter($0) } ?? bytes.count
                guard let other = bytes[Int.random(in: 0..<bytes.count, using: &random)...].firstIndex(where: isLetter) else { continue }
                let word = bytes[other...].prefix(while: isLetter)
                bytes.replaceSubrange(
                    first..<end, with: Int.random(in: 0..<4, using: &random) == 0 ? Array(words.randomElement(using: &random)!.utf8) : Array(word))
            default:
                let end = min(at + Int.random(in: 1...60, using: &random), bytes.count)
                bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
            }
        }
        return bytes
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte) || byte == 95 }

    private static func run(_ schema: Schema, _ packages: [Package], _ events: [String]) throws {
        guard let engine = try? Engine(schema: schema, packages: packages, timeZones: FixedZone()) else { return }
        let decoder = Decoder(schema: schema, pseudonymiser: Pseudonymiser(key: Array("0123456789abcdef".utf8)), timeZones: FixedZone())
        let batch = EventBatch(capacity: 1, schema: schema)
        var decision = Decision()
        var writer = JSONWriter()
        let decisionWriter = DecisionWriter(engine)
        for event in events {
            batch.removeAll()
            writer.reset()
            let text = Array(event.utf8)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
            defer { buffer.deallocate() }
            buffer.copyBytes(from: text)
            let bytes = UnsafeRawBufferPointer(buffer)
            do throws(Rejection) {
                let row = try decoder.decode(bytes, eventType: decoder.eventType(of: bytes), into: batch)
                try engine.process(batch, row: row, into: &decision)
                decisionWriter.decision(decision, &writer)
                decisionWriter.indicators(&writer)
                decisionWriter.evidence(decision, decision.hits, &writer)
                for entry in engine.listEntries(decision, batch) {
                    engine.lists.put(list: engine.lists.declare(entry.list), subject: entry.subject, entry.entry)
                }
                _ = Subject.ofEvent(schema, batch, row: row)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("Packages", arguments: seeds)
    func packages(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let schema = try Schema.read(Array(bankSchema.utf8), file: "s")
        let events = randomStream(seed, count: 30)
        let text = "package: p\nversion: '1'\n" + mixed
        var accepted = 0
        for round in 0..<Self.roundsPerSeed {
            let bytes = Self.mutated(text, &random)
            do throws(Diagnostics) {
                let package = try Package.read(parseYAML(bytes, file: "p"), schema: schema)
                accepted += 1
                do { try Self.run(schema, [package], events) } catch { Issue.record("seed \(seed), round \(round): \(error)") }
            } catch {
                #expect(error.all.allSatisfy { $0.position != nil && !$0.message.isEmpty }, "seed \(seed), round \(round): \(error)")
            }
        }
        #expect(accepted > Self.roundsPerSeed / 100)
    }

    @Test("Schemas", arguments: seeds)
    func schemas(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let events = randomStream(seed, count: 30)
        var accepted = 0
        for round in 0..<Self.roundsPerSeed {
            let bytes = Self.mutated(bankSchema, &random)
            do throws(Diagnostics) {
                let schema = try Schema.read(bytes, file: "s")
                accepted += 1
                let package = try? Package.read(parseYAML(Array(("package: p\nversion: '1'\n" + mixed).utf8), file: "p"), schema: schema)
                do { try Self.run(schema, package.map { [$0] } ?? [], events) } catch { Issue.record("seed \(seed), round \(round): \(error)") }
            } catch {
                #expect(error.all.allSatisfy { $0.position != nil && !$0.message.isEmpty }, "seed \(seed), round \(round): \(error)")
            }
        }
        #expect(accepted > Self.roundsPerSeed / 100)
    }
}
