public import Documents

/// Parses an expression and expands its macros.
///
/// Throws every syntax error found, at most `Limits.diagnosticsMax`. Time is linear in the length of the text; recursion is
/// bounded by `Limits.nestingDepthMax`.
public func parse(_ source: Source) throws(Diagnostics) -> Expr {
    guard source.bytes.count <= Limits.sourceBytesMax else {
        throw Diagnostics([
            Diagnostic(
                code: "expression-too-long", "the expression has \(source.bytes.count) bytes; at most \(Limits.sourceBytesMax) are read",
                remedy: "split it into several rules or move its constants into a list", at: source.position(at: 0))
        ])
    }
    var lexer = Lexer(source)
    lexer.run()
    var parser = Parser(source: source, tokens: lexer.tokens, diagnostics: lexer.diagnostics)
    return try parser.parseAll()
}

/// Thrown inside the parser after the error has been recorded.
struct ParseFailure: Error {}

/// Recursive descent for brackets, precedence climbing for binary operators.
struct Parser {
    let source: Source
    private let tokens: [Token]
    private var index = 0
    private var depth = 0
    private var nextID = 0
    private var diagnostics: [Diagnostic]

    init(source: Source, tokens: [Token], diagnostics: [Diagnostic]) {
        self.source = source
        self.tokens = tokens
        self.diagnostics = diagnostics
    }

    mutating func parseAll() throws(Diagnostics) -> Expr {
        if case .end = token.kind, diagnostics.isEmpty {
            report("empty-expression", "there is no expression", remedy: "write a condition such as amount > 100", at: 0)
            throw Diagnostics(diagnostics)
        }
        do {
            let root = try parseExpression()
            if token.kind != .end {
                try unexpected(expected: "an operator or the end of the expression", remedy: "join conditions with && or ||, and put text in quotes")
            }
            if diagnostics.isEmpty { return root }
        } catch {}
        let inOrder = diagnostics.sorted { left, right in
            guard let a = left.position, let b = right.position else { return false }
            return (a.line, a.column) < (b.line, b.column)
        }
        throw Diagnostics(inOrder)
    }

    // MARK: Tokens

    private var token: Token { tokens[index] }

    private mutating func advance() -> Token {
        let current = tokens[index]
        if index < tokens.count - 1 { index += 1 }
        return current
    }

    private func isAt(_ symbol: String) -> Bool { token.kind == .symbol(symbol) }

    private mutating func accept(_ symbol: String) -> Bool {
        guard isAt(symbol) else { return false }
        _ = advance()
        return true
    }

    private mutating func expect(_ symbol: String, opened: Token? = nil, remedy: String? = nil) throws(ParseFailure) -> Token {
        if isAt(symbol) { return advance() }
        var expected = "'\(symbol)'"
        var remedy = remedy ?? "add '\(symbol)'"
        if let opened {
            remedy = "add '\(symbol)', or what is missing before it"
            let position = source.position(at: opened.range.lowerBound)
            expected += " to close \(opened.describe(in: source)) of \(position.line):\(position.column)"
        }
        try unexpected(expected: expected, remedy: remedy)
    }

    private mutating func unexpected(expected: String, remedy: String) throws(ParseFailure) -> Never {
        var remedy = remedy
        if case .identifier(let name) = token.kind, let word = Self.wordRemedies[name.lowercased()] { remedy = word }
        report(
            "unexpected-token", "expected \(expected), found \(token.describe(in: source))", remedy: remedy, at: token.range.lowerBound)
        throw ParseFailure()
    }

    /// Words of other languages for what CEL writes with symbols.
    private static let wordRemedies = [
        "and": "write && for 'and'", "or": "write || for 'or'", "not": "write ! for 'not'", "is": "write == to compare",
        "between": "write low <= x && x <= high",
    ]

    mutating func report(_ code: String, _ message: String, remedy: String?, at offset: Int) {
        guard diagnostics.count < Limits.diagnosticsMax else { return }
        diagnostics.append(Diagnostic(code: code, message, remedy: remedy, at: source.position(at: offset)))
    }

    // MARK: Nodes

    /// Makes a node; past the limits on count and height this records an error and gives up.
    mutating func make(_ kind: Expr.Kind, _ range: Range<Int>) throws(ParseFailure) -> Expr {
        let node = Expr(id: nextID, range: range, kind: kind)
        nextID += 1
        guard nextID <= Limits.nodeCountMax else {
            report(
                "expression-too-large", "the expression has more than \(Limits.nodeCountMax) parts",
                remedy: "split it into several rules or move its constants into a list", at: range.lowerBound)
            throw ParseFailure()
        }
        guard node.height <= Limits.treeHeightMax else {
            try tooDeep(at: range.lowerBound)
        }
        return node
    }

    private mutating func tooDeep(at offset: Int) throws(ParseFailure) -> Never {
        report(
            "expression-too-deep", "the expression nests deeper than \(Limits.nestingDepthMax) levels",
            remedy: "split it into several rules, or use a map or a list instead of a long chain", at: offset)
        // Going on would only report the same place again from every enclosing bracket.
        index = tokens.count - 1
        throw ParseFailure()
    }

    // MARK: Grammar

    private mutating func parseExpression() throws(ParseFailure) -> Expr {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.nestingDepthMax else { try tooDeep(at: token.range.lowerBound) }
        let condition = try parseLogical(Operator.logicalOr, symbol: "||")
        guard accept("?") else { return condition }
        let whenTrue = try parseLogical(Operator.logicalOr, symbol: "||")
        _ = try expect(":", remedy: "write condition ? a : b")
        let whenFalse = try parseExpression()
        return try make(
            .call(Operator.conditional, target: nil, [condition, whenTrue, whenFalse]),
            condition.range.lowerBound..<whenFalse.range.upperBound)
    }

    /// A chain of `||`, or of `&&` below it, as a balanced tree, so that a thousand alternatives are ten levels deep.
    private mutating func parseLogical(_ name: String, symbol: String) throws(ParseFailure) -> Expr {
        let isOr = name == Operator.logicalOr
        var terms = [isOr ? try parseLogical(Operator.logicalAnd, symbol: "&&") : try parseBinary(minimum: 0)]
        while accept(symbol) {
            terms.append(isOr ? try parseLogical(Operator.logicalAnd, symbol: "&&") : try parseBinary(minimum: 0))
        }
        return try balance(name, terms[...])
    }

    private mutating func balance(_ name: String, _ terms: ArraySlice<Expr>) throws(ParseFailure) -> Expr {
        if terms.count == 1 { return terms[terms.startIndex] }
        let middle = terms.startIndex + (terms.count + 1) / 2
        let left = try balance(name, terms[..<middle])
        let right = try balance(name, terms[middle...])
        return try make(.call(name, target: nil, [left, right]), left.range.lowerBound..<right.range.upperBound)
    }

    private func binaryOperator() -> (name: String, precedence: Int)? {
        switch token.kind {
        case .in: (Operator.in, 0)
        case .symbol(let symbol): Self.binaryOperators[symbol]
        default: nil
        }
    }

    private static let binaryOperators: [String: (name: String, precedence: Int)] = [
        "==": (Operator.equals, 0), "!=": (Operator.notEquals, 0), "<": (Operator.less, 0), "<=": (Operator.lessEquals, 0),
        ">": (Operator.greater, 0), ">=": (Operator.greaterEquals, 0), "+": (Operator.add, 1), "-": (Operator.subtract, 1),
        "*": (Operator.multiply, 2), "/": (Operator.divide, 2), "%": (Operator.modulo, 2),
    ]

    private mutating func parseBinary(minimum: Int) throws(ParseFailure) -> Expr {
        var left = try parseUnary()
        while let (name, precedence) = binaryOperator(), precedence >= minimum {
            _ = advance()
            let right = try parseBinary(minimum: precedence + 1)
            left = try make(.call(name, target: nil, [left, right]), left.range.lowerBound..<right.range.upperBound)
        }
        return left
    }

    private mutating func parseUnary() throws(ParseFailure) -> Expr {
        let symbol = isAt("!") ? "!" : "-"
        var starts: [Int] = []
        while isAt(symbol) { starts.append(advance().range.lowerBound) }
        guard starts.count <= Limits.nestingDepthMax else { try tooDeep(at: starts[0]) }
        // The minus before digits belongs to the literal, or -9223372036854775808 could not be written.
        var sign: Int?
        if symbol == "-", isNumber(token) {
            sign = starts.popLast()
        } else if symbol == "!", isAt("-"), isNumber(tokens[index + 1]) {
            sign = advance().range.lowerBound
        }
        var operand = try parseMember(sign: sign)
        for start in starts.reversed() {
            operand = try make(
                .call(symbol == "!" ? Operator.logicalNot : Operator.negate, target: nil, [operand]), start..<operand.range.upperBound)
        }
        return operand
    }

    private func isNumber(_ token: Token) -> Bool {
        switch token.kind {
        case .integer, .literal(.double): true
        default: false
        }
    }

    private mutating func parseMember(sign: Int?) throws(ParseFailure) -> Expr {
        var operand = try parsePrimary(sign: sign)
        while true {
            let start = operand.range.lowerBound
            if accept(".") {
                if isAt("?") { try unsupported("optional field selection", remedy: "write has(x.field) ? x.field : fallback") }
                operand = try parseSelection(of: operand)
            } else if isAt("[") {
                let open = advance()
                if isAt("?") { try unsupported("optional indexing", remedy: "write key in x ? x[key] : fallback") }
                let key = try parseRecovering { parser throws(ParseFailure) in try parser.parseExpression() }
                let close = try expect("]", opened: open)
                guard let key else { throw ParseFailure() }
                operand = try make(.call(Operator.index, target: nil, [operand, key]), start..<close.range.upperBound)
            } else if isAt("{"), Self.isQualifiedName(operand) {
                try unsupported("a message literal", remedy: "use a map such as {\"key\": value}")
            } else {
                return operand
            }
        }
    }

    private static func isQualifiedName(_ operand: Expr) -> Bool {
        switch operand.kind {
        case .identifier: true
        case .select(let inner, _, false): isQualifiedName(inner)
        default: false
        }
    }

    private mutating func unsupported(_ what: String, remedy: String) throws(ParseFailure) -> Never {
        report("unsupported-syntax", "\(what) is not part of this language", remedy: remedy, at: token.range.lowerBound)
        throw ParseFailure()
    }

    private mutating func parseSelection(of operand: Expr) throws(ParseFailure) -> Expr {
        let start = operand.range.lowerBound
        switch token.kind {
        case .identifier(let name):
            let end = advance().range.upperBound
            guard isAt("(") else { return try make(.select(operand, field: name, testOnly: false), start..<end) }
            let (arguments, close) = try parseArguments()
            return try makeCall(name, target: operand, arguments, start..<close)
        case .quotedIdentifier(let name):
            let end = advance().range.upperBound
            return try make(.select(operand, field: name, testOnly: false), start..<end)
        default:
            try unexpected(expected: "a field or function name after '.'", remedy: "write a name behind the point, or remove the point")
        }
    }

    private mutating func parsePrimary(sign: Int?) throws(ParseFailure) -> Expr {
        let start = token
        switch start.kind {
        case .integer(let magnitude):
            _ = advance()
            return try makeInteger(magnitude, sign: sign, start.range)
        case .literal(let value):
            _ = advance()
            if let sign, case .double(let double) = value { return try make(.literal(.double(-double)), sign..<start.range.upperBound) }
            return try make(.literal(value), start.range)
        case .identifier: return try parseName(dot: nil)
        case .symbol("."):
            _ = advance()
            guard case .identifier = token.kind else {
                try unexpected(expected: "a name after '.'", remedy: "write a name behind the point, or remove the point")
            }
            return try parseName(dot: start)
        case .symbol("("):
            _ = advance()
            let inner = try parseRecovering { parser throws(ParseFailure) in try parser.parseExpression() }
            _ = try expect(")", opened: start)
            guard let inner else { throw ParseFailure() }
            return inner
        case .symbol("["):
            let (elements, close) = try parseList(close: "]", allowsTrailingComma: true) { parser throws(ParseFailure) in
                if parser.isAt("?") { try parser.unsupported("an optional element", remedy: "use a condition") }
                return try parser.parseExpression()
            }
            return try make(.list(elements), start.range.lowerBound..<close)
        case .symbol("{"):
            let (entries, close) = try parseList(close: "}", allowsTrailingComma: true) { parser throws(ParseFailure) in
                if parser.isAt("?") { try parser.unsupported("an optional entry", remedy: "use a condition") }
                let key = try parser.parseExpression()
                _ = try parser.expect(":", remedy: "write {\"key\": value}")
                return (key: key, value: try parser.parseExpression())
            }
            return try make(.map(entries), start.range.lowerBound..<close)
        default:
            try unexpected(expected: "a value", remedy: "write a field, a number or text here, or remove what is before it")
        }
    }

    private mutating func makeInteger(_ magnitude: UInt64, sign: Int?, _ range: Range<Int>) throws(ParseFailure) -> Expr {
        let range = (sign ?? range.lowerBound)..<range.upperBound
        if sign != nil, magnitude == Int64.min.magnitude { return try make(.literal(.int(.min)), range) }
        guard let value = Int64(exactly: magnitude) else {
            report(
                "number-range", "'\(source.text(in: range))' is beyond the range of int",
                remedy: "add a 'u' for uint, or '.0' for double", at: range.lowerBound)
            return try make(.literal(.int(0)), range)
        }
        return try make(.literal(.int(sign == nil ? value : -value)), range)
    }

    private mutating func parseName(dot: Token?) throws(ParseFailure) -> Expr {
        let token = advance()
        guard case .identifier(let simpleName) = token.kind else { throw ParseFailure() }
        let start = dot?.range.lowerBound ?? token.range.lowerBound
        if Keywords.reserved.contains(simpleName) {
            report("reserved-word", "'\(simpleName)' is a reserved word", remedy: "choose another name", at: token.range.lowerBound)
        }
        let name = dot == nil ? simpleName : "." + simpleName
        guard isAt("(") else { return try make(.identifier(name), start..<token.range.upperBound) }
        let (arguments, close) = try parseArguments()
        return try makeCall(name, target: nil, arguments, start..<close)
    }

    private mutating func parseArguments() throws(ParseFailure) -> ([Expr], close: Int) {
        try parseList(close: ")", allowsTrailingComma: false) { parser throws(ParseFailure) in try parser.parseExpression() }
    }

    private mutating func makeCall(
        _ name: String, target: Expr?, _ arguments: [Expr], _ range: Range<Int>
    ) throws(ParseFailure) -> Expr {
        var expander = MacroExpander(parser: self, range: range)
        let expanded: Expr?
        do {
            expanded = try expander.expand(name, target: target, arguments)
            self = expander.parser
        } catch {
            self = expander.parser
            throw error
        }
        return try expanded ?? make(.call(name, target: target, arguments), range)
    }

    /// Reads the bracket that opens a list, its items and the bracket that closes it.
    private mutating func parseList<Item>(
        close: String, allowsTrailingComma: Bool, _ item: (inout Parser) throws(ParseFailure) -> Item
    ) throws(ParseFailure) -> (items: [Item], close: Int) {
        let open = advance()
        var items: [Item] = []
        var hasFailed = false
        while !isAt(close) {
            if items.count == Limits.literalEntriesMax {
                report(
                    "literal-too-long", "more than \(Limits.literalEntriesMax) entries in one list",
                    remedy: "keep them in a named list and use in_list", at: token.range.lowerBound)
                throw ParseFailure()
            }
            if let parsed = try parseRecovering(item) { items.append(parsed) } else { hasFailed = true }
            guard isAt(",") else { break }
            let comma = advance()
            if isAt(close), !allowsTrailingComma {
                report("unexpected-token", "a call has no comma after its last argument", remedy: "remove it", at: comma.range.lowerBound)
            }
        }
        let end = try expect(close, opened: open).range.upperBound
        if hasFailed { throw ParseFailure() }
        return (items, end)
    }

    /// Parses an item inside brackets. After a syntax error it skips to the comma or bracket that ends the item and returns nil, so
    /// that the rest of the expression is looked at too.
    private mutating func parseRecovering<Item>(
        _ item: (inout Parser) throws(ParseFailure) -> Item
    ) throws(ParseFailure) -> Item? {
        do {
            return try item(&self)
        } catch {
            var nesting = 0
            while token.kind != .end {
                if case .symbol(let symbol) = token.kind {
                    if ["(", "[", "{"].contains(symbol) { nesting += 1 }
                    if [")", "]", "}"].contains(symbol) {
                        if nesting == 0 { return nil }
                        nesting -= 1
                    }
                    if symbol == ",", nesting == 0 { return nil }
                }
                _ = advance()
            }
            throw error
        }
    }
}
