import Documents
import TestSupport
import Testing

/// Random documents: what the writer writes is read back the same, and no bytes whatever bring the reader down.
@Suite struct DocumentsFuzz {
    private let seed: UInt64

    init() {
        seed = UInt64.random(in: 0 ... .max)
        print("DocumentsFuzz seed \(seed)")
    }

    @Test func writtenJSONReadsBack() throws {
        var random = SeededGenerator(seed: seed)
        var writer = JSONWriter()
        for _ in 0..<2_000 {
            let node = randomNode(&random, depth: 0)
            writer.reset()
            write(node, into: &writer)
            let asJSON = try parseYAML(writer.bytes, file: "t.json")
            #expect(outline(asJSON) == outline(node), "seed \(seed)")
            let asYAML = try parseYAML(writer.bytes, file: "t.yaml")
            #expect(outline(asYAML) == outline(node), "seed \(seed)")
        }
    }

    /// Mutated good documents reach further than noise; every node's offsets are mapped, too.
    @Test func anyBytesAreReadOrRefused() { mutateAndRead(seed) }

    /// Seeds that once found something: an invisible line break behind `|`, which the reader and its positions counted differently.
    @Test(arguments: [18_008_661_490_345_993_428 as UInt64]) func seedsThatFoundFaults(seed: UInt64) { mutateAndRead(seed) }

    private func mutateAndRead(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = Array(samples[Int.random(in: 0..<samples.count, using: &random)].utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) { mutate(&bytes, &random) }
            do {
                let node = try parseYAML(bytes, file: round % 4 == 0 ? "t.json" : "t.yaml")
                accepted += 1
                visit(node, seed)
            } catch {
                #expect(!error.all.isEmpty, "seed \(seed)")
                for fault in error.all { #expect(fault.remedy != nil && fault.position != nil, "seed \(seed)") }
            }
        }
        #expect(accepted > 1_000, "seed \(seed)")
    }

    private func visit(_ node: Node, _ seed: UInt64) {
        switch node.content {
        case .list(let elements): for element in elements { visit(element, seed) }
        case .map(let entries): for entry in entries { visit(entry.value, seed) }
        default:
            var last = node.position
            for offset in 0...min(node.text.utf8.count, 40) {
                let position = node.position(atUTF8Offset: offset)
                #expect((position.line, position.column) >= (last.line, last.column), "seed \(seed)")
                last = position
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let fragments = [
            "\n", "  ", "\t", "- ", ": ", "'", "\"", "\\", "|\n", ">", "&a ", "*a", "!", "#", "[", "]", "{", "}", ",", "é", "\r\n", "\u{2028}", "---\n", "\\u",
        ]
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(contentsOf: fragments[Int.random(in: 0..<fragments.count, using: &random)].utf8, at: place)
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        default:
            let end = Int.random(in: place...bytes.count, using: &random)
            bytes.insert(contentsOf: bytes[place..<end].prefix(30), at: Int.random(in: 0...bytes.count, using: &random))
        }
    }

    private let samples = [
        "a: 1\nb: [x, 'y', \"z\\n\"]\n", "a: |\n  one\n   two\n\nb: >-\n  three\n  four\n", "- &a {k: v}\n- *a\n",
        "{\"a\": [1, 2.5, \"\\u00e9\\ud83d\\ude00\"], \"b\": null}",
        "rules:\n  - id: C7\n    when: 'x == \"it''s\" &&\n      y'\n", "? a\n: b\n", "plain text\n over lines\n", "\"double\\\n  quoted \\x41\"",
        "# c\n%YAML 1.2\n---\na: 1\n...\n",
    ]

    private func randomNode(_ random: inout SeededGenerator, depth: Int) -> Node {
        let position = Position(file: "", line: 1, column: 1)
        switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &random) {
        case 0: return Node(.null, at: position)
        case 1: return Node(.bool(Bool.random(using: &random)), at: position)
        case 2: return Node(.int(Int64.random(in: .min ... .max, using: &random)), at: position)
        case 3:
            let value = Double(bitPattern: random.next())
            return Node(.double(value.isFinite ? value : 0.5), at: position)
        case 4: return Node(.string(randomText(&random)), at: position)
        case 5: return Node(.list((0..<Int.random(in: 0..<4, using: &random)).map { _ in randomNode(&random, depth: depth + 1) }), at: position)
        default:
            let entries = (0..<Int.random(in: 0..<4, using: &random)).map { index in
                (key: Node.Key("\(index)" + randomText(&random), at: position), value: randomNode(&random, depth: depth + 1))
            }
            return Node(.map(entries), at: position)
        }
    }

    private func randomText(_ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let range: ClosedRange<UInt32> = [0...0x7F, 0x20...0x7E, 0x80...0xD7FF, 0x10000...0x10FFFF][Int.random(in: 0..<4, using: &random)]
            text.append(Unicode.Scalar(UInt32.random(in: range, using: &random))!)
        }
        return String(text)
    }

    private func write(_ node: Node, into writer: inout JSONWriter) {
        switch node.content {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .int(let value): writer.int(value)
        case .double(let value): writer.double(value)
        case .string(let value): writer.string(value)
        case .list(let elements):
            writer.beginArray()
            for element in elements { write(element, into: &writer) }
            writer.endArray()
        case .map(let entries):
            writer.beginObject()
            for entry in entries {
                writer.key(entry.key.text)
                write(entry.value, into: &writer)
            }
            writer.endObject()
        }
    }
}
