import Documents
import Testing

@Suite struct YAMLTests {
    @Test(arguments: [
        ("", "null"), ("# nothing\n", "null"), ("~", "null"), ("a:", "{a: null}"), ("a: null", "{a: null}"), ("a: Null", "{a: null}"),
        ("a: nULL", "{a: \"nULL\"}"), ("a: no", "{a: \"no\"}"), ("a: on", "{a: \"on\"}"), ("a: yes", "{a: \"yes\"}"), ("a: Off", "{a: \"Off\"}"),
        ("on: [transaction]", "{on: [\"transaction\"]}"), ("a: true", "{a: bool true}"), ("a: FALSE", "{a: bool false}"),
        ("a: 1_000", "{a: \"1_000\"}"), ("a: 12", "{a: int 12}"), ("a: +12", "{a: int 12}"), ("a: -0", "{a: int 0}"), ("a: 007", "{a: int 7}"),
        ("a: 0x1F", "{a: int 31}"), ("a: 0o17", "{a: int 15}"), ("a: 0x", "{a: \"0x\"}"), ("a: -0x1", "{a: \"-0x1\"}"), ("a: 0b1", "{a: \"0b1\"}"),
        ("a: 0o8", "{a: \"0o8\"}"), ("a: 9223372036854775807", "{a: int 9223372036854775807}"),
        ("a: -9223372036854775808", "{a: int -9223372036854775808}"), ("a: 1.5", "{a: double 1.5}"), ("a: .5", "{a: double 0.5}"),
        ("a: 5.", "{a: double 5.0}"), ("a: -.5e-1", "{a: double -0.05}"), ("a: 1.e3", "{a: double 1000.0}"), ("a: 1e3", "{a: double 1000.0}"),
        ("a: 1e", "{a: \"1e\"}"), ("a: .", "{a: \".\"}"), ("a: +", "{a: \"+\"}"), ("a: 1.2.3", "{a: \"1.2.3\"}"), ("a: .inf", "{a: double inf}"),
        ("a: -.INF", "{a: double -inf}"), ("a: .NaN", "{a: double nan}"), ("a: nan", "{a: \"nan\"}"), ("a: 190:20:30", "{a: \"190:20:30\"}"),
        ("a: 2026-01-01", "{a: \"2026-01-01\"}"), ("a: '1'", "{a: \"1\"}"), ("a: \"true\"", "{a: \"true\"}"), ("a: |\n  1\n", "{a: \"1\n\"}"),
        ("a: >\n  x\n  y\n", "{a: \"x y\n\"}"), ("'a b': \"\\u00e9\\x41\\t\"", "{a b: \"éA\t\"}"), ("- 1\n- [2, {b: 3}]", "[int 1, [int 2, {b: int 3}]]"),
        ("a: &x [1, 2]\nb: *x", "{a: [int 1, int 2], b: [int 1, int 2]}"), ("&k a: *k", "{a: \"a\"}"), ("\u{FEFF}a: 1", "{a: int 1}"),
        ("---\na: 1\n...\n", "{a: int 1}"), ("a: 'it''s'", "{a: \"it's\"}"), ("'<<': 1", "{<<: int 1}"), ("名: 黑名单", "{名: \"黑名单\"}"),
        ("{a: 1, }", "{a: int 1}"), ("a: \"\\L\u{A3}\u{2026}\"", "{a: \"\u{2028}\u{A3}\u{2026}\"}"),
        ("{\"a\": \"\u{2028}\"}", "{a: \"\u{2028}\"}"), ("1: x\nnull: y", "{1: \"x\", null: \"y\"}"),
    ])
    func values(_ text: String, _ expected: String) throws {
        #expect(outline(try parse(text)) == expected)
    }

    @Test(arguments: [
        ("a: [1", ["2:1 syntax"]), ("a: b: c", ["1:5 syntax"]), ("a: 1\na: 2\nb:\n  c: 1\n  c: 2", ["2:1 duplicate-key", "5:3 duplicate-key"]),
        ("a: 99999999999999999999\nb: 1e999", ["1:4 number-out-of-range", "2:4 number-out-of-range"]), ("a: !!str 1", ["1:4 unsupported-yaml"]),
        ("a: !x [1]\n!y b: 1", ["1:4 unsupported-yaml", "2:1 unsupported-yaml"]), ("a: &x {b: 1}\nc:\n  <<: *x", ["3:3 unsupported-yaml"]),
        ("a: 1\n---\nb: 1", ["2:1 unsupported-yaml"]), ("? [a]\n: 1", ["1:3 unsupported-yaml"]), ("a: *x", ["1:4 unknown-anchor"]),
        ("a: &x [*x]", ["1:8 unknown-anchor"]), ("a: \"\\ud83d\\ude00\"", ["1:7 syntax"]), ("a:\n\t- 1", ["2:1 syntax"]), ("a: 'x", ["1:6 syntax"]),
        ("名: 1\n名: 2", ["2:1 duplicate-key"]), ("a: 1\nb: \u{1}", ["2:4 invalid-utf8"]), ("a: @x", ["1:4 syntax"]),
        ("a: |\u{2028}  one\n", ["1:5 unsupported-yaml"]), ("a: 1\nb: 'x\u{85}y'", ["2:6 unsupported-yaml"]), ("# \u{2029}", ["1:3 unsupported-yaml"]),
    ])
    func faultsWithPlaces(_ text: String, _ expected: [String]) {
        #expect(faults(text) == expected)
    }

    @Test func everyFaultHasARemedy() {
        for text in ["a: [1", "a: 1\na: 2", "a: !x 1", "a: 1\n---\n", "a: *x", "a: \u{1}", "a: 1e999", "<<: {}", "? {}\n: 1"] {
            #expect(throws: Diagnostics.self) { try parse(text) }
            do { _ = try parse(text) } catch { for fault in error.all { #expect(fault.remedy != nil, "\(text)") } }
        }
    }

    @Test func duplicateKeyNamesBothPlaces() throws {
        do {
            _ = try parse("x:\n  key: 1\n  other: 2\n  key: 3\n")
            Issue.record("accepted")
        } catch {
            #expect(
                error.description
                    == "t.yaml:4:3: error[duplicate-key]: the key 'key' stands already at line 2, column 3; keep one of the two")
        }
    }

    @Test func invalidUTF8HasAPlace() {
        do {
            _ = try parseYAML(Array("a: 1\né: ".utf8) + [0xFF], file: "t.yaml")
            Issue.record("accepted")
        } catch {
            #expect(error.all.first?.position == Position(file: "t.yaml", line: 2, column: 4))
        }
    }

    @Test func limits() {
        var limits = DocumentLimits()
        limits.bytesMax = 100
        limits.depthMax = 3
        limits.nodesMax = 10
        limits.aliasedNodesMax = 6
        limits.diagnosticsMax = 2
        #expect(faults(String(repeating: "#", count: 101), limits: limits) == ["1:1 limit-exceeded"])
        #expect(faults("[[[1]]]", limits: limits) == [])
        #expect(faults("[[[[1]]]]", limits: limits) == ["1:4 limit-exceeded"])
        #expect(faults("- - - x: 1", limits: limits) == ["1:7 limit-exceeded"])
        #expect(faults("[1,2,3,4,5,6,7,8,9]", limits: limits) == [])
        #expect(faults("[1,2,3,4,5,6,7,8,9,10]", limits: limits) == ["1:20 limit-exceeded"])
        #expect(faults("- 1\n- 2\n- 3\n- 4\n- 5\n- 6\n- 7\n- 8\n- 9\n- a", limits: limits) == ["10:3 limit-exceeded"])
        #expect(faults("- &x [1]\n- *x\n- [*x]", limits: limits) == [])
        #expect(faults("- &x [1]\n- [[*x]]", limits: limits) == ["2:5 limit-exceeded"])
        #expect(faults("- &x [1, 2]\n- *x\n- *x\n- *x", limits: limits) == ["4:3 limit-exceeded"])
        #expect(faults("a: !x 1\nb: !x 2\nc: !x 3", limits: limits) == ["1:4 unsupported-yaml", "2:4 unsupported-yaml"])
    }

    @Test func billionLaughs() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<20 { text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n" }
        #expect(faults(text).map { $0.split(separator: " ")[1] } == ["limit-exceeded"])
    }

    @Test func deepNestingIsAnError() {
        #expect(faults(String(repeating: "[", count: 100_000)) == ["1:65 limit-exceeded"])
        #expect(faults(String(repeating: "[", count: 100_000), file: "t.json") == ["1:65 limit-exceeded"])
        #expect(faults(String(repeating: "- ", count: 100_000)) == ["1:129 limit-exceeded"])
        #expect(faults(String(repeating: "{a: ", count: 100_000)) == ["1:257 limit-exceeded"])
    }
}
