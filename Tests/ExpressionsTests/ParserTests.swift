import Documents
import Expressions
import Testing

@Test(
    "Syntax errors say where, what and what to do; several at once",
    arguments: [
        ("", ["f:3:7: error[empty-expression]: there is no expression; write a condition such as amount > 100"]),
        (
            "1 +",
            [
                "f:3:10: error[unexpected-token]: expected a value, found the end of the expression; write a field, a number or text here, or remove what is before it"
            ]
        ),
        ("a and b", ["f:3:9: error[unexpected-token]: expected an operator or the end of the expression, found 'and'; write && for 'and'"]),
        (
            "a = 1",
            [
                "f:3:9: error[unexpected-character]: '=' has no meaning in an expression; write == to compare",
                "f:3:11: error[unexpected-token]: expected an operator or the end of the expression, found '1'; join conditions with && or ||, and put text in quotes",
            ]
        ),
        (
            "f(1 +, 2 *) + [3 4]",
            [
                "f:3:12: error[unexpected-token]: expected a value, found ','; write a field, a number or text here, or remove what is before it",
                "f:3:17: error[unexpected-token]: expected a value, found ')'; write a field, a number or text here, or remove what is before it",
            ]
        ),
        (
            "(a\n + b",
            ["f:4:5: error[unexpected-token]: expected ')' to close '(' of 3:7, found the end of the expression; add ')', or what is missing before it"]
        ),
        (
            "é",
            [
                "f:3:7: error[unexpected-character]: 'é' has no meaning in an expression; remove it, or put text in quotes",
                "f:3:8: error[unexpected-token]: expected a value, found the end of the expression; write a field, a number or text here, or remove what is before it",
            ]
        ),
        (
            "'é' + #",
            [
                "f:3:13: error[unexpected-character]: '#' has no meaning in an expression; remove it, or put text in quotes",
                "f:3:14: error[unexpected-token]: expected a value, found the end of the expression; write a field, a number or text here, or remove what is before it",
            ]
        ),
        ("x ==\n 'a", ["f:4:2: error[string-literal]: the text starting here is not closed; close it on its line, or use triple quotes for several lines"]),
        (
            #"'\d' + "\z""#,
            [
                "f:3:8: error[string-literal]: unknown escape sequence; write \\\\ for a backslash, or use a raw literal such as r\"\\d+\"",
                "f:3:15: error[string-literal]: unknown escape sequence; write \\\\ for a backslash, or use a raw literal such as r\"\\d+\"",
            ]
        ),
        (
            "for + while",
            [
                "f:3:7: error[reserved-word]: 'for' is a reserved word; choose another name",
                "f:3:13: error[reserved-word]: 'while' is a reserved word; choose another name",
            ]
        ),
        ("has(x)", ["f:3:11: error[macro-argument]: has() takes a field selection; write has(x.field); for a key use \"key\" in x"]),
        ("99999999999999999999", ["f:3:7: error[number-range]: '99999999999999999999' is beyond the range of int; write a double by adding .0"]),
        ("9223372036854775808", ["f:3:7: error[number-range]: '9223372036854775808' is beyond the range of int; add a 'u' for uint, or '.0' for double"]),
        ("M{}", ["f:3:8: error[unsupported-syntax]: a message literal is not part of this language; use a map such as {\"key\": value}"]),
    ])
func syntaxErrors(text: String, expected: [String]) {
    let source = Source(text, of: Node(.string(text), text: text, at: Position(file: "f", line: 3, column: 7)))
    do {
        _ = try parse(source)
        Issue.record("no error")
    } catch {
        #expect(error.all.map(\.description) == expected)
    }
}

@Test("Places follow what the document makes of the text: indentation, folds, escapes")
func positionsInScalars() throws {
    func places(_ yaml: String, _ offsets: [Int]) throws -> [String] {
        let node = try parseYAML(Array(yaml.utf8), file: "f")["x"]!
        let source = Source(node.text, of: node)
        return offsets.map { source.position(at: $0) }.map { "\($0.line):\($0.column)" }
    }
    #expect(try places("x: |\n    aé\n    b\n", [0, 3, 4, 99]) == ["2:5", "2:7", "3:5", "4:1"])
    #expect(try places("x: >-\n  aé\n  b c\n", [0, 4, 6]) == ["2:3", "3:3", "3:5"])
    #expect(try places("x: \"a\\tb\"", [0, 1, 2]) == ["1:5", "1:6", "1:8"])
    let plain = Source("aé\nb", file: "f")
    #expect([0, 3, 4, 99].map { plain.position(at: $0) }.map { "\($0.line):\($0.column)" } == ["1:1", "1:3", "2:1", "2:2"])
}

@Test("Every node has its own id, children before parents, and a place in the source")
func nodeNumbers() throws {
    let source = Source("[1, 2].map(x, x > 1, x + y.z) == [has(a.b) ? -c[0] : 'd'.f(3u)] && {'k': v}.k")
    let root = try parse(source)
    var seen: Set<Int> = []
    func visit(_ node: Expr, below parent: Int) {
        #expect(node.id < parent && seen.insert(node.id).inserted)
        #expect(node.range.lowerBound >= 0 && node.range.upperBound <= source.text.utf8.count && !node.range.isEmpty)
        switch node.kind {
        case .literal, .identifier: break
        case .select(let operand, _, _): visit(operand, below: node.id)
        case .call(_, let target, let arguments): ([target].compactMap { $0 } + arguments).forEach { visit($0, below: node.id) }
        case .list(let elements): elements.forEach { visit($0, below: node.id) }
        case .map(let entries):
            entries.forEach {
                visit($0.key, below: node.id); visit($0.value, below: node.id)
            }
        case .comprehension(let loop):
            [loop.range, loop.initial, loop.loopCondition, loop.loopStep, loop.result].forEach { visit($0, below: node.id) }
        }
    }
    visit(root, below: root.id + 1)
    #expect(source.text(in: root.range) == source.text)
}

@Test(
    "Limits",
    arguments: [
        ("expression-too-long", String(repeating: " ", count: Limits.sourceBytesMax) + "1"),
        ("expression-too-deep", String(repeating: "(", count: Limits.nestingDepthMax + 1)),
        ("expression-too-deep", String(repeating: "1 + ", count: Limits.treeHeightMax + 1) + "1"),
        ("expression-too-large", "[" + String(repeating: "[1],", count: Limits.nodeCountMax / 8) + "], "),
        ("literal-too-long", "[" + String(repeating: "1,", count: Limits.literalEntriesMax + 1) + "1]"),
    ])
func limits(code: String, text: String) {
    let source = Source(code == "expression-too-large" ? "[" + String(repeating: text, count: 5) + "1]" : text)
    do {
        _ = try parse(source)
        Issue.record("no error")
    } catch {
        #expect(error.all.first?.code == code)
    }
}
