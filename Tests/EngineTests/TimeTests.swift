import Documents
import Engine
import Events
import Expressions
import RuleTesting
import Rules
import TestSupport
import Testing

private let counting = """
    indicators:
      - {id: n, entity: account, aggregate: count, window: 1h}
      - {id: total, entity: account, aggregate: sum(amount), window: 1h}
      - {id: prior, entity: account, aggregate: previous(payee), window: 1h}
      - {id: d, entity: device, aggregate: count, window: 1h}
    rules:
      - {id: two, kind: hit, when: 'n == 2'}
      - {id: three, kind: hit, when: 'n == 3'}
      - {id: device, kind: hit, when: 'd >= 1'}
      - {id: same, kind: hit, when: 'prior == payee'}
    """

@Suite("Time and order") struct TimeTests {
    @Test("A late event is decided as of its own time, and counts for later ones")
    func late() throws {
        let bench = try Bench(counting)
        try bench.run("1", at: start)
        try bench.run("3", at: start + 20)
        #expect(bench.hits == ["two"])
        try bench.run("2", at: start + 10)
        #expect(bench.hits == ["two"] && bench.decision.late.isEmpty)
        try bench.run("4", at: start + hour + 10)
        #expect(bench.hits == ["two"])
        try bench.run("5", at: start + hour + 19)
        #expect(bench.hits == ["three"])
    }

    @Test("An event as old as the history is refused, and changes nothing")
    func tooOld() throws {
        let bench = try Bench(counting)
        try bench.run("1", at: start)
        let history = 7 * 24 * hour
        do {
            try bench.run("2", at: start - history)
            Issue.record("accepted")
        } catch {
            #expect(error.reason == .tooOld && error.field == "time" && error.message.contains("account"))
        }
        try bench.run("3", at: start - history + 1)
        #expect(bench.decision.late.isEmpty && bench.hits == [])
        try bench.run("4", at: start)
        #expect(bench.hits == ["two"])
    }

    @Test("An event too old for one of its entities is decided for the others")
    func partlyLate() throws {
        let bench = try Bench(counting)
        try bench.run("1", at: start, "\"device\":\"d\"")
        #expect(bench.hits == ["device"])
        try bench.run("2", at: start - hour, "\"device\":\"d\"")
        #expect(bench.decision.late == [1] && bench.hits == [] && bench.errors.contains("device no_such_value d"))
        #expect(bench.json.contains(#""late":["device"]"#))
        try bench.run("3", at: start, "\"device\":\"d\"")
        #expect(bench.hits == ["two", "device"] && bench.decision.late.isEmpty)
    }

    @Test(
        "An event from the future is refused",
        arguments: [
            (start, nil, true), (start, start, true), (start, start - 300_000, true), (start, start - 300_001, false), (start, 0, false),
            (start, Int64.max, true), (start, Int64.min, false),
        ]
            as [(Int64, Int64?, Bool)])
    func future(time: Int64, received: Int64?, isAccepted: Bool) throws {
        let bench = try Bench(counting)
        do {
            try bench.run("1", at: time, received: received)
            #expect(isAccepted)
        } catch {
            #expect(!isAccepted && error.reason == .future && error.field == "time")
        }
        // A refused event leaves no trace.
        try bench.run("2", at: start)
        #expect(bench.hits == (isAccepted ? ["two"] : []))
    }

    @Test("A duplicate gets the same decision, whatever came after it")
    func duplicates() throws {
        let bench = try Bench(counting)
        var decisions: [String: String] = [:]
        let events: [(String, Int64, String)] = [
            ("1", 0, "\"amount\":1,\"payee\":\"x\""), ("2", 5, "\"amount\":2,\"payee\":\"x\""), ("3", 5, "\"amount\":3,\"device\":\"d\""),
            ("4", 9, "\"payee\":\"y\""),
        ]
        for (id, time, members) in events {
            try bench.run(id, at: start + time, members)
            #expect(!bench.decision.isDuplicate)
            decisions[id] = bench.json
        }
        for (id, time, members) in events.reversed() + events {
            try bench.run(id, at: start + time, members)
            #expect(bench.decision.isDuplicate)
            #expect(bench.json.replacing(#","duplicate":true"#) == decisions[id])
        }
        // The same id at another time is another event.
        try bench.run("4", at: start + 10)
        #expect(!bench.decision.isDuplicate)
        try bench.run("6", at: start + 11)
        var writer = JSONWriter()
        DecisionWriter(bench.engine).indicators(&writer)
        // Only the fingerprint of the payee is known.
        #expect(writer.text.hasPrefix(##"{"n":6,"total":6.0,"prior":"#"##))
    }
}

extension String {
    /// Without the first occurrence of a text.
    fileprivate func replacing(_ text: String) -> String {
        let (whole, part) = (Array(utf8), Array(text.utf8))
        guard whole.count >= part.count, let at = (0...(whole.count - part.count)).first(where: { Array(whole[$0..<$0 + part.count]) == part }) else {
            return self
        }
        return String(decoding: whole[..<at] + whole[(at + part.count)...], as: UTF8.self)
    }
}

func randomStream(_ seed: UInt64, count: Int) -> [String] {
    var random = SeededGenerator(seed: seed)
    var time = start
    var lines: [String] = []
    for index in 0..<count {
        if index > 0, Int.random(in: 0..<8, using: &random) == 0 {
            lines.append(lines[max(0, index - Int.random(in: 1...5, using: &random))])
            continue
        }
        time += Int64.random(in: 0...600_000, using: &random)
        let late = Int.random(in: 0..<8, using: &random) == 0 ? Int64.random(in: 0...(2 * hour), using: &random) : 0
        var line = "{\"event_type\":\"\(Bool.random(using: &random) ? "transaction" : "login")\",\"id\":\"\(index)\",\"time\":\(time - late)"
        line += ",\"account\":\"a\(Int.random(in: 0..<3, using: &random))\""
        for (name, values) in [
            ("amount", ["1", "0.5", "250", "\"17.25\""]), ("payee", ["\"x\"", "\"y\"", "\"\""]), ("ip", ["\"1.1.1.1\"", "\"2.2.2.2\""]),
            ("device", ["\"d\"", "\"e\"", "null"]), ("attempts", ["1", "9"]),
        ]
        where Bool.random(using: &random) { line += ",\"\(name)\":\(values.randomElement(using: &random)!)" }
        lines.append(line + "}")
    }
    return lines
}

let mixed = """
    on: [transaction, login]
    indicators:
      - {id: n, entity: account, aggregate: count, window: 1h}
      - {id: payees, entity: account, aggregate: distinct(payee), window: 24h}
      - {id: mean, entity: account, aggregate: avg(amount), window: today}
      - {id: spread, entity: account, aggregate: stddev(amount), window: last 10 events}
      - {id: prior, entity: account, aggregate: previous(payee), window: 7d}
      - {id: d, entity: device, aggregate: count, window: 30m}
      - {id: probe, entity: account, sequence: [{where: 'amount <= 1.0', at_least: 2}, {where: 'amount >= 200.0'}], within: 6h}
    rules:
      - {id: A, kind: score, score: 30, when: 'n >= 3 && payees >= 2'}
      - {id: B, kind: score, score: 40.5, when: 'amount > 2.0 * mean'}
      - {id: C, kind: hit, level: red, when: 'probe'}
      - {id: D, kind: score, score: 5, when: 'prior != payee && in_list("grey", ip)'}
      - {id: E, kind: list, when: 'd >= 2', list: {name: grey, subject: ip, ttl: 2h}}
      - {id: F, kind: hit, when: 'payee.startsWith("x") || spread > 100.0'}
    decide: {levels: {yellow: 40, red: 80}}
    """

private struct Run {
    var lines: [String] = []
    var rejections: [(Int, Rejection)] = []
    var summary: Replay.Summary

    init(_ stream: [String], options: Replay.Options, packages: String...) throws {
        let schema = try Schema.read(Array(bankSchema.utf8), file: "schema.yaml")
        var read: [Package] = []
        for (index, text) in packages.enumerated() { read.append(try Bench.package(text, index, schema)) }
        let replay = Replay(
            engine: try Engine(schema: schema, packages: read, timeZones: FixedZone()),
            decoder: Decoder(schema: schema, pseudonymiser: nil, timeZones: FixedZone()),
            options: options)
        var lines: [String] = []
        for (number, line) in stream.enumerated() {
            var text = line
            let rejection = text.withUTF8 { bytes in replay.run(UnsafeRawBufferPointer(bytes)) { lines.append(String(decoding: $0, as: UTF8.self)) } }
            if let rejection { rejections.append((number, rejection)) }
        }
        self.lines = lines
        summary = replay.summary
    }
}

@Suite("Replay") struct ReplayTests {
    @Test("The same stream gives the same bytes", arguments: [1, 2, 3] as [UInt64])
    func determinism(seed: UInt64) throws {
        let stream = randomStream(seed, count: 600)
        let first = try Run(stream, options: .init(indicators: true, all: true), packages: mixed, "mode: shadow\n" + mixed)
        let second = try Run(stream, options: .init(indicators: true, all: true), packages: mixed, "mode: shadow\n" + mixed)
        #expect(first.lines == second.lines)
        #expect(first.lines.count == stream.count - first.rejections.count && first.summary.alerts > 20 && first.summary.duplicates > 20)
        // Every rule hit, so that all of them took part.
        for rule in ["A", "B", "C", "D", "E", "F"] { #expect(first.lines.contains { $0.contains("\"rule\":\"\(rule)\"") }, "\(rule)") }
        // Without asking for indicators, decisions are the same.
        let plain = try Run(stream, options: .init(all: true), packages: mixed, "mode: shadow\n" + mixed)
        func decisions(_ run: Run) -> [Substring] { run.lines.map { line in line[line.firstRange(of: "\"decision\":")!.lowerBound...] } }
        #expect(decisions(plain) == decisions(first))
    }

    @Test("One line for each event that hits, all on request, and refusals apart")
    func output() throws {
        let package =
            "indicators: [{id: n, entity: account, aggregate: count, window: 1h}, {id: d, entity: device, aggregate: count, window: 1h}]\nrules: [{id: r, kind: hit, when: 'amount > 10.0'}]"
        let stream = [
            #"{"event_type":"transaction","id":"1","time":1000,"account":"a","amount":11}"#,
            #"{"event_type":"transaction","id":"2","time":2000,"account":"a","amount":1}"#,
            #"{"event_type":"login","id":"3","time":3000,"account":"a","device":"d"}"#, #"{"event_type":"logon","id":"4","time":4000,"account":"a"}"#, "{",
            #"{"type":"transaction","id":5,"time":5000,"account":"a","amount":12}"#,
            #"{"event_type":"transaction","id":"1","time":1000,"account":"a","amount":11}"#,
            #"{"event_type":"transaction","id":"6","time":5000,"account":""}"#,
        ]
        let hits = try Run(stream, options: .init(), packages: package)
        let hit =
            #""decision":{"level":"green","score":0.0,"hits":[{"package":"p0","version":"0","rule":"r","title":null,"kind":"hit","score":0.0,"dimension":null}]"#
        #expect(
            hits.lines == [#"{"event_id":"1",\#(hit)}}"# + "\n", #"{"event_id":"5",\#(hit)}}"# + "\n", #"{"event_id":"1",\#(hit),"duplicate":true}}"# + "\n"])
        #expect(hits.rejections.map(\.0) == [3, 4, 7] && hits.rejections.map(\.1.reason) == [.unknownEventType, .notJSON, .missingKey])
        #expect(hits.summary.events == 8 && hits.summary.rejected == 3 && hits.summary.duplicates == 1 && hits.summary.alerts == 3)
        let all = try Run(stream, options: .init(indicators: true, all: true), packages: package)
        #expect(all.lines.count == 5)
        #expect(all.lines[1] == #"{"event_id":"2","indicators":{"n":2},"decision":{"level":null,"score":0.0,"hits":[]}}"# + "\n")
        #expect(all.lines[2] == #"{"event_id":"3","indicators":{"n":3,"d":1},"decision":{"level":null,"score":0.0,"hits":[]}}"# + "\n")
        #expect(all.lines[4].hasPrefix(#"{"event_id":"1","indicators":{"n":1},"#))
    }

    @Test("A list rule acts on the events after it")
    func lists() throws {
        let run = try Run(
            [1, 2].map { #"{"event_type":"transaction","id":"\#($0)","time":\#($0),"account":"a","ip":"i","amount":1}"# }, options: .init(),
            packages: "rules: [{id: l, kind: list, when: 'amount > 0.0', list: {name: x, subject: ip}}, {id: s, kind: hit, when: 'in_list(\"x\", ip)'}]")
        #expect(run.lines.count == 2 && !run.lines[0].contains("\"rule\":\"s\"") && run.lines[1].contains("\"rule\":\"s\""))
        #expect(run.lines[0].contains("\"level\":null") && run.lines[1].contains("\"level\":\"green\""))
    }

    @Test("Subjects are named by entity and key")
    func subjects() throws {
        let bench = try Bench(
            "on: [e]\nrules: []",
            schema: """
                events: {e: {topic: t, id: id, time: time, fields: {account: {type: string}, m: {type: decimal, scale: 2}, k: {type: enum, values: [x, y]}, b: {type: bool}, i: {type: int}, o: {type: string, optional: true}}}}
                entities: {none: {key: o, history: 1d}, all: {key: [account, m, k, b, i, event_type], history: 1d}, one: {key: i, history: 1d}}
                """)
        try bench.run("1", at: 5, "\"m\":-0.5,\"k\":\"y\",\"b\":true,\"i\":-7")
        #expect(Subject.text(bench.schema, entity: 0, bench.batch, row: 0) == nil)
        #expect(Subject.text(bench.schema, entity: 1, bench.batch, row: 0) == "all:a|-0.50|y|true|-7|e")
        #expect(Subject.ofEvent(bench.schema, bench.batch, row: 0) == "all:a|-0.50|y|true|-7|e")
        #expect(Subject.text(bench.schema, entity: 2, bench.batch, row: 0) == "one:-7")
    }
}

@Suite("Making an engine") struct MakingTests {
    @Test("An unknown time zone and too many conditions are refused")
    func refusals() throws {
        func codes(_ schema: String, _ package: String) -> [String] {
            do {
                _ = try Bench(package, schema: schema)
                return []
            } catch let error as Diagnostics { return error.all.map(\.code) } catch { return ["\(error)"] }
        }
        #expect(codes("timezone: Asia/Shanghai\n" + bankSchema, "rules: []") == [])
        #expect(codes("timezone: Asia/Xanadu\n" + bankSchema, "rules: []") == ["unknown-time-zone"])
        let indicators = (0..<65).map { "  - {id: n\($0), entity: account, aggregate: count, where: 'amount > \($0).0', window: 1h}\n" }.joined()
        #expect(codes(bankSchema, "indicators:\n\(indicators)rules: []") == ["limit-exceeded"])
    }

    @Test("The natural day begins at midnight of the schema's zone")
    func today() throws {
        let bench = try Bench(
            "indicators: [{id: n, entity: account, aggregate: count, window: today}]\nrules: [{id: r, kind: hit, when: 'n == 2'}]",
            schema: "timezone: Asia/Shanghai\n" + bankSchema)
        let midnight: Int64 = 1_795_104_000_000
        try bench.run("1", at: midnight - 1)
        try bench.run("2", at: midnight)
        #expect(bench.hits == [])
        try bench.run("3", at: midnight + 24 * hour - 1)
        #expect(bench.hits == ["r"])
    }
}
