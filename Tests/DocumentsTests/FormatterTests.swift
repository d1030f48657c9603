import Documents
import TestSupport
import Testing

@Suite struct FormatterTests {
    private static let rule = Shape.record([
        .required("id", .text, "its name"), .optional("title", .either([.text, .table(.text)]), "what it says"), .required("when", .text, "its condition"),
        .optional("list", .record([.required("name", .text, "which"), .required("subject", .text, "whom")]), "where it writes"),
    ])
    private static let shape = Shape.record([
        .required("package", .text, "its name"), .required("on", .oneOrMore(.text), "what triggers it"),
        .optional("parameters", .table(Shape(.anything)), "numbers"), .required("rules", .list(rule), "the rules"),
    ])

    private func format(_ text: String, _ shape: Shape? = nil) throws -> (text: String, isUnderstood: Bool) {
        let result = try YAMLFormatter.format(Array(text.utf8), file: "t.yaml", shape: shape)
        return (String(decoding: result.text, as: UTF8.self), result.isUnderstood)
    }

    @Test(arguments: [
        // Blocks
        ("a:   1\nb:\n     c: 2\n", "a: 1\nb:\n  c: 2\n"), ("a:\n- 1\n-   2\n", "a:\n  - 1\n  - 2\n"),
        ("a:\n  -\n    b: 1\n    c: 2\n", "a:\n  -\n    b: 1\n    c: 2\n"),
        ("-   a: 1\n    b: 2\n", "- a: 1\n  b: 2\n"), ("-  - a\n   - b\n-  - c\n", "- - a\n  - b\n- - c\n"), ("a:\r\n    - b\r\n", "a:\n  - b\n"),
        ("a:\nb: ~\n", "a:\nb: ~\n"), ("a: 1", "a: 1\n"), ("---\na: 1\n...\n", "a: 1\n"), ("\n\na: 1\n\n\n\nb: 2\n\n", "a: 1\n\nb: 2\n"),
        ("'a b' : 1\n", "'a b': 1\n"),
        ("\u{FEFF}a: 1  \n", "a: 1\n"), ("", ""), ("# only this\n", "# only this\n"), ("plain\n", "plain\n"), ("- x\n-\n- ~\n", "- x\n-\n- ~\n"),
        ("a:\n    {b: 1,\n     c: 2}\n", "a:\n  {b: 1,\n   c: 2}\n"), ("a: &x\n    b: 1\nc: *x\n", "a: &x\n  b: 1\nc: *x\n"),
        ("- &x a\n- *x\n", "- &x a\n- *x\n"),
        // Flow style
        ("a: { b: 1 ,c : [ 1,2 , 3 ] }\n", "a: {b: 1, c: [1, 2, 3]}\n"), ("{\"a\":1,\"b\":{}}\n", "{\"a\": 1, \"b\": {}}\n"), ("a: [1, 2, ]\n", "a: [1, 2,]\n"),
        ("a: {b: , c: 1}\n", "a: {b: , c: 1}\n"), ("a: [x,\n  y,\n      z]\n", "a: [x,\n    y,\n    z]\n"),
        ("a: [\n   x,\n      y\n   ]\n", "a: [\n  x,\n  y\n]\n"),
        ("r:\n    k: [a,   # one\n      # two\n        b]  # three\n", "r:\n  k: [a,  # one\n      # two\n      b]  # three\n"),
        ("a: {x: [1,\n 2], y:\n 3}\n", "a: {x: [1,\n        2], y:\n    3}\n"),
        // Comments
        ("#a\n\n# b\nx: 1 # c\nlong: 22   # d\n", "#a\n\n# b\nx: 1      # c\nlong: 22  # d\n"), ("a: 1 # x\n\nbbb: 2   # y\n", "a: 1  # x\n\nbbb: 2  # y\n"),
        ("a:   # x\n    # y\n    - 1\n    # z\n  # w\nb: 1\n", "a:  # x\n  # y\n  - 1\n  # z\n# w\nb: 1\n"),
        ("a:\n    b: 1\n    # of a\n# of c\nc: 1\n# end\n", "a:\n  b: 1\n  # of a\n# of c\nc: 1\n# end\n"),
        ("a:\n- 1\n# of b\nb: 2\n", "a:\n  - 1\n# of b\nb: 2\n"), ("- a: 1\n  # tail\n- b: 1\n", "- a: 1\n  # tail\n- b: 1\n"),
        ("a: '#'  # '\n", "a: '#'  # '\n"), ("a:\n  # c\n  x\n", "a:\n  # c\n  x\n"),
        // Scalars over several lines
        ("a: >-   # c\n      x &&\n        y\n\n      z\n\n\nb: 1\n", "a: >-  # c\n  x &&\n    y\n\n  z\n\nb: 1\n"),
        ("a:\n    b: |2\n        x\n       y\n", "a:\n  b: |2\n      x\n     y\n"), ("a: |+\n    x\n\n\nb: 1\n", "a: |+\n  x\n\n\nb: 1\n"),
        ("a: |\n   # x\n   y\n", "a: |\n  # x\n  y\n"),
        ("r:\n    - w: 'a &&\n          b'\n      v: 1\n", "r:\n  - w: 'a &&\n        b'\n    v: 1\n"), ("a: x\n   y\n", "a: x\n   y\n"),
        ("a: \"x \\\n   y\"  # c\n", "a: \"x \\\n   y\"  # c\n"),
        ("- |\n  x\n- >\n     y\n", "- |\n  x\n- >\n  y\n"), ("a: |\n  x\n   \n  y\n", "a: |\n  x\n   \n  y\n"),
    ])
    func layout(_ text: String, _ expected: String) throws {
        let result = try format(text)
        #expect(result.text == expected && result.isUnderstood, "\(result)")
        #expect(try format(expected).text == expected)
    }

    @Test(arguments: [
        ("on: x\npackage: a\n", "package: a\non: x\n"),
        ("rules: []\n\n# of on\non: x  # y\nextra: 1\npackage: a\n", "package: a\n\n# of on\non: x  # y\nrules: []\nextra: 1\n"),
        (
            "rules:\n  - {when: 'a, b', id: x}\n  - when: >-\n      a\n    # the id\n    id: y\n",
            "rules:\n  - {id: x, when: 'a, b'}\n  - when: >-\n      a\n    # the id\n    id: y\n"
        ),
        ("rules:\n  - when: >-\n      a\n\n    id: y  # c\n", "rules:\n  - id: y  # c\n    when: >-\n      a\n"),
        ("# head\n\n# of on\non: x\npackage: a\n", "# head\n\npackage: a\n# of on\non: x\n"),
        ("rules: [{list: {subject: s, name: n}, id: x}]\n", "rules: [{id: x, list: {name: n, subject: s}}]\n"),
        ("parameters: {z: 1, a: 2}\n", "parameters: {z: 1, a: 2}\n"),
        ("rules:\n  - {when: a,\n     id: b}\n", "rules:\n  - {when: a,\n     id: b}\n"), ("on: &x y\npackage: *x\n", "on: &x y\npackage: *x\n"),
        ("'on': x\n\"package\": a\n", "\"package\": a\n'on': x\n"),
        ("rules: [{title: {zh: b, en: a}, id: x, }]\n", "rules: [{title: {zh: b, en: a}, id: x,}]\n"),
    ])
    func order(_ text: String, _ expected: String) throws {
        let result = try format(text, Self.shape)
        #expect(result.text == expected, "\(result)")
        #expect(try format(expected, Self.shape).text == expected)
    }

    @Test(arguments: ["? a\n: b\n", "%YAML 1.1\n---\na: 1\n", "a: 1\rb: 2\r"]) func whatIsNotUnderstoodStays(text: String) throws {
        let result = try format(text)
        #expect(result.text == text && !result.isUnderstood)
    }

    @Test func faultsAreThrown() {
        #expect(throws: Diagnostics.self) { try format("a: [1\n") }
        #expect(throws: Diagnostics.self) { try format("a: 1\na: 2\n") }
    }
}
