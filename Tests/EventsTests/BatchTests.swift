import Events
import TestSupport
import Testing

/// A batch keeps the texts of all its rows, wherever they stand: in the copied event, or beside it.
@Suite("Batches") struct BatchTests {
    @Test("The texts of every row are there when the batch is full", arguments: [1, 2, 3] as [UInt64])
    func texts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bench = try Bench(allTypes, capacity: 400)
        for round in 0..<3 {
            bench.batch.removeAll()
            var expected: [(id: String, s: String, device: String)] = []
            while bench.batch.count < 400 {
                let id = "e\(round)-\(expected.count)"
                // Longer than what is looked at in place, now and then; and sometimes with escapes, which need a copy.
                let long = Int.random(in: 0..<40, using: &random) == 0
                let s = String(repeating: "ab入", count: Int.random(in: 0...(long ? 4_000 : 20), using: &random))
                let device = "d\(Int.random(in: 0..<1_000_000, using: &random))"
                let ballast = Int.random(in: 0..<30, using: &random) == 0 ? String(repeating: "x", count: 20_000) : ""
                let written = Bool.random(using: &random) ? s : s.replacing("入", with: "\\u5165")
                let json =
                    "{\"event_id\":\"\(id)\",\"event_time\":\(validTime),\"account\":\"a1\",\"other\":\"\(ballast)\",\"s\":\"\(written)\",\"device\":\"\(device)\"}"
                // A refused event leaves nothing behind.
                if Int.random(in: 0..<5, using: &random) == 0 {
                    #expect(throws: Rejection.self) { try bench.decode(json.replacing("\"account\":\"a1\"", with: "\"account\":7")) }
                    #expect(throws: Rejection.self) { try bench.decode(String(json.dropLast(3))) }
                }
                #expect(try bench.decode(json) == expected.count)
                expected.append((id, s, device))
            }
            for (row, texts) in expected.enumerated() {
                #expect(bench.text(row, "event_id") == texts.id)
                #expect(bench.text(row, "s") == texts.s)
                #expect(bench.text(row, "device") == texts.device)
                #expect(bench.text(row, "event_type") == "e")
            }
        }
    }

    @Test(
        "Enum values are told apart wherever they differ",
        arguments: ["a", "ab", "transfer", "transfer_in", "transfer_out", "transfer_outwards", "转账转账转账", "转账转账转出"])
    func enumerations(value: String) throws {
        let values = "a, ab, transfer, transfer_in, transfer_out, transfer_outwards, 转账转账转账, 转账转账转出"
        let bench = try Bench(allTypes.replacing("values: [in, out, 入]", with: "values: [\(values)]"))
        #expect(bench.value(try bench.decode(event("\"k\":\"\(value)\"")), "k") == value)
        for other in [value + "x", String(value.dropLast()) + "?", value + "\\u0000", ""] {
            #expect(bench.outcome(Array(event("\"k\":\"\(other)\"").utf8)) == "unknown_enum_value k")
        }
    }
}
