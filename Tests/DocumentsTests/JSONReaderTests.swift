import Documents
import Testing

@Suite struct JSONReaderTests {
    @Test(arguments: [
        (#"{"a": [1, -2.5e3, true, false, null, ""]}"#, #"{a: [int 1, double -2500.0, bool true, bool false, null, ""]}"#),
        (#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000"]"#, "[\"\"\\/\u{8}\u{C}\n\r\té😀\u{0}\"]"), ("{}", "{}"), ("[ ]", "[]"), (" 1 ", "int 1"),
        (#""x""#, #""x""#), ("\t{\n\t\"a\"\n:\t1}", "{a: int 1}"),
        ("{\"\(String(repeating: "k", count: 2000))\": 1}", "{\(String(repeating: "k", count: 2000)): int 1}"),
        ("", "null"), ("-0", "int 0"), ("-0.0", "double -0.0"), ("1E2", "double 100.0"), ("[\"\u{7F}\u{2028}\"]", "[\"\u{7F}\u{2028}\"]"),
    ])
    func values(_ text: String, _ expected: String) throws {
        #expect(outline(try parse(text, file: "t.json")) == expected)
    }

    /// The same text in a YAML file means the same.
    @Test func jsonInAYAMLFile() throws {
        #expect(outline(try parse(#"{"a": "\ud83d\ude00"}"#)) == #"{a: "😀"}"#)
        #expect(outline(try parse("\t{\"a\": 1}")) == "{a: int 1}")
        #expect(outline(try parse("[a, 'b']")) == #"["a", "b"]"#)
        #expect(outline(try parse("\"a\": 1")) == "{a: int 1}")
    }

    @Test(arguments: [
        ("[1,]", "1:4 syntax"), ("[1 2]", "1:4 syntax"), ("{a: 1}", "1:2 syntax"), ("{\"a\" 1}", "1:6 syntax"), ("{\"a\":}", "1:6 syntax"),
        ("[01]", "1:2 syntax"), ("[1.]", "1:2 syntax"), ("[.5]", "1:2 syntax"), ("[+1]", "1:2 syntax"), ("[1e]", "1:2 syntax"), ("[nan]", "1:2 syntax"),
        ("[\"\\x\"]", "1:3 syntax"), ("[\"\\ud83d\"]", "1:3 syntax"), ("[\"\\ude00\"]", "1:3 syntax"), ("[\"\\ud83d\\u0041\"]", "1:3 syntax"),
        ("[\"\\u00g0\"]", "1:3 syntax"), ("[\"a\nb\"]", "1:4 syntax"), ("[\"a", "1:2 syntax"), ("[1", "1:3 syntax"), ("1 2", "1:3 syntax"),
        ("'a'", "1:1 syntax"),
        ("{\"a\":1,\"a\":2}", "1:8 duplicate-key"), ("[1e999]", "1:2 number-out-of-range"), ("[é]", "1:2 syntax"), ("{\"é\":[é]}", "1:7 syntax"),
    ])
    func strict(_ text: String, _ expected: String) {
        #expect(faults(text, file: "t.json") == [expected])
    }

    @Test func invalidUTF8() {
        #expect(throws: Diagnostics.self) { try parseYAML([0x5B, 0x22, 0xFF, 0x22, 0x5D], file: "t.json") }
        #expect(throws: Diagnostics.self) { try parseYAML([0x5B, 0x22, 0xFF, 0x22, 0x5D], file: "t.yaml") }
    }
}
