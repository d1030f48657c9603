import Documents
import Testing

@Suite struct PositionTests {
    /// Each scalar contains a `^`; the place that its offset maps to is the `^` in the file.
    @Test(arguments: [
        "a: x == ^y", "a: 名名 == ^y", "a: 'it''s ^x'", "a: '^'", "a: \"q\\\"\\u00e9\\x41\\n\\U0001F600 ^\"", "a: \"é ^\"", "a: ^",
        "a: x &&\n   y &&\n     ^z", "a: 'x &&\n\n   y ^ z'", "a: \"x \\\n     y ^\"", "a: \"x \\n \\\n  \\  y ^\"", "a: |\n  one\n    two\n\n  th^ree\n",
        "a: |-\n   ^", "a: |2\n    one ^\n", "a: |+\n\n\n  x\n  ^\n\n", "a: >\n  one\n  two\n\n  three ^four\n", "a: >-\n  one\n    more\n  t^wo\n",
        "- - {b: [1, x ^y]}", "a: |\r\n  one\r\n  t^wo\r\n", "a: x\r\n  y\r\n  ^", "# c\na:\n  - 'é''^'", "a: &x 'b^'", "a: &x |\n  b^\n",
        "a: \"\\N\\_\\L\\P ^\"", "a: \"x\n  \n  \\ty^\"", "a: \"^\\\n  x\"", "a: \"\\\n   ^x\"",
    ])
    func caret(_ text: String) throws {
        let scalar = try #require(findScalar(try parse(text)))
        let offset = try #require(Array(scalar.text.utf8).firstIndex(of: UInt8(ascii: "^")))
        #expect(scalar.position(atUTF8Offset: offset) == place(of: "^", in: text))
    }

    @Test func insideJSONWithSurrogates() throws {
        let text = "{\"a\": \"\\ud83d\\ude00\\/ ^\"}"
        let scalar = try #require(findScalar(try parse(text)))
        #expect(scalar.text == "😀/ ^")
        #expect(scalar.position(atUTF8Offset: 6) == place(of: "^", in: text))
    }

    @Test func offsetsOutsideStopAtTheEnds() throws {
        let node = try #require(try parse("a: 'xyz'\nb: 1")["a"])
        #expect(node.position(atUTF8Offset: -1) == Position(file: "t.yaml", line: 1, column: 5))
        #expect(node.position(atUTF8Offset: 99) == Position(file: "t.yaml", line: 1, column: 8))
    }

    @Test func nodesMadeByCodeCountOn() {
        let node = Node(.string("éx"), text: "éx", at: Position(file: "--set", line: 1, column: 5))
        #expect(node.position(atUTF8Offset: 2) == Position(file: "--set", line: 1, column: 6))
    }

    @Test func keysAndCollections() throws {
        let root = try parse("a:\n  名: [1, {b: 2}]\n")
        guard case .map(let entries) = root["a"]?.content else { return #expect(Bool(false)) }
        #expect(entries[0].key.position == Position(file: "t.yaml", line: 2, column: 3))
        #expect(entries[0].value.position == Position(file: "t.yaml", line: 2, column: 6))
        guard case .list(let elements) = entries[0].value.content else { return #expect(Bool(false)) }
        #expect(elements[1]["b"]?.position == Position(file: "t.yaml", line: 2, column: 14))
    }

    private func findScalar(_ node: Node) -> Node? {
        switch node.content {
        case .list(let elements): elements.lazy.compactMap(findScalar).first
        case .map(let entries): entries.lazy.compactMap { findScalar($0.value) }.first
        default: node.text.contains("^") ? node : nil
        }
    }

    private func place(of character: Unicode.Scalar, in text: String) -> Position {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars {
            if scalar == character { break }
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return Position(file: "t.yaml", line: line, column: column)
    }
}
