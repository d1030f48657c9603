import TestSupport
import Testing

@testable import Documents

/// Mutated documents: the formatter refuses them, or keeps their values and comments and is done after one run.
@Suite struct FormatterFuzz {
    private let seed = UInt64.random(in: 0 ... .max)

    private static let shape = Shape.record([
        .optional("c", Shape(.anything), ""), .optional("rules", .list(.record([.optional("when", .text, ""), .optional("id", .text, "")])), ""),
        .optional("a", .record([.optional("k", .text, ""), .optional("b", .text, "")]), ""),
    ])

    private static let samples = [
        "# head\na: 1 # one\nb: [x, 'y', \"z\\n\"]\n\n\nc:\n   - {k: v, l: [1,2]}\n   # tail\n", "a: |\n  one\n   two\n\nb: >-\n  three\n  four\n# end\n",
        "- &a {k: v}\n- *a\n", "{\"a\": [1, 2.5, \"\\u00e9\"], \"b\": null}\n",
        "rules:\n- when: 'x == \"it''s\" &&\n      y' # why\n  id: C7\n- {when: >, id: b}\n",
        "rules:\n  # of the rule\n  - when: >-\n      a &&\n        b\n\n    # the id\n    id: x\na: {k: 1, # k\n    b: [1,\n  2] }\n",
        "a:\n  b:\n    c: &x\n      d: [\n       1 ]\n  e: *x\n",
        "plain text\n over lines\n", "a: \"double\\\n  quoted \\x41\" # c\nb:\n  'x\n\n  y'\n", "# c\n---\na: 1\n...\n",
        "a:\n  - - 1\n    - b: 2\n      c: 3\n  -\n    d: 4\n  -\n",
        "a: |2+\n    x\n  y\n\n\nb: |-\n  z\n", "k: # c\n  # d\n  v\nl:\n  # e\n\n  - 1\n",
    ]

    @Test func meaningAndCommentsStay() { run(seed) }

    private func run(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var laidOut = 0
        var understood = 0
        var changed = 0
        var readable = 0
        for _ in 0..<6_000 {
            var bytes = Array(random.pick(Self.samples).utf8)
            for _ in 0..<random.below(6) { mutate(&bytes, &random) }
            let shape = random.chance(0.5) ? Self.shape : nil
            guard let meaning = try? parseYAML(bytes, file: "t.yaml") else {
                #expect(throws: Diagnostics.self) { try YAMLFormatter.format(bytes, file: "t.yaml", shape: shape) }
                continue
            }
            readable += 1
            guard let result = try? YAMLFormatter.format(bytes, file: "t.yaml", shape: shape), let after = try? parseYAML(result.text, file: "t.yaml"),
                let again = try? YAMLFormatter.format(result.text, file: "t.yaml", shape: shape)
            else {
                Issue.record("seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                continue
            }
            let isKept = values(meaning) == values(after) && again.text == result.text && ink(bytes) == ink(result.text)
            #expect(isKept, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            if result.isUnderstood {
                understood += 1
                if result.text != bytes { changed += 1 }
                let isClean = result.text.isEmpty || (result.text.last == 0x0A && !result.text.starts(with: [0x0A]))
                #expect(isClean, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
            if isLaidOut(bytes, shape) { laidOut += 1 }
        }
        print("FormatterFuzz seed \(seed): \(readable) readable, \(laidOut) laid out, \(understood) kept, \(changed) changed")
        #expect(readable > 1_500 && changed > readable / 2, "seed \(seed)")
        // What the layout prints is right by itself nearly always; the comparison afterwards is for constructs that nobody writes.
        #expect(laidOut - understood <= laidOut / 50, "seed \(seed)")
    }

    /// All that is written, in no order: comments, too, only move. Markers of documents are left out.
    private func ink(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 > 0x20 && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }.sorted() }

    private func isLaidOut(_ bytes: [UInt8], _ shape: Shape?) -> Bool {
        guard let source = FormattingSource(bytes), let scan = try? LayoutScan(source) else { return false }
        var layout = Layout(source, scan, shape)
        return (try? layout.print()) != nil
    }

    /// A tree in one line, entries of maps in the order of their keys.
    private func values(_ node: Node) -> String {
        switch node.content {
        case .list(let elements): "[" + elements.map(values).joined(separator: ", ") + "]"
        case .map(let entries): "{" + entries.map { "\($0.key.text.debugDescription): \(values($0.value))" }.sorted().joined(separator: ", ") + "}"
        default: "\(node.content) \(node.text.debugDescription) \(node.style)"
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let fragments = [
            "\n", "  ", "\t", "- ", ": ", "'", "\"", "\\", " |\n", ">", "&a ", "*a", "# c", " # d\n", "[", "]", "{", "}", ",", "é", "\r\n", "---\n", "\n\n",
            "? ",
        ]
        let place = random.below(bytes.count + 1)
        switch random.below(5) {
        case 0, 1: bytes.insert(contentsOf: random.pick(fragments).utf8, at: place)
        case 2 where place < bytes.count: bytes.remove(at: place)
        case 3 where place < bytes.count: bytes[place] = UInt8(random.below(128))
        default:
            let end = place + random.below(bytes.count - place + 1)
            bytes.insert(contentsOf: bytes[place..<end].prefix(30), at: random.below(bytes.count + 1))
        }
    }
}
