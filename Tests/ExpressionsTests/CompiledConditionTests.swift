import Documents
import Expressions
import TestSupport
import Testing

/// FNV-1a: any function of the text serves.
private func fingerprint(_ text: String) -> UInt64 { text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }

private let colours = ["red", "green", "blue"]
private let shapes = ["round", "red"]

private let variables: [(name: String, type: CellType)] = [
    ("b1", .bool), ("b2", .bool), ("i1", .int), ("i2", .int), ("d1", .double), ("d2", .double), ("s1", .fingerprint), ("s2", .fingerprint),
    ("e1", .enumeration(colours)), ("e2", .enumeration(colours)), ("e3", .enumeration(shapes)), ("t1", .timestamp), ("t2", .timestamp),
    ("u1", .duration), ("u2", .duration),
]

private final class TestLists: ListLookup {
    func contains(list: Int, subject: UInt64) -> Bool { subject == fingerprint("red") || subject == fingerprint("a") }
    func attribute(list: Int, subject: UInt64, name: String) -> String? { contains(list: list, subject: subject) ? "high" : nil }
    func index(of name: String) -> Int? { name == "black" ? 0 : nil }
}

/// A frame over its own memory, with texts of the strings.
private final class TestFrame {
    static let width = 4096
    let cells = UnsafeMutablePointer<UInt64>.allocate(capacity: TestFrame.width)
    let present = UnsafeMutablePointer<UInt8>.allocate(capacity: TestFrame.width)
    let texts = UnsafeMutablePointer<TextReference>.allocate(capacity: TestFrame.width)
    let arena = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 8)
    let lists = TestLists()

    init() {
        cells.initialize(repeating: 0, count: Self.width)
        present.initialize(repeating: 0, count: Self.width)
        texts.initialize(repeating: .none, count: Self.width)
    }

    deinit {
        cells.deallocate()
        present.deallocate()
        texts.deallocate()
        arena.deallocate()
    }

    var frame: Frame { Frame(cells: cells, present: present, texts: texts, arena: UnsafeRawPointer(arena), lists: lists) }

    func fill(_ random: inout SeededGenerator) {
        var used = 0
        for (slot, variable) in variables.enumerated() {
            present[slot] = Int.random(in: 0..<6, using: &random) == 0 ? Presence.absent : Presence.value
            switch variable.type {
            case .bool: cells[slot] = Bool.random(using: &random) ? 1 : 0
            case .int:
                let number: Int64 = [0, 1, 2, -1, 3, .max, .min, 1 << 53, 1 << 53 + 1, .max - 1].randomElement(using: &random)!
                cells[slot] = UInt64(bitPattern: number)
            case .double:
                let number: Double = [0, -0.0, 1, 2.5, -1, 0x1p53, 0x1p63, -0x1p63, .infinity, -.infinity, .nan, 9.3e18, 1e300, 0x1p53 + 2].randomElement(
                    using: &random)!
                cells[slot] = number.bitPattern
            case .fingerprint:
                let text = ["red", "green", "a", "", "b"].randomElement(using: &random)!
                cells[slot] = fingerprint(text)
                texts[slot] = TextReference(offset: UInt32(used), count: UInt32(text.utf8.count))
                for byte in text.utf8 {
                    arena.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
                    used += 1
                }
            case .enumeration(let values): cells[slot] = UInt64(Int.random(in: 0..<values.count, using: &random))
            case .timestamp:
                let time: Int64 = [0, 1, 999, 1000, 1_774_699_200_000, -1, -62_135_596_800_000, 253_402_300_799_999, 1_711_846_800_000].randomElement(
                    using: &random)!
                cells[slot] = UInt64(bitPattern: time)
            case .duration:
                let length: Int64 = [0, 1, 1000, -1000, 3_600_000, 9_223_372_036_854, -9_223_372_036_854, 5_000_000_000_000].randomElement(using: &random)!
                cells[slot] = UInt64(bitPattern: length)
            }
        }
    }
}

/// Well-typed expressions of every form that has a compiled one, and of some that have none.
private struct Writer {
    var random: SeededGenerator

    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random)! }
    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    private mutating func relation() -> String { pick(["==", "!=", "<", "<=", ">", ">="]) }
    private mutating func equality() -> String { pick(["==", "!="]) }

    mutating func condition(_ depth: Int) -> String {
        if depth == 0 || below(8) == 0 { return leaf() }
        switch below(8) {
        case 0, 1: return "(\((0..<2 + below(3)).map { _ in condition(depth - 1) }.joined(separator: " && ")))"
        case 2, 3: return "(\((0..<2 + below(3)).map { _ in condition(depth - 1) }.joined(separator: " || ")))"
        case 4: return "!(\(condition(depth - 1)))"
        case 5: return "(\(condition(depth - 1)) ? \(condition(depth - 1)) : \(condition(depth - 1)))"
        default: return leaf()
        }
    }

    private mutating func leaf() -> String {
        switch below(16) {
        case 0: return pick(["b1", "b2", "true", "false", "default(b1, b2)", "default(b1, true)", "1 < 2", "1 / 0 == 1"])
        case 1, 2: return "\(int(2)) \(relation()) \(int(2))"
        case 3: return "\(double(2)) \(relation()) \(double(2))"
        case 4: return "\(int(1)) \(relation()) \(double(1))"
        case 5: return "\(double(1)) \(relation()) \(int(1))"
        case 6: return "\(string(1)) \(equality()) \(string(1))"
        case 7: return "\(pick(["e1", "e2"])) \(equality()) \(pick(["e2", "e3", "s1", "'red'", "'purple'"]))"
        case 8: return "\(time(1)) \(relation()) \(time(1))"
        case 9: return "\(duration(2)) \(relation()) \(duration(2))"
        case 10: return "\(string(0)) \(relation()) \(string(0))"
        case 11: return "\(int(1)) in [\((0..<below(4)).map { _ in int(below(2)) }.joined(separator: ", "))]"
        case 12: return "\(string(1)) in [\((0..<below(4)).map { _ in string(below(2)) }.joined(separator: ", "))]"
        case 13: return "\(pick(["e1", "e3", "s1"])) in \(pick(["['red', 'blue']", "['purple']", "names", "[e2, 'a']"]))"
        case 14:
            return pick([
                "in_list('black', s1)", "in_list('black', e1)", "in_list('grey', s1)", "list_attr('black', s2, 'risk') == 'high'", "d1 in [1.0, 2.5]",
                "b1 == b2", "b1 != true", "t1 in [t2, timestamp(0)]", "b1 in [true]",
            ])
        default:
            return pick([
                "s1.startsWith('r')", "s1.size() > i1", "[i1, i2].exists(x, x > 1)", "s1.contains(s2)", "distance_km(d1, d2, 1.0, 2.0) < 100.0",
                "double(i1) < d1", "double(i1) * 2.0 >= d2",
            ])
        }
    }

    private mutating func int(_ depth: Int) -> String {
        if depth > 0 {
            switch below(7) {
            case 0, 1: return "(\(int(depth - 1)) \(pick(["+", "-", "*", "/", "%"])) \(int(depth - 1)))"
            case 2: return "-(\(int(depth - 1)))"
            case 3: return "default(\(pick(["i1", "i2"])), \(int(depth - 1)))"
            case 4:
                return
                    "\(time(0)).\(pick(["getHours", "getFullYear", "getDayOfWeek", "getDate", "getMonth", "getMinutes", "getDayOfYear", "getDayOfMonth", "getSeconds", "getMilliseconds"]))(\(pick(["", "'+05:45'", "'UTC'", "'-02:30'", "'Mars/Base'", "'Europe/Berlin'"])))"
            case 5: return "(\(condition(0)) ? \(int(depth - 1)) : \(int(depth - 1)))"
            default: break
            }
        }
        return pick(["i1", "i2", "0", "1", "-1", "3", "9223372036854775807", "9007199254740993", "(1 / 0)"])
    }

    private mutating func double(_ depth: Int) -> String {
        if depth > 0 {
            switch below(6) {
            case 0, 1: return "(\(double(depth - 1)) \(pick(["+", "-", "*", "/"])) \(double(depth - 1)))"
            case 2: return "-(\(double(depth - 1)))"
            case 3: return "default(\(pick(["d1", "d2"])), \(double(depth - 1)))"
            case 4: return "(\(condition(0)) ? \(double(depth - 1)) : \(double(depth - 1)))"
            default: break
            }
        }
        return pick(["d1", "d2", "0.0", "2.5", "-1.0", "9007199254740992.0", "1e300", "9223372036854775808.0", "(0.0 / 0.0)", "(1.0 / 0.0)"])
    }

    private mutating func string(_ depth: Int) -> String {
        if depth > 0 {
            switch below(5) {
            case 0: return "default(\(pick(["s1", "s2", "e1"])), \(string(depth - 1)))"
            case 1: return "(\(condition(0)) ? \(string(depth - 1)) : \(string(depth - 1)))"
            case 2: return "(\(string(depth - 1)) + \(string(depth - 1)))"
            default: break
            }
        }
        return pick(["s1", "s2", "e1", "e3", "'red'", "'a'", "''"])
    }

    private mutating func time(_ depth: Int) -> String {
        if depth > 0 {
            switch below(4) {
            case 0: return "(\(time(depth - 1)) \(pick(["+", "-"])) \(duration(depth - 1)))"
            case 1: return "(\(duration(depth - 1)) + \(time(depth - 1)))"
            case 2: return "default(t1, \(time(depth - 1)))"
            default: break
            }
        }
        return pick(["t1", "t2", "timestamp('2024-03-31T01:00:00Z')", "timestamp(0)", "timestamp('2024-03-31T01:00:00.0005Z')"])
    }

    private mutating func duration(_ depth: Int) -> String {
        if depth > 0 {
            switch below(4) {
            case 0, 1: return "(\(duration(depth - 1)) \(pick(["+", "-"])) \(duration(depth - 1)))"
            case 2: return "(\(time(depth - 1)) - \(time(depth - 1)))"
            default: return "default(u2, \(duration(depth - 1)))"
            }
        }
        return pick(["u1", "u2", "duration('1h')", "duration('-1s')", "duration('1ms')", "duration('1us')"])
    }
}

@Suite("Compiled conditions")
struct CompiledConditionTests {
    private static func environment() -> Environment {
        var environment = Environment()
        for variable in variables { environment.declare(variable: variable.name, variable.type == .fingerprint ? .string : variable.type.expressionType) }
        environment.declare(constant: "names", .list([.string("red"), .string("a")]))
        return environment
    }

    private static let bindings = variables.enumerated().map { ConditionProgram.Binding(slot: $0, type: $1.type) }

    private static func code(_ error: EvaluationError) -> String {
        switch error.code {
        case .noSuchValue: "no_such_value"
        case .overflow: "overflow"
        case .divideByZero: "divide_by_zero"
        default: "evaluation_error"
        }
    }

    @Test("Compiled and general evaluation agree on truth and error", arguments: 0..<8)
    func agreement(part: Int) throws {
        let environment = Self.environment()
        let memory = TestFrame()
        let timeZones = SystemTimeZones.isInstalled ? SystemTimeZones() : nil
        var compared = 0
        for round in 0..<400 {
            let seed = UInt64(part * 10_000 + round)
            var writer = Writer(random: SeededGenerator(seed: seed))
            let text = writer.condition(3)
            let source = Source(text)
            let (checked, diagnostics) = check(try parse(source), source: source, environment: environment)
            // Constant parts that always fail are reported when a package is read.
            if diagnostics.contains(where: { $0.severity == .error }) { continue }
            let compiled = ConditionProgram(
                checked, Self.bindings, firstTemporary: variables.count, fingerprint: fingerprint, lists: memory.lists, timeZones: timeZones)
            guard compiled.frameWidth <= TestFrame.width else { continue }
            let general = Program(checked, environment: environment)
            for _ in 0..<12 {
                memory.fill(&writer.random)
                var expected: String
                do {
                    let value = try general.evaluate(
                        FrameActivation(frame: memory.frame, bindings: Self.bindings, fingerprint: fingerprint, timeZones: timeZones))
                    expected = value == .bool(true) ? "yes" : "no"
                } catch {
                    expected = Self.code(error)
                }
                let outcome = compiled.evaluate(memory.frame)
                let found =
                    switch outcome.truth {
                    case .yes: "yes"
                    case .no: "no"
                    case .error: Presence.errorCode(outcome.presence)
                    }
                if found != expected {
                    let values = variables.indices.map { "\(variables[$0].name)=\(memory.present[$0] == 1 ? String(memory.cells[$0]) : "-")" }
                    Issue.record("seed \(seed): \(found) instead of \(expected): \(text) with \(values.joined(separator: " "))")
                    return
                }
                compared += 1
            }
        }
        #expect(compared > 3000)
    }

    @Test(
        "An error names the first variable that has no value",
        arguments: [
            ("i1 > i2", "i1"), ("i2 < i1", "i2"), ("d1 >= i1", "d1"), ("b1 && b2", "b1"), ("i1 == 1 || d1 > 2.0", "i1"), ("(b1 && false) || i2 == 1", "i2"),
            ("s1 in [s2, 'a']", "s1"), ("e1 == 'red'", "e1"),
        ])
    func firstMissing(text: String, name: String) throws {
        let source = Source(text)
        let (checked, _) = check(try parse(source), source: source, environment: Self.environment())
        let memory = TestFrame()
        let program = ConditionProgram(checked, Self.bindings, firstTemporary: variables.count, fingerprint: fingerprint)
        let outcome = program.evaluate(memory.frame)
        #expect(outcome.truth == .error && outcome.presence == Presence.absent)
        #expect(outcome.slot == variables.firstIndex { $0.name == name })
    }

    @Test("Conditions larger than the compiled form are right all the same")
    func large() throws {
        let text = (0..<2400).map { "i1 == \($0)" }.joined(separator: " || ")
        let source = Source(text)
        let (checked, diagnostics) = check(try parse(source), source: source, environment: Self.environment())
        guard diagnostics.isEmpty else { return }
        let memory = TestFrame()
        memory.present[2] = Presence.value
        let program = ConditionProgram(checked, Self.bindings, firstTemporary: variables.count, fingerprint: fingerprint)
        memory.cells[2] = 2399
        #expect(program.evaluate(memory.frame).truth == .yes)
        memory.cells[2] = 2400
        #expect(program.evaluate(memory.frame).truth == .no)
        memory.present[2] = Presence.absent
        #expect(program.evaluate(memory.frame).truth == .error)
    }
}
