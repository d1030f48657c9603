import Documents
import Events
import Rules
import Testing

private let schemaText = """
    events:
      transaction:
        topic: t1
        id: id
        time: time
        fields:
          account: {type: string}
          amount: {type: decimal, scale: 2}
          direction: {type: enum, values: [in, out]}
          payee: {type: string, optional: true}
          phone: {type: string, optional: true, sensitive: true}
          ip: {type: string, optional: true}
          at: {type: timestamp, optional: true}
          ok: {type: bool}
          channel: {type: enum, values: [app, atm]}
          clash: {type: int, optional: true}
      login:
        topic: t2
        id: id
        time: time
        fields:
          account: {type: string}
          device: {type: string}
          channel: {type: enum, values: [web, app]}
      other:
        topic: t3
        id: id
        time: time
        fields:
          account: {type: string}
          phone: {type: string}
          clash: {type: string, optional: true}
    entities:
      account: {key: account, history: 30d, record: [amount, direction, payee, at, ok]}
      device: {key: device, history: 7d, record: []}
    """

private let schema = try! Schema.read(Array(schemaText.utf8), file: "schema.yaml")

/// `line:column code` of everything that is wrong with a package, in the order of the file.
private func faults(_ yaml: String, lists: [String]? = ["black"]) -> [String] {
    do {
        _ = try Package.read(parseYAML(Array(yaml.utf8), file: "p.yaml"), schema: schema, lists: lists)
        return []
    } catch {
        for fault in error.all where fault.severity == .error { #expect(fault.remedy?.isEmpty == false, "\(fault)") }
        return error.all.map { "\($0.position?.line ?? 0):\($0.position?.column ?? 0) \($0.code)" }
    }
}

private let head = "{package: p, version: '1', on: transaction,\n"

/// A package in braces; the given keys start at line 2, column 1.
private func package(_ keys: String) -> String { head + keys + (keys.contains("rules:") ? "}" : ",\nrules: []}") }

/// An indicator of account at line 2, column 14.
private func indicator(_ keys: String) -> String { package("indicators: [{\(keys)}]") }

/// A rule's condition, in quotation marks; it starts at line 2, column 35.
private func when(_ condition: String) -> String { package("rules: [{id: r, kind: hit, when: '\(condition)'}]") }

private let indicators = """
    indicators: [{id: n, entity: account, aggregate: count, window: 1h}, {id: last_payee, entity: account, aggregate: last(payee), window: 1h}],

    """

@Suite("Package errors") struct PackageErrorTests {
    @Test(
        "Structure",
        arguments: [
            ("", ["1:1 wrong-type"]), ("{}", Array(repeating: "1:1 missing-key", count: 4)),
            ("{package: '', version: 1, on: [], rules: {}}", ["1:11 bad-value", "1:24 wrong-type", "1:31 bad-value", "1:42 wrong-type"]),
            (package("rule: []"), ["2:1 unknown-key"]), (package("mode: dead"), ["2:7 bad-value"]), (package("priority: 1"), ["2:11 bad-value"]),
            (package("title: 5"), ["2:8 wrong-type"]), (package("title: {en: [x]}"), ["2:13 wrong-type"]),
            ("{package: p, version: '1', on: transactin, rules: []}", ["1:32 unknown-event-type"]),
            ("{package: p, version: '1', on: [login, 5, x], rules: []}", ["1:40 wrong-type", "1:43 unknown-event-type"]),
            // What an expression sees of a field must be the same in all event types; two enums are both text.
            ("{package: p, version: '1', on: [transaction, login], rules: []}", []),
            ("{package: p, version: '1', on: [transaction, other], rules: []}", ["1:32 type-mismatch", "1:32 type-mismatch"]),
        ])
    func structure(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test(
        "Rollout and bounds",
        arguments: [
            (package("rollout: {share: 10%}, bounds: {alert_rate: 2%, error_rate: 0.01, over: 100, otherwise: keep}"), []),
            (package("rollout: {share: 0}, bounds: {alert_rate: {min: 0.1%, max: 2%}}"), []), (package("rollout: 10%"), ["2:10 wrong-type"]),
            (package("rollout: {}"), ["2:10 missing-key"]), (package("rollout: {share: 101%}"), ["2:18 bad-value"]),
            (package("rollout: {share: -0.1, of: x}"), ["2:18 bad-value", "2:24 unknown-key"]), (package("rollout: {share: ten}"), ["2:18 bad-value"]),
            (package("rollout: {share: [1]}"), ["2:18 wrong-type"]), (package("bounds: {}"), ["2:9 missing-key"]),
            (package("bounds: {over: 99, alert_rate: 2}"), ["2:16 bad-value", "2:32 bad-value"]),
            (package("bounds: {error_rate: 1%, otherwise: die}"), ["2:37 bad-value"]),
            (package("bounds: {alert_rate: {min: 3%, max: 2%, mean: 1%}}"), ["2:22 bad-value", "2:41 unknown-key"]),
        ])
    func rollout(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test("What rollout and bounds say")
    func rolloutValues() throws {
        func read(_ keys: String) throws -> Package { try Package.read(parseYAML(Array(package(keys).utf8), file: "p.yaml"), schema: schema) }
        #expect(try read("rollout: {share: 12.5%}").rollout == Rollout(share: 0.125) && read("rollout: {share: 1}").isSettled)
        #expect(try read("mode: live").rollout == nil && !read("mode: shadow").isSettled && !read("rollout: {share: 0.99}").isSettled)
        #expect(try read("bounds: {alert_rate: 2%}").bounds == Bounds(events: 10_000, alertRateMax: 0.02, otherwise: .shadow))
        #expect(
            try read("bounds: {alert_rate: {min: 0.5%}, error_rate: 0, over: 500, otherwise: keep}").bounds
                == Bounds(events: 500, alertRateMin: 0.005, errorRateMax: 0, otherwise: .keep))
    }

    @Test(
        "Of two revisions of a package one is rolled out beside the other",
        arguments: [
            ([""], [false]), (["", "mode: shadow"], [true, false]), (["rollout: {share: 1%}", ""], [false, true]),
            (["", "rollout: {share: 100%}"], [true, false]), (["", ""], nil), (["mode: shadow", "rollout: {share: 1%}"], nil),
            (["", "mode: shadow", "mode: shadow"], nil),
        ] as [([String], [Bool]?)])
    func revisions(texts: [String], isPrevious: [Bool]?) throws {
        var packages = try texts.map { text in
            try Package.read(parseYAML(Array(package(text.isEmpty ? "mode: live" : text).utf8), file: "p.yaml"), schema: schema)
        }
        do throws(Diagnostics) {
            try Package.pairRevisions(&packages)
            #expect(packages.map(\.isPrevious) == isPrevious)
        } catch {
            #expect(isPrevious == nil && error.all.map(\.code) == ["duplicate-package"])
        }
    }

    @Test(
        "Parameters",
        arguments: [
            (package("parameters: {a: 1, b: 2.5, c: text, d: true, e: [1, 2], f: [[x]]}"), []), (package("parameters: []"), ["2:13 wrong-type"]),
            (package("parameters: {a: , b: {c: 1}, d: [1, {}]}"), ["2:17 wrong-type", "2:22 wrong-type", "2:33 wrong-type"]),
            (package("parameters: {a-b: 1, 1c: 2, ä: 3}"), ["2:14 bad-name", "2:22 bad-name", "2:29 bad-name"]),
            (package("parameters: {amount: 1}"), ["2:14 duplicate-id"]), (package("parameters: {a: 1, a: 2}"), ["2:20 duplicate-key"]),
            // A list of texts that is a parameter has no compiled form, and over fingerprints there is no other.
            (
                package("parameters: {who: [a]},\nindicators: [{id: n, entity: account, aggregate: count, window: 1h, where: 'payee in who'}]"),
                ["3:77 fingerprint-only"]
            ),
            // Used wrongly, at its use; unreadable, only where it stands.
            (package("parameters: {a: text},\nrules: [{id: r, kind: hit, when: 'amount > a'}]"), ["3:35 type-mismatch"]),
            (package("parameters: {a: {}},\nrules: [{id: r, kind: hit, when: 'amount > a'}]"), ["2:17 wrong-type"]),
        ])
    func parameters(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test(
        "Indicators",
        arguments: [
            (indicator("id: n, entity: account, aggregate: count, window: 1h"), []), (indicator(""), ["2:14 missing-key", "2:14 missing-key"]),
            (package("indicators: {}"), ["2:13 wrong-type"]), (package("indicators: [count]"), ["2:14 wrong-type"]),
            (indicator("id: n-1, entity: account, aggregate: count, window: 1h"), ["2:19 bad-name"]),
            (indicator("id: n, entity: acount, aggregate: count, window: 1h"), ["2:30 unknown-entity"]),
            (indicator("id: n, entity: account, aggregate: count"), ["2:14 missing-key"]),
            (indicator("id: n, entity: account, window: 1h"), ["2:14 missing-key"]),
            (indicator("id: n, entity: account, agregate: count, window: 1h"), ["2:14 missing-key", "2:39 unknown-key"]),
            (indicator("id: amount, entity: account, aggregate: count, window: 1h"), ["2:19 duplicate-id"]),
            (
                package("indicators: [{id: n, entity: account, aggregate: count, window: 1h},\n{id: n, entity: account, aggregate: count, window: 2h}]"),
                ["3:6 duplicate-id"]
            ),
            (package("parameters: {n: 1}, indicators: [{id: n, entity: account, aggregate: count, window: 1h}]"), ["2:39 duplicate-id"]),
            (indicator("id: n, entity: account, aggregate: cout, window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: [count], window: 1h"), ["2:50 wrong-type"]),
            (indicator("id: n, entity: account, aggregate: count(amount), window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: sum, window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: sum(), window: 1h"), ["2:50 unknown-field"]),
            (indicator("id: n, entity: account, aggregate: 'sum(amount, ok)', window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: 'sum(amount', window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: '(amount)', window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: sum(amnt), window: 1h"), ["2:50 unknown-field"]),
            (indicator("id: n, entity: account, aggregate: sum(ip), window: 1h"), ["2:50 unknown-field"]),
            (indicator("id: n, entity: account, aggregate: sum(payee), window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: avg(direction), window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: max(payee), window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: max(at), window: 1h"), []),
            (indicator("id: n, entity: account, aggregate: sum(at), window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: sum(ok), window: 1h"), []),
            (indicator("id: n, entity: account, aggregate: 'quantile(amount, 1.5)', window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: 'quantile(amount)', window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: 'quantile(amount, nan)', window: 1h"), ["2:50 bad-aggregate"]),
            (indicator("id: n, entity: account, aggregate: 'quantile(amount, 0.5)', window: all"), ["2:83 bad-window"]),
            (indicator("id: n, entity: account, aggregate: ratio, window: 1h"), ["2:14 missing-key"]),
            (indicator("id: n, entity: account, aggregate: count, of: ok, window: 1h"), ["2:61 unknown-key"]),
            (indicator("id: n, entity: account, aggregate: count, within: 1h, window: 1h"), ["2:65 unknown-key"]),
        ])
    func indicators(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test("More conditions over one entity than a plan holds are found where the first one too many stands")
    func conditionsOfOneEntity() {
        func indicators(_ count: Int) -> String {
            package(
                "indicators: ["
                    + (0..<count).map { "\n{id: n\($0), entity: account, aggregate: count, window: 1h, where: 'amount > \($0).0'}" }.joined(separator: ",")
                    + "]")
        }
        #expect(faults(indicators(64)) == [])
        #expect(faults(indicators(66)) == ["67:6 limit-exceeded"])
    }

    @Test(
        "Windows",
        arguments: [
            ("window: 30d", []), ("window: 721h", ["window-beyond-history"]), ("window: 0s", ["window-beyond-history"]), ("window: -1h", ["bad-window"]),
            ("window: 1 h", ["bad-window"]),
            ("window: 1w", ["bad-window"]), ("window: hour", ["bad-window"]), ("window: ''", ["bad-window"]), ("window: []", ["wrong-type"]),
            ("window: 5", ["bad-window"]),
            ("window: 106751991167d", ["window-beyond-history"]), ("window: 106751991167300d, offset: 1d", ["bad-window"]),
            ("window: 106751991167d, offset: 3660d", ["window-beyond-history"]),
            ("window: 15d, offset: 15d", []), ("window: 15d, offset: 361h", ["window-beyond-history"]), ("window: 1d, offset: 0s", []),
            ("window: 1d, offset: x", ["bad-value"]),
            ("window: 1d, offset: 4000d", ["bad-value"]), ("window: today", []), ("window: this_month", []), ("window: all", []),
            ("window: tomorrow", ["bad-window"]),
            ("window: today, offset: 1d", ["bad-window"]), ("window: all, offset: 1d", ["bad-window"]), ("window: last 3 events, offset: 1d", ["bad-window"]),
            ("window: last 1 event", []), ("window: last 10000 events", []), ("window: last 0 events", ["bad-window"]),
            ("window: last 10001 events", ["bad-window"]),
            ("window: last many events", ["bad-window"]), ("window: last 3", ["bad-window"]), ("window: last 99999999999999999999 events", ["bad-window"]),
        ])
    func windows(keys: String, codes: [String]) {
        #expect(faults(indicator("id: n, entity: account, aggregate: count, " + keys)).map { String($0.split(separator: " ")[1]) } == codes)
    }

    @Test(
        "Sequences",
        arguments: [
            ("sequence: [{where: 'ok'}], within: 1h", []), ("sequence: [{where: 'ok', at_least: 3}, {where: 'amount > 1.0'}], within: 1h", []),
            ("sequence: [], within: 1h", ["2:49 bad-sequence"]), ("sequence: {}, within: 1h", ["2:49 wrong-type"]),
            ("sequence: [{where: 'ok'}]", ["2:14 missing-key"]),
            ("sequence: [{where: 'ok', at_least: 0}], within: 1h", ["2:74 bad-value"]),
            ("sequence: [{where: 'ok', at_least: 65}], within: 1h", ["2:74 bad-value"]),
            ("sequence: [{where: 'ok', at_least: 64}, {where: 'ok'}], within: 1h", ["2:49 bad-sequence"]),
            ("sequence: [{at_least: 1}], within: 1h", ["2:50 missing-key"]),
            ("sequence: [{where: 'okk'}], within: 1h", ["2:59 unknown-name"]),
            ("sequence: [{when: 'ok'}], within: 1h", ["2:50 missing-key", "2:51 unknown-key"]),
            ("sequence: [{where: 'ok'}], within: today", ["2:74 bad-window"]), ("sequence: [{where: 'ok'}], within: 31d", ["2:74 window-beyond-history"]),
            ("sequence: [{where: 'ok'}], within: 1h, window: 1h", ["2:86 unknown-key"]),
            ("sequence: [{where: 'ok'}], within: 1h, aggregate: count", ["2:89 unknown-key"]),
            ("sequence: [{where: 'ok'}], within: 1h, offset: 1h, where: 'ok', of: 'ok'", ["2:86 unknown-key", "2:97 unknown-key", "2:107 unknown-key"]),
        ])
    func sequences(keys: String, expected: [String]) { #expect(faults(indicator("id: n, entity: account, " + keys)) == expected) }

    @Test(
        "Conditions of indicators, at the place of the error",
        arguments: [
            ("where: amount > 1.0", []), ("where: amont > 1.0", ["2:76 unknown-name"]), ("where: 'amount > amuont'", ["2:86 unknown-name"]),
            ("where: \"amount > \\x61muont\"", ["2:86 unknown-name"]), ("where: amount", ["2:76 wrong-type"]), ("where: 'amount'", ["2:77 wrong-type"]),
            ("where: 'ok && payee > \"a\"'", ["2:83 fingerprint-only"]), ("where: 'payee.startsWith(\"a\")'", ["2:77 fingerprint-only"]),
            ("where: 'size(payee) > 3'", ["2:82 fingerprint-only"]),
            ("where: 'payee == \"a\" || payee in [\"b\", \"c\"] || default(payee, \"x\") == \"x\" || event_type != \"login\"'", []),
            ("where: 'direction.startsWith(\"i\")'", []), ("where: 'direction == \"in\" && at > timestamp(\"2026-01-01T00:00:00Z\")'", []),
            // Nothing of these could ever hold over fingerprints.
            ("where: '[payee].exists(p, p == \"a\")'", ["2:78 fingerprint-only"]),
            ("where: 'payee in [payee]'", ["2:77 fingerprint-only", "2:87 fingerprint-only"]),
            ("where: '(ok ? payee : \"x\") == \"a\"'", ["2:83 fingerprint-only"]), ("where: 'payee == dyn(\"a\")'", ["2:77 fingerprint-only"]),
            // A value that the enum does not have is a slip.
            ("where: 'direction == \"inn\" || \"ok\" != direction'", ["2:90 unknown-value", "2:99 unknown-value"]),
            ("where: 'direction in [\"in\", \"uot\"]'", ["2:97 unknown-value"]),
            // Inside macros, lists and functions the text would be needed.
            ("where: '[\"a\", \"b\"].exists(p, payee == p)'", ["2:98 fingerprint-only"]),
            ("where: '[payee == \"a\"].all(b, b)'", ["2:78 fingerprint-only"]), ("where: '(payee == \"a\") == ok'", ["2:78 fingerprint-only"]),
            ("where: 'default(payee == \"a\", false)'", ["2:85 fingerprint-only"]),
            ("where: '(payee == \"a\" ? 1.0 : 2.0) < amount'", ["2:78 fingerprint-only"]),
            ("where: '!(payee == \"a\") && (ok ? default(payee, \"x\") != \"y\" : payee in [\"b\"])'", []),
            ("where: 'payee == string(amount) || payee == direction || \"ab\".substring(1) == payee'", []),
            ("where: 'in_list(\"black\", payee)'", ["2:77 list-in-indicator"]),
            ("where: '.in_list(\"black\", payee)'", ["2:77 list-in-indicator", "2:95 fingerprint-only"]),
            ("where: 'ok && list_attr(\"black\", \"x\", \"y\") == \"z\"'", ["2:83 list-in-indicator"]),
            ("where: 'ip == \"a\"'", ["2:77 unknown-name"]), ("where: 'amount >'", ["2:85 unexpected-token"]), ("where: 5", ["2:76 wrong-type"]),
        ])
    func filters(keys: String, expected: [String]) { #expect(faults(indicator("id: n, entity: account, aggregate: count, window: 1h, " + keys)) == expected) }

    @Test(
        "Conditions of rules, at the place of the error",
        arguments: [
            (when("amount > 1.0 && ok"), []), (when("amount > amunt"), ["2:44 unknown-name"]), (when("amount + ok > 1.0"), ["2:35 no-such-overload"]),
            (when("amount"), ["2:35 wrong-type"]),
            (when("direction == \"inn\""), ["2:48 unknown-value"]), (when("payee == \"inn\""), []),
            // Of several event types' enums, all values count.
            (
                "{package: p, version: '1', on: [transaction, login],\nrules: [{id: r, kind: hit, when: 'channel in [\"web\", \"atm\", \"app\", \"pos\"]'}]}",
                ["2:68 unknown-value"]
            ),
            (
                package("parameters: {ways: [in, up]},\nrules: [{id: r, kind: hit, when: 'direction in ways'}]"), ["3:48 unknown-value"]
            ),
            (
                package(
                    "indicators: [{id: way, entity: account, aggregate: last(direction), window: 1h}],\nrules: [{id: r, kind: hit, when: 'way == \"inn\"'}]"),
                ["3:42 unknown-value"]
            ),
            (when("size(ok) > 1"), ["2:35 no-such-overload"]), (when("amount.startsWith(\"a\")"), ["2:35 no-such-overload"]),
            (when("phone == \"x\" || payee.startsWith(\"a\")"), []),
            (when("phone.startsWith(\"1\")"), ["2:35 fingerprint-only"]),
            (when("in_list(\"black\", phone) && list_attr(\"black\", payee, \"why\") == \"x\""), []),
            (when("in_list(\"blak\", payee)"), ["2:43 unknown-list"]),
            (when("list_attr(\"white\", payee, \"why\") == \"x\" || in_list(\"grey\", ip)"), ["2:45 unknown-list", "2:86 unknown-list"]),
            (
                "package: p\nversion: '1'\non: transaction\nrules:\n  - id: r\n    kind: hit\n    when: |\n      amount > 1.0 &&\n        amuont > 2.0\n",
                ["9:9 unknown-name"]
            ),
            (
                "package: p\nversion: '1'\non: transaction\nrules:\n  - {id: r, kind: hit, when: ok && nok}\n  - {id: s, kind: hit, when: \"ok &&  nok\"}\n",
                ["5:36 unknown-name", "6:38 unknown-name"]
            ),
            // Indicators of strings are fingerprints, fields of the event are not.
            (
                package(indicatorLines + "rules: [{id: r, kind: hit, when: 'last_payee == payee && last_payee in [\"a\"] && in_list(\"black\", last_payee)'}]"),
                []
            ),
            (package(indicatorLines + "rules: [{id: r, kind: hit, when: '[last_payee].exists(p, p == payee)'}]"), ["3:36 fingerprint-only"]),
            (package(indicatorLines + "rules: [{id: r, kind: hit, when: 'last_payee == list_attr(\"black\", payee, \"owner\")'}]"), ["3:35 fingerprint-only"]),
            (package(indicatorLines + "rules: [{id: r, kind: hit, when: 'list_attr(\"black\", last_payee, \"owner\") == \"x\"'}]"), ["3:54 fingerprint-only"]),
            (package(indicatorLines + "rules: [{id: r, kind: hit, when: 'n > 1.5 && last_payee.size() > 1'}]"), ["3:46 fingerprint-only"]),
            // An indicator that could not be read is reported once.
            (
                package("indicators: [{id: n, entity: account, aggregate: cont, window: 1h}],\nrules: [{id: r, kind: hit, when: 'n > 1'}]"),
                ["2:50 bad-aggregate"]
            ),
            (
                package("indicators: [{id: n, entity: account, aggregate: count, window: 1h, where: 'x'}],\nrules: [{id: r, kind: hit, when: 'n > 1'}]"),
                ["2:77 unknown-name"]
            ),
        ])
    func conditions(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test(
        "Places behind a fold or an escape",
        arguments: [
            (
                "package: p\nversion: '1'\non: transaction\nrules:\n  - id: r\n    kind: hit\n    when: >-\n      ok &&\n      (amount > 1.0 ||\n      nok)\n",
                ["10:7 unknown-name"]
            ),
            ("package: p\nversion: '1'\non: transaction\nrules:\n  - {id: r, kind: hit, when: \"ok &&\\tnok\"}\n", ["5:38 unknown-name"]),
        ])
    func placesBehindFolds(yaml: String, expected: [String]) {
        #expect(faults(yaml) == expected)
    }

    @Test(
        "Rules and decisions",
        arguments: [
            (package("rules: [{}]"), Array(repeating: "2:9 missing-key", count: 3)), (package("rules: [r]"), ["2:9 wrong-type"]),
            (package("rules: [{id: '', kind: hit, when: 'ok'}]"), ["2:14 bad-value"]),
            (package("rules: [{id: r, kind: hits, when: 'ok'}]"), ["2:23 bad-value"]),
            (package("rules: [{id: r, kind: hit, wehn: 'ok'}]"), ["2:9 missing-key", "2:28 unknown-key"]),
            (package("rules: [{id: r, kind: hit, when: 'ok'},\n{id: r, kind: hit, when: 'ok'}]"), ["3:6 duplicate-id"]),
            (package("rules: [{id: r, kind: hit, when: 'nok'},\n{id: r, kind: hit, when: 'ok'}]"), ["2:35 unknown-name", "3:6 duplicate-id"]),
            (package("rules: [{id: r, kind: score, when: 'ok'}]"), ["2:9 missing-key"]),
            (package("rules: [{id: r, kind: score, score: 101, when: 'ok'}]"), ["2:37 bad-value"]),
            (package("rules: [{id: r, kind: score, score: -1, when: 'ok'}]"), ["2:37 bad-value"]),
            (package("rules: [{id: r, kind: score, score: .nan, when: 'ok'}]"), ["2:37 bad-value"]),
            (package("rules: [{id: r, kind: score, score: high, when: 'ok'}]"), ["2:37 wrong-type"]),
            (package("rules: [{id: r, kind: hit, level: red, when: 'ok'}]"), ["2:35 unknown-level"]),
            (package("rules: [{id: r, kind: score, score: 1, level: red, when: 'ok'}]"), ["2:47 unknown-key"]),
            (package("decide: {levels: {red: 80}},\nrules: [{id: r, kind: hit, level: red, when: 'ok'}]"), []),
            (package("rules: [{id: r, kind: list, when: 'ok'}]"), ["2:9 missing-key"]),
            (package("rules: [{id: r, kind: hit, when: 'ok', list: {name: l, subject: ip}}]"), ["2:46 unknown-key"]),
            (package("rules: [{id: r, kind: list, when: 'ok', list: {}}]"), ["2:47 missing-key", "2:47 missing-key"]),
            (package("rules: [{id: r, kind: list, when: 'ok', list: {name: l, subject: ipp, ttl: 7d}}]"), ["2:66 unknown-field"]),
            (package("rules: [{id: r, kind: list, when: 'ok', list: {name: l, subject: amount}}]"), ["2:66 type-mismatch"]),
            (package("rules: [{id: r, kind: list, when: 'ok', list: {name: l, subject: ip, ttl: 0s}}]"), ["2:75 bad-value"]),
            (package("rules: [{id: r, kind: list, when: 'in_list(\"mine\", ip)', list: {name: mine, subject: ip, ttl: 1d}}]"), []),
            (package("decide: {score: average}"), ["2:17 bad-value"]), (package("decide: {level: {}}"), ["2:10 unknown-key"]),
            (package("decide: {levels: {red: 101}}"), ["2:24 bad-value"]),
            (package("decide: {levels: {red: x}}"), ["2:24 wrong-type"]), (package("decide: {levels: {red: 80}, actions: {rad: []}}"), ["2:39 unknown-level"]),
            (package("decide: {levels: {\((0..<17).map { "l\($0): \($0)" }.joined(separator: ", "))}}"), ["2:18 limit-exceeded"]),
            (package("decide: {levels: {red: 80}, actions: {red: block}}"), ["2:44 wrong-type"]),
            (package("decide: {levels: {red: 80}, actions: {red: [{action: blok, on: acount}]}}"), ["2:54 bad-value", "2:64 unknown-entity"]),
            (package("decide: {levels: {red: 80}, actions: {red: [{action: block, for: soon}]}}"), ["2:45 missing-key", "2:66 bad-value"]),
            (package("decide: {levels: {red: 80}, actions: {red: [{action: block, on: account, for: 24h, why: x}]}}"), ["2:84 unknown-key"]),
        ])
    func rules(yaml: String, expected: [String]) { #expect(faults(yaml) == expected) }

    @Test("A misspelt name is answered with the right one")
    func suggestions() {
        let cases = [
            (package("indicatrs: []"), "indicators"), ("{package: p, version: '1', on: transactin, rules: []}", "transaction"),
            (indicator("id: n, entity: acount, aggregate: count, window: 1h"), "account"),
            (indicator("id: n, entity: account, aggregate: cuont, window: 1h"), "count"),
            (indicator("id: n, entity: account, aggregate: sum(amuont), window: 1h"), "amount"),
            (when("amuont > 1.0"), "amount"), (when("in_list(\"blck\", ip)"), "black"),
            (package("rules: [{id: r, kind: list, when: 'ok', list: {name: l, subject: pyee}}]"), "payee"),
            (package("decide: {levels: {yellow: 40}, actions: {yelow: []}}"), "yellow"),
        ]
        for (yaml, meant) in cases {
            do {
                _ = try Package.read(parseYAML(Array(yaml.utf8), file: "p.yaml"), schema: schema, lists: ["black"])
                Issue.record("no error in \(yaml)")
            } catch {
                #expect(error.all.contains { $0.remedy?.contains("did you mean '\(meant)'") ?? false }, "\(error)")
            }
        }
    }

    @Test("Any list will do where nobody says which there are")
    func unknownLists() { #expect(faults(when("in_list(\"what\", ip)"), lists: nil) == []) }

    @Test("Tens of thousands of rules are read in seconds")
    func manyRules() throws {
        var yaml = "{package: p, version: '1', on: transaction, rules: ["
        for index in 0..<20_000 { yaml += "{id: r\(index), kind: hit, when: 'ok'}," }
        let clock = ContinuousClock()
        let time = try clock.measure {
            let package = try Package.read(parseYAML(Array((yaml + "]}").utf8), file: "p.yaml"), schema: schema)
            #expect(package.rules.count == 20_000)
        }
        #expect(time < .seconds(30))
    }
}

/// The indicators in one line, so that rules follow at line 3.
private let indicatorLines = indicators
