import Documents
import Testing

@Suite struct MapReaderTests {
    private enum Level: String, CaseIterable { case debug, info, error }

    private func read(_ text: String, _ body: (inout MapReader) -> Void) throws -> [String] {
        let diagnostics = DiagnosticList()
        var reader = MapReader(try parse(text), "the test", diagnostics)
        body(&reader)
        reader.finish()
        return diagnostics.sorted.map(\.description)
    }

    @Test func everythingInOneGo() throws {
        let faults = try read("group: 5\nbudgett: 1s\nsize: 3 apples\nlevel: inof\nnested: {x: 1}\nport: 70000\nshare: two\nflag: 'true'\nitems: a") {
            _ = $0.string("group")
            _ = $0.duration("budget", .required)
            _ = $0.byteSize("size")
            _ = $0.choice("level", of: Level.self)
            var nested = $0.map("nested")
            _ = nested?.string("y")
            nested?.finish()
            _ = $0.int("port", in: 1...65535)
            _ = $0.double("share")
            _ = $0.bool("flag")
            _ = $0.list("items")
        }
        #expect(
            faults == [
                "t.yaml:1:1: error[missing-key]: the test has no 'budget'; add 'budget: …'",
                "t.yaml:1:8: error[wrong-type]: 'group' must be text, not a whole number; put it in quotes: \"5\"",
                "t.yaml:2:1: error[unknown-key]: the test has no key 'budgett'; did you mean 'budget'? known here: budget, flag, group, items, level, nested, port, share, size",
                "t.yaml:3:7: error[bad-value]: 'size' is '3 apples', which is no size in bytes; write a whole number with a unit: B, KiB, MiB, GiB, TiB, or kB, MB, GB, TB",
                "t.yaml:4:8: error[bad-value]: 'level' is 'inof'; did you mean 'info'? write one of debug, info, error",
                "t.yaml:5:10: error[unknown-key]: 'nested' has no key 'x'; did you mean 'y'? known here: y",
                "t.yaml:6:7: error[bad-value]: 'port' is 70000; write a number from 1 to 65535",
                "t.yaml:7:8: error[wrong-type]: 'share' must be a number, not text; write a number, without quotes",
                "t.yaml:8:7: error[wrong-type]: 'flag' must be true or false, not text; write true or false, without quotes",
                "t.yaml:9:8: error[wrong-type]: 'items' must be a list, not text; write [a], or one '- ' line for each element",
            ])
    }

    @Test func goodValues() throws {
        let faults = try read("s: x\nb: true\ni: -3\nd: 2\nl: error\nt: 24h\nz: 4GiB\nn: [a, b]\n") {
            #expect($0.string("s") == "x")
            #expect($0.bool("b") == true)
            #expect($0.int("i") == -3)
            #expect($0.double("d") == 2.0)
            #expect($0.choice("l", .required, of: Level.self) == .error)
            #expect($0.duration("t") == 86_400_000)
            #expect($0.byteSize("z") == 4_294_967_296)
            #expect($0.strings("n") == ["a", "b"])
            #expect($0.string("absent") == nil)
        }
        #expect(faults == [])
    }

    @Test func noMapIsReportedOnce() throws {
        #expect(
            try read("[1]") { _ = $0.string("a", .required) } == [
                "t.yaml:1:1: error[wrong-type]: the test must be a map, not a list; write 'key: value' lines, indented under it"
            ])
    }

    @Test func nullIsNoValue() throws {
        #expect(try read("a:") { _ = $0.string("a") } == ["t.yaml:1:3: error[wrong-type]: 'a' must be text, not nothing; write a value, or remove the key"])
    }

    @Test(
        arguments: [
            ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("24h", 86_400_000), ("30d", 2_592_000_000), ("0s", 0), ("5", nil), ("5 s", nil), ("-5s", nil),
            ("1.5s", nil), ("s", nil), ("", nil), ("5S", nil), ("106751991168d", nil), ("99999999999999999999s", nil),
        ] as [(String, Int64?)])
    func durations(_ text: String, _ expected: Int64?) {
        #expect(parseDuration(text) == expected)
        if let expected { #expect(parseDuration(formatDuration(expected)) == expected) }
    }

    @Test(
        arguments: [
            ("4GiB", 4_294_967_296), ("64kB", 64_000), ("10", 10), ("1B", 1), ("2TiB", 2_199_023_255_552), ("4gb", nil), ("8388608TiB", nil), ("", nil),
        ] as [(String, Int64?)])
    func byteSizes(_ text: String, _ expected: Int64?) {
        #expect(parseByteSize(text) == expected)
        if let expected { #expect(parseByteSize(formatByteSize(expected)) == expected) }
    }

    @Test(
        arguments: [
            ("windw", "window"), ("widnow", "window"), ("WINDOW", "window"), ("bootstrap_servers", nil), ("state-directory", "state_directory"), ("x", nil),
            ("", nil),
            (String(repeating: "a", count: 65), nil), ("ofset", "offset"), ("grupp", "group"), ("gruop", "group"), ("goup", "group"), ("ab", nil),
        ] as [(String, String?)])
    func suggestions(_ word: String, _ expected: String?) {
        #expect(didYouMean(word, among: ["window", "offset", "group", "state_directory", String(repeating: "a", count: 64)]) == expected)
    }
}
