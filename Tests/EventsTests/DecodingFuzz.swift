import Documents
import Events
import TestSupport
import Testing

/// Mutated events: never a crash, and what is accepted is what it says. A failure prints its seed; put it into `seeds` to repeat it.
@Suite("Decoding, fuzzed") struct DecodingFuzz {
    static let seeds: [UInt64] = [1, 2, 3, 4, 20_261_120]
    static let roundsPerSeed = 8_000

    private static let originals = [
        event(
            "\"s\":\"te\\u0078t\",\"b\":true,\"i\":-42,\"d\":1.5e3,\"m\":12.34,\"m0\":7,\"m15\":0.5,\"k\":\"out\",\"t\":\"2026-11-20T09:30:00.250+08:00\",\"device\":\"d1\""
        ),
        event("\"x\":{\"y\":[1,2,{\"z\":null}]},\"t\":1763602200250,\"m\":\"99.90\",\"k\":\"入\",\"\\u0073\":\"é\""),
        "{\"specversion\":\"1.0\",\"id\":\"c1\",\"time\":\(validTime),\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\",\"data\":{\"account\":\"a\",\"m\":1,\"b\":false}}",
        "{\"data\":{\"account\":\"a\",\"event_id\":\"x\",\"d\":-0.0},\"time\":1763602200250,\"specversion\":\"1.0\"}",
    ].map { Array($0.utf8) }
    private static let snippets = [
        "\"", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-", "0", "\u{0}", "\"m\":1,", "\"account\":\"\",",
        "9223372036854775808", "入",
        "\"data\":{", "\"specversion\":\"1.0\",",
    ].map { Array($0.utf8) }

    @Test("Every outcome is a refusal, or a row that survives being written and read again", arguments: seeds)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bench = try Bench(allTypes)
        let again = try Bench(allTypes)
        var accepted = 0
        for round in 0..<Self.roundsPerSeed {
            var bytes = Self.originals.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, &random) }
            bench.batch.removeAll()
            let row: Int
            do {
                row = try bench.decode(bytes)
            } catch {
                #expect(bench.batch.count == 0 && !error.message.isEmpty)
                // The next event does not suffer from it.
                if round % 16 == 0 { #expect((try? bench.decode(Self.originals[0])) == 0) }
                continue
            }
            accepted += 1
            again.batch.removeAll()
            let written = Self.encode(bench, row)
            let second: Int
            do {
                second = try again.decode(written)
            } catch {
                Issue.record(
                    "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self)) was written as \(String(decoding: written, as: UTF8.self)), \(error)"
                )
                continue
            }
            for field in bench.schema.events[0].fields where bench.value(row, field.name) != again.value(second, field.name) {
                Issue.record("seed \(seed), round \(round): \(field.name) differs in \(String(decoding: bytes, as: UTF8.self))")
            }
        }
        #expect(accepted > Self.roundsPerSeed / 40, "the mutations leave too little to look at")
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.removeSubrange(at...)
        case 2: bytes.removeSubrange(at..<min(at + Int.random(in: 1...8, using: &random), bytes.count))
        case 3: bytes.insert(contentsOf: snippets.randomElement(using: &random)!, at: at)
        case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        case 5:
            let other = originals.randomElement(using: &random)!
            bytes.replaceSubrange(at..., with: other[Int.random(in: 0..<other.count, using: &random)...])
        default:
            let end = min(at + Int.random(in: 1...24, using: &random), bytes.count)
            bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
        }
    }

    private static func encode(_ bench: Bench, _ row: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        let event = bench.schema.events[0]
        for (slot, field) in event.fields.enumerated() where slot != EventType.typeSlot && bench.batch.isPresent(row: row, slot: slot) {
            writer.key(field.name)
            let cell = bench.batch.cell(row: row, slot: slot)
            switch field.type {
            case .string: writer.string(bench.text(row, field.name)!)
            case .bool: writer.bool(cell != 0)
            case .int, .timestamp: writer.int(Int64(bitPattern: cell))
            case .double: writer.double(Double(bitPattern: cell))
            case .decimal(let scale): writer.decimal(minorUnits: Int64(bitPattern: cell), scale: scale)
            case .enumeration(let values): writer.string(values[Int(cell)])
            }
        }
        writer.endObject()
        return writer.bytes
    }
}
