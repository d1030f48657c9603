import Documents
import Expressions
import TestSupport
import Testing

/// Valid expressions over every kind of syntax, to be cut, spliced and scrambled.
private let seeds = [
    "1 + 2 * 3 - -4 / 5 % 6", "a.b['c'](1, 2).d ? x || y && !z : [1, 2.5e3, 3u, 0xff]", "{'a': 1, \"b\": [true, null]}.a in {1: 2}",
    "[1, 2, 3].map(x, x > 1, x * x).filter(y, y != 2).exists(z, z == 9)", "{'k': 1}.transformMap(k, v, v + 1).all(k, v, has({'a': 1}.a))",
    "'%s %d %.3f %x'.format(['a', 1, 2.5, b'\\xff'])", "timestamp('2009-02-13T23:31:30Z') + duration('1h') > timestamp(0)", "r'\\d+' + '''x''' + \"\\u00e9\"",
    "cel.bind(v, 'abc', v + v).substring(1, 3).replace('b', 'x').split('')", "math.greatest([1, 2u, 3.5]) == dyn(3.5) // done",
    "size('héllo') == 5 && 'x'.matches('^[a-z]+$')",
    "default(x, 1) + 1", "ip_in_cidr('10.0.0.1', '10.0.0.0/8') || in_list('l', x)", "type(1) == int ? string(1.5) : string(b'x')", ".a.`b-c`[0]",
]

@Test("Scrambled expressions never crash, and mean the same each time")
func scrambledExpressions() throws {
    let seed: UInt64 = 20_240_601
    var random = SeededGenerator(seed: seed)
    let pool = seeds.map { Array($0.utf8) }
    let pieces = [
        "(", ")", "[", "]", "{", "}", "'", "\"", "'''", ".", ",", "?", ":", "&&", "||", "!", "-", "1", "x", "map(", "all(x,", "\\", "\n", "//", "é", "\u{0}",
    ]
    for round in 0..<4_000 {
        var bytes = pool[Int.random(in: 0..<pool.count, using: &random)]
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let position = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(contentsOf: Array(pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8), at: position)
            case 1: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 0...4, using: &random)))
            case 2:
                let other = pool[Int.random(in: 0..<pool.count, using: &random)]
                bytes.insert(contentsOf: other[Int.random(in: 0..<other.count, using: &random)...], at: position)
            default: if position < bytes.count { bytes[position] = UInt8.random(in: 0x20...0x7E, using: &random) }
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let line = Array("{\"expr\":\(JSONText.string(text)),\"bind\":{\"x\":[1,\"a\"],\"a\":{\"b\":{}}}}".utf8)
        let result = evaluateLine(line)
        guard result == evaluateLine(line), result.hasPrefix("{\"value\":") || result.hasPrefix("{\"error\":") else {
            Issue.record("seed \(seed), round \(round): \(text)")
            return
        }
        // What is printed is JSON again.
        _ = try parseJSONValue(Array(result.utf8))
    }
}

@Test("Scrambled request lines never crash")
func scrambledLines() {
    let seed: UInt64 = 99
    var random = SeededGenerator(seed: seed)
    let line = Array(#"{"expr":"a + b[\"k\"][0]","bind":{"a":1.5e3,"b":{"k":[-0,"\u00e9\ud83d\ude00",null,true]}},"container":"x.y"}"#.utf8)
    for _ in 0..<4_000 {
        var bytes = Array(line.prefix(Int.random(in: 0...line.count * 2, using: &random)))
        for _ in 0..<Int.random(in: 0...5, using: &random) where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        _ = evaluateLine(bytes)
    }
}

@Test(
    "Deep nesting is refused or evaluated, never a crash",
    arguments: [
        ("(", "1", ")"), ("[", "1", "]"), ("{1: ", "1", "}"), ("!", "true", ""), ("-", "x", ""), ("size(", "''", ")"), ("true ? 1 : ", "1", ""),
        ("x[", "0", "]"),
        ("[1].map(x, ", "x", ")"), ("[1].all(x, ", "true", ")"), ("cel.bind(x, 1, ", "x", ")"), ("x.f(", "1", ")"), ("has(x.", "y", ")"), ("'", "", "'"),
        ("((", "", "]"),
    ])
func deepNesting(open: String, middle: String, close: String) {
    for depth in [20, 60, 120, 249, 250, 251, 1_000, 4_000] {
        let text = String(repeating: open, count: depth) + middle + String(repeating: close, count: depth)
        _ = evaluate(text)
    }
}

@Test("Long chains are refused or evaluated, never a crash", arguments: ["1 + ", "x.y.", "true && ", "false || ", "1 == ", "a[0]", "'a' in ", "1 ? 2 : "])
func longChains(link: String) {
    for count in [100, 249, 1_000, 8_000] {
        _ = evaluate(String(repeating: link, count: count) + "x")
    }
}

@Test("A thousand alternatives are no deep tree")
func manyAlternatives() {
    let text = (0..<1_000).map { "x == \($0)" }.joined(separator: " || ")
    var bindings = MapValue()
    bindings.set(.string("x"), .int(999))
    #expect(evaluate(text, bindings: bindings) == "{\"value\":true}")
}

@Test(
    "Runaway expressions are stopped",
    arguments: [
        "l.all(a, l.all(b, l.all(c, l.all(d, l.all(e, a + b + c + d + e >= 0)))))",
        "l.map(a, l.map(b, l.map(c, l.map(d, l.map(e, 1)))))",
        "l.exists(a, l.exists(b, l.exists(c, l.exists(d, a / 0 == 1)))) || true",
        doubling("'0123456789012345678901234567890123456789012345678901234567890123'", by: "v + v"),
        doubling("[1, 2]", by: "[v, v]"), doubling("[1, 2]", by: "v + v"), doubling("{'a': 1}", by: "{'a': v, 'b': v}"),
        doubling("'ab'", by: "v.replace('', v)"),
        doubling("['x']", by: "[v.join('-'), v.join('-')]"), doubling("'%s%s'", by: "v.format([v, v])"),
    ])
func runaway(expression: String) throws {
    let bindings = try parseJSONValue(Array("{\"l\":[\((0..<60).map(String.init).joined(separator: ","))]}".utf8))
    guard case .map(let map) = bindings else { return }
    // A tenth of the real limit, since the tests run without optimisation.
    let line = evaluate(expression, bindings: map, costMax: Limits.evaluationCostMax / 10)
    #expect(line.hasPrefix("{\"error\":\"cost_exceeded") || line.hasPrefix("{\"error\":\"index_out_of_range"), "\(line.prefix(200))")
}

/// A chain of bindings each of which doubles the one before.
private func doubling(_ start: String, by step: String) -> String {
    String(repeating: "cel.bind(v, ", count: 1) + start + ", " + String(repeating: "cel.bind(v, \(step), ", count: 60) + "size(v)"
        + String(repeating: ")", count: 61)
}
