import Documents
import Events
import Testing

/// `line:column code` of each error and warning of a schema, in the order of the file.
private func faults(_ yaml: String) -> [String] {
    do {
        _ = try Schema.read(Array(yaml.utf8), file: "schema.yaml")
        return []
    } catch {
        for fault in error.all where fault.severity == .error { #expect(fault.remedy?.isEmpty == false, "\(fault)") }
        return error.all.map { "\($0.position?.line ?? 0):\($0.position?.column ?? 0) \($0.code)" }
    }
}

/// A schema with one event type; the fields start at line 7, column 7.
private func withFields(_ lines: String...) -> String {
    "events:\n  e:\n    topic: t\n    id: id\n    time: time\n    fields:\n" + lines.map { "      \($0)\n" }.joined()
}

/// The same with fields a, s and x; derived fields start at line 11, column 7, entities are given in full.
private func withDerived(_ lines: String...) -> String {
    withFields("a: {type: int}", "s: {type: string, sensitive: true}", "x: {type: string}") + "    derived:\n" + lines.map { "      \($0)\n" }.joined()
}

/// Two event types that share `a` and disagree about `c`; entities start at line 9, column 3.
private func withEntities(_ lines: String...) -> String {
    """
    events:
      one:
        {topic: t1, id: id, time: time, fields: {a: {type: string}, b: {type: int}, c: {type: int}}}
      two:
        {topic: t2, id: id, time: time, fields: {a: {type: string}, c: {type: string}, d: {type: bool}}}


    entities:

    """ + lines.map { "  \($0)\n" }.joined()
}

@Suite("Schema errors") struct SchemaErrorTests {
    @Test(
        "Structure",
        arguments: [
            ("", ["1:1 wrong-type"]), ("[]", ["1:1 wrong-type"]), ("{}", ["1:1 missing-key"]), ("events: {}", ["1:9 missing-key"]),
            ("events: []", ["1:9 wrong-type"]),
            ("event:\n  e: {}", ["1:1 missing-key", "1:1 unknown-key"]),
            ("timezone: ''\nevents: {e: {topic: t, id: i, time: t, fields: {}}}", ["1:11 bad-value"]),
            ("timezone: 8\nevents: {e: {topic: t, id: i, time: t, fields: {}}}", ["1:11 wrong-type"]),
            ("events:\n  e: {}", ["2:6 missing-key", "2:6 missing-key", "2:6 missing-key", "2:6 missing-key"]),
            ("events:\n  e: text", ["2:6 wrong-type"]),
            ("events:\n  e: {topic: '', id: '', time: 5, fields: []}", ["2:14 bad-value", "2:22 bad-value", "2:32 wrong-type", "2:43 wrong-type"]),
            ("events:\n  e: {topic: t, id: i, time: t, fields: {}, derivd: {}}", ["2:45 unknown-key"]),
            ("events:\n  a: {topic: t, id: i, time: t, fields: {}}\n  b: {topic: t, id: i, time: t, fields: {}}", ["3:14 duplicate-topic"]),
            ("events:\n  a: {topic: '', id: i, time: t, fields: {}}\n  b: {topic: '', id: i, time: t, fields: {}}", ["2:14 bad-value", "3:14 bad-value"]),
            ("events:\n  a-b: {topic: t, id: i, time: t, fields: {}}", ["2:3 bad-name"]),
            ("events:\n  1a: {topic: t, id: i, time: t, fields: {}}", ["2:3 bad-name"]),
            ("events:\n  入: {topic: t, id: i, time: t, fields: {}}", ["2:3 bad-name"]),
            ("events:\n  e: {topic: t, id: i, time: t, fields: {}}\n  e: {topic: u, id: i, time: t, fields: {}}", ["3:3 duplicate-key"]),
        ])
    func structure(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test(
        "Fields",
        arguments: [
            (withFields("a: {type: strin}"), ["7:17 bad-value"]), (withFields("a: {typ: string}"), ["7:10 missing-key", "7:11 unknown-key"]),
            (withFields("a: string"), ["7:10 wrong-type"]), (withFields("a: {type: [string]}"), ["7:17 wrong-type"]),
            (withFields("a: {type: int, scale: 2}"), ["7:29 unknown-key"]), (withFields("a: {type: int, values: [x]}"), ["7:30 unknown-key"]),
            (withFields("a: {type: decimal}"), ["7:10 missing-key"]), (withFields("a: {type: decimal, scale: 16}"), ["7:33 bad-value"]),
            (withFields("a: {type: decimal, scale: -1}"), ["7:33 bad-value"]), (withFields("a: {type: decimal, scale: 1.5}"), ["7:33 wrong-type"]),
            (withFields("a: {type: decimal, scale: two}"), ["7:33 wrong-type"]),
            (withFields("a: {type: enum}"), ["7:10 missing-key"]), (withFields("a: {type: enum, values: []}"), ["7:31 bad-value"]),
            (withFields("a: {type: enum, values: x}"), ["7:31 wrong-type"]),
            (withFields("a: {type: enum, values: [x, 1, true]}"), ["7:35 wrong-type", "7:38 wrong-type"]),
            (withFields("a: {type: enum, values: [x, y, x]}"), ["7:38 duplicate-value"]),
            (withFields("a: {type: enum, values: [\((0..<256).map { "v\($0)" }.joined(separator: ", "))]}"), ["7:31 bad-value"]),
            (withFields("a: {type: enum, values: [\((0..<255).map { "v\($0)" }.joined(separator: ", "))]}"), []),
            (withFields("a: {type: int, optional: 1}"), ["7:32 wrong-type"]), (withFields("a: {type: int, sensitive: true}"), ["7:33 bad-value"]),
            (withFields("a: {type: int, sensitive: false}"), []), (withFields("a: {type: string, sensitive: yes}"), ["7:36 wrong-type"]),
            (withFields("event_id: {type: string}"), ["7:7 reserved-name"]), (withFields("event_time: {type: string}"), ["7:7 reserved-name"]),
            (withFields("event_type: {type: string}"), ["7:7 reserved-name"]), (withFields("in: {type: string}"), ["7:7 reserved-name"]),
            (withFields("package: {type: string}"), ["7:7 reserved-name"]),
            (withFields("a.b: {type: string}"), ["7:7 bad-name"]), (withFields("'': {type: string}"), ["7:7 bad-name"]),
            (withFields("'a b': {type: string}"), ["7:7 bad-name"]),
            (withFields("a: {type: int}", "a: {type: int}"), ["8:7 duplicate-key"]),
            (withFields("id: {type: string, sensitive: true}"), ["4:9 sensitive-id"]),
            // Several in one go.
            (
                withFields("1: {type: int}", "b: {type: text, scale: 1}", "c: {optional: maybe}", "d: {type: enum, value: [x]}"),
                ["7:7 bad-name", "8:17 bad-value", "9:10 missing-key", "9:21 wrong-type", "10:10 missing-key", "10:23 unknown-key"]
            ),
        ])
    func fields(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test(
        "Derived fields",
        arguments: [
            (withDerived("d: {expr: 'a + 1'}"), []), (withDerived("d: {}"), ["11:10 missing-key"]), (withDerived("d: a + 1"), ["11:10 wrong-type"]),
            (withDerived("d: {expr: 5}"), ["11:17 wrong-type"]), (withDerived("d: {expr: 'a', type: int}"), ["11:22 unknown-key"]),
            (withDerived("a: {expr: 'x'}"), ["11:7 duplicate-field"]), (withDerived("event_id: {expr: 'x'}"), ["11:7 reserved-name"]),
            (withDerived("d-e: {expr: 'x'}"), ["11:7 bad-name"]), (withDerived("while: {expr: 'x'}"), ["11:7 reserved-name"]),
            // Errors inside stand where they stand: plain, quoted, block.
            (withDerived("d: {expr: a + aa}"), ["11:21 unknown-name"]), (withDerived("d: {expr: 'a + aa'}"), ["11:22 unknown-name"]),
            (withDerived("d: {expr: \"a + \\x61a\"}"), ["11:22 unknown-name"]),
            (withDerived("d:", "  expr: |", "    a +", "      aa"), ["14:13 unknown-name"]),
            (withDerived("d: {expr: 'a + x'}"), ["11:18 no-such-overload"]), (withDerived("d: {expr: 'a +'}"), ["11:21 unexpected-token"]),
            (withDerived("d: {expr: '[a]'}"), ["11:17 wrong-type"]), (withDerived("d: {expr: 'a + 1', sensitive: true}"), ["11:7 bad-value"]),
            (withDerived("d: {expr: 'x + s.substring(1)', sensitive: 1}"), ["11:7 clear-derivation", "11:50 wrong-type"]),
            // Circles of one, two and three; what only needs something of a circle is not one.
            (withDerived("d: {expr: 'd + 1'}"), ["11:17 circular-derivation"]),
            (withDerived("d: {expr: 'f'}", "f: {expr: 'd'}"), ["11:17 circular-derivation", "12:17 circular-derivation"]),
            (
                withDerived("d: {expr: 'f'}", "f: {expr: 'g'}", "g: {expr: 'd'}", "h: {expr: 'd'}", "i: {expr: 'a'}"),
                ["11:17 circular-derivation", "12:17 circular-derivation", "13:17 circular-derivation"]
            ),
            // A name in a text, or one that a macro binds, is no use of a field.
            (withDerived("d: {expr: 'x + \"d\" + f'}", "f: {expr: 'x == \"d f\" ? \"d\" : \"f\"'}"), []),
            (withDerived("d: {expr: '[1, 2].exists(f, f == a)'}", "f: {expr: 'd ? 1 : 2'}"), []),
            // Any order will do.
            (withDerived("d: {expr: 'f + 1'}", "f: {expr: 'g + 1'}", "g: {expr: 'a'}"), []),
            // What is derived from something that could not be read is not reported again.
            (withDerived("d: {expr: 'aa'}", "f: {expr: 'd + 1'}"), ["11:18 unknown-name"]),
            (
                withFields("a: {type: integer}") + "    derived:\n      d: {expr: 'a + 1'}\nentities:\n  x: {key: d, history: 1d, record: [a]}\n",
                ["7:17 bad-value"]
            ),
        ])
    func derived(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test(
        "Entities",
        arguments: [
            (withEntities("x: {key: a, history: 1d, record: [b, d]}"), []), (withEntities("x: {}"), ["9:6 missing-key", "9:6 missing-key"]),
            (withEntities("x: a"), ["9:6 wrong-type"]), (withEntities("x-y: {key: a, history: 1d}"), ["9:3 bad-name"]),
            (withEntities("x: {key: aa, history: 1d}"), ["9:12 unknown-field"]), (withEntities("x: {key: [a, bb], history: 1d}"), ["9:16 unknown-field"]),
            (withEntities("x: {key: [b, d], history: 1d}"), ["9:6 unknown-field"]), (withEntities("x: {key: [], history: 1d}"), ["9:12 bad-value"]),
            (withEntities("x: {key: [a, a], history: 1d}"), ["9:16 duplicate-field"]), (withEntities("x: {key: 5, history: 1d}"), ["9:12 wrong-type"]),
            (withEntities("x: {key: [a, event_type], history: 1d}"), []),
            (withEntities("x: {key: a, history: 0s}"), ["9:24 bad-value"]), (withEntities("x: {key: a, history: 1 day}"), ["9:24 bad-value"]),
            (withEntities("x: {key: a, history: -1d}"), ["9:24 bad-value"]), (withEntities("x: {key: a, history: 3661d}"), ["9:24 bad-value"]),
            (withEntities("x: {key: a, history: [1d]}"), ["9:24 wrong-type"]),
            (withEntities("x: {key: a, history: 99999999999999999999d}"), ["9:24 bad-value"]),
            (withEntities("x: {key: a, history: 2d, retention: 1d}"), ["9:39 bad-value"]), (withEntities("x: {key: a, history: 2d, retention: 2d}"), []),
            (withEntities("x: {key: a, history: 1d, record: b}"), ["9:36 wrong-type"]),
            (withEntities("x: {key: a, history: 1d, record: [bb, 5]}"), ["9:37 unknown-field", "9:41 wrong-type"]),
            (withEntities("x: {key: a, history: 1d, record: [b, b]}"), ["9:40 duplicate-field"]),
            (withEntities("x: {key: a, history: 1d, record: [event_time]}"), ["9:37 reserved-name"]),
            (withEntities("x: {key: a, history: 1d, record: [c]}"), ["9:37 type-mismatch"]),
            (withEntities("x: {key: b, history: 1d, record: [d]}"), ["9:37 unknown-field"]), (withEntities("x: {key: b, history: 1d, record: [c]}"), []),
            (withEntities("x: {key: a, history: 1d, records: [b]}"), ["9:28 unknown-key"]),
            (
                withFields("k: {type: string}", "f: {type: {}}") + (0..<25).map { "      f\($0): {type: int}\n" }.joined()
                    + "entities:\n  x: {key: k, history: 1d, record: [\((0..<25).map { "f\($0)" }.joined(separator: ", "))]}\n",
                ["8:17 wrong-type", "35:6 limit-exceeded"]
            ),
            (
                withFields("k: {type: string}") + (0..<9).map { "      f\($0): {type: int}\n" }.joined()
                    + "entities:\n  x: {key: [\((0..<9).map { "f\($0)" }.joined(separator: ", "))], history: 1d}\n", ["18:12 bad-value"]
            ),
            // Without any fields nobody knows what is unknown.
            ("events:\n  e: {topic: t, id: i, time: t}\nentities:\n  x: {key: a, history: 1d, record: [b]}", ["2:6 missing-key"]),
            (
                withEntities("x: {key: zz, history: soon}", "y: {kee: a, history: 1d}", "z: {key: a, history: 1d, record: [q]}"),
                ["9:12 unknown-field", "9:25 bad-value", "10:6 missing-key", "10:7 unknown-key", "11:37 unknown-field"]
            ),
        ])
    func entities(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test("Limits on how many")
    func limits() {
        let events = (0...SchemaLimits.eventTypesMax).map { "  e\($0): {topic: t\($0), id: i, time: t, fields: {a: {type: int}}}\n" }.joined()
        #expect(faults("events:\n" + events) == ["2:3 limit-exceeded"])
        let fields = (0...SchemaLimits.fieldsMax).map { "f\($0): {type: int}" }.joined(separator: ", ")
        #expect(faults("events:\n  e: {topic: t, id: i, time: t, fields: {\(fields)}}") == ["2:3 limit-exceeded"])
        let entities = (0...SchemaLimits.entityTypesMax).map { "  x\($0): {key: k, history: 1d}\n" }.joined()
        #expect(faults(withFields("k: {type: string}") + "entities:\n" + entities) == ["9:3 limit-exceeded"])
    }

    @Test("A misspelt name is answered with the right one")
    func suggestions() {
        let cases = [
            (withEntities("x: {key: a, history: 1d, recrd: [b]}"), "record"), (withFields("a: {type: decimel, scale: 2}"), "decimal"),
            (withFields("amount: {type: int}") + "entities:\n  x: {key: amuont, history: 1d}\n", "amount"),
            (withDerived("d: {expr: 'evnt_time'}"), "event_time"),
        ]
        for (yaml, meant) in cases {
            do {
                _ = try Schema.read(Array(yaml.utf8), file: "s")
                Issue.record("no error")
            } catch {
                #expect(error.all.contains { $0.remedy?.contains("did you mean '\(meant)'") ?? false }, "\(error)")
            }
        }
    }

    @Test("A schema holds what its document says")
    func reading() throws {
        let schema = try Schema.read(Array(allTypes.utf8), file: "s")
        #expect(schema.timeZone == "UTC")
        #expect(schema.event(named: "e") == 0 && schema.event(topic: "t") == 0 && schema.event(named: "x") == nil)
        #expect(schema.entities.map(\.name) == ["account", "device"])
        #expect(schema.entities[0].historyMilliseconds == 86_400_000 && schema.entities[0].retentionMilliseconds == 86_400_000)
        #expect(schema.entities[0].record.map(\.name) == ["m"] && schema.entities[0].record[0].type == .decimal(scale: 2))
        #expect(schema.events[0].fields.prefix(4).map(\.name) == ["event_id", "event_time", "event_type", "account"])
        #expect(schema.events[0].slot(named: "k").map { schema.events[0].fields[$0].type } == .enumeration(["in", "out", "入"]))
    }
}
