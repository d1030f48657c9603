import Documents
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    private func write(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return writer.text
    }

    @Test func structure() {
        let text = write {
            $0.beginObject()
            $0.key("a"); $0.int(1)
            $0.key("b"); $0.beginArray()
            $0.beginObject(); $0.endObject()
            $0.beginArray(); $0.endArray()
            $0.null()
            $0.bool(true)
            $0.raw(Array("{\"x\":1}".utf8))
            $0.endArray()
            $0.key("c"); $0.bool(false)
            $0.endObject()
            $0.newline()
            $0.uint(.max)
        }
        #expect(text == "{\"a\":1,\"b\":[{},[],null,true,{\"x\":1}],\"c\":false}\n18446744073709551615")
    }

    @Test(arguments: [("", "\"\""), ("a\"b\\c/", #""a\"b\\c/""#), ("\u{0}\u{1F}\n\r\t\u{7F}é😀", "\"\\u0000\\u001f\\n\\r\\t\u{7F}é😀\"")])
    func strings(_ value: String, _ expected: String) {
        #expect(write { $0.string(value) } == expected)
    }

    @Test(
        arguments: [
            (1234, 2, "12.34"), (-5, 2, "-0.05"), (0, 2, "0.00"), (7, 0, "7"), (.min, 18, "-9.223372036854775808"), (.max, 4, "922337203685477.5807"),
            (-100, 2, "-1.00"),
        ] as [(Int64, Int, String)])
    func decimals(_ units: Int64, _ scale: Int, _ expected: String) {
        #expect(write { $0.decimal(minorUnits: units, scale: scale) } == expected)
    }

    @Test(
        arguments: [
            (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-2.5, "-2.5"), (0.1, "0.1"), (0.30000000000000004, "0.30000000000000004"), (1e15, "1000000000000000.0"),
            (123456.789, "123456.789"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"), (0.000001, "0.000001"), (1e-7, "1e-07"), (.nan, "\"NaN\""),
            (.infinity, "\"Infinity\""),
            (-.infinity, "\"-Infinity\""), (50000.0, "50000.0"), (99999999999999.9, "99999999999999.9"),
        ] as [(Double, String)])
    func doubles(_ value: Double, _ expected: String) {
        #expect(write { $0.double(value) } == expected)
    }

    @Test(arguments: [0, -1, 1, 10, .max, .min] as [Int64])
    func integers(_ value: Int64) {
        #expect(write { $0.int(value) } == "\(value)")
    }

    @Test func shortestRoundTrip() {
        let seed = UInt64.random(in: 0 ... .max)
        print("JSONWriterTests.shortestRoundTrip seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var writer = JSONWriter()
        for index in 0..<200_000 {
            let value: Double
            switch index % 3 {
            case 0: value = Double(bitPattern: random.next())
            case 1: value = Double(Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)) / 10_000
            default: value = Double.random(in: -1e6...1e6, using: &random)
            }
            guard value.isFinite else { continue }
            writer.reset()
            writer.double(value)
            #expect(Double(writer.text)?.bitPattern == value.bitPattern, "seed \(seed)")
            let digits = { (text: String) in text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }.count }
            #expect(digits(writer.text) <= max(digits(value.description), 1) + 1, "\(writer.text) for \(value), seed \(seed)")
        }
    }

    @Test func bufferIsReused() {
        var writer = JSONWriter(capacity: 64)
        let before = writer.bytes.capacity
        for _ in 0..<100 {
            writer.reset()
            writer.string("0123456789")
        }
        #expect(writer.bytes.capacity == before)
        #expect(writer.text == "\"0123456789\"")
    }
}
