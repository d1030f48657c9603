/// Expands the standard macros, those over two variables, and `cel.bind` into comprehensions.
///
/// Every argument is used once, so expansion keeps the tree linear in the size of the source.
struct MacroExpander {
    var parser: Parser
    let range: Range<Int>

    /// The expansion of a call, or nil when the call is no macro.
    mutating func expand(_ name: String, target: Expr?, _ arguments: [Expr]) throws(ParseFailure) -> Expr? {
        guard let target else {
            return name == "has" && arguments.count == 1 ? try expandHas(arguments[0]) : nil
        }
        if name == "bind", arguments.count == 3, case .identifier("cel") = target.kind { return try expandBind(arguments) }
        switch (name, arguments.count) {
        case ("all", 2), ("all", 3): return try expandAll(target, arguments)
        case ("exists", 2), ("exists", 3): return try expandExists(target, arguments)
        case ("exists_one", 2), ("existsOne", 2), ("exists_one", 3), ("existsOne", 3): return try expandExistsOne(target, arguments)
        case ("filter", 2): return try expandFilter(target, arguments)
        case ("map", 2), ("map", 3): return try expandToList(target, variableCount: 1, arguments)
        case ("transformList", 3), ("transformList", 4): return try expandToList(target, variableCount: 2, arguments)
        case ("transformMap", 3), ("transformMap", 4): return try expandToMap(target, arguments, entries: false)
        case ("transformMapEntry", 3), ("transformMapEntry", 4): return try expandToMap(target, arguments, entries: true)
        default: return nil
        }
    }

    // MARK: Macros

    private mutating func expandHas(_ argument: Expr) throws(ParseFailure) -> Expr {
        guard case .select(let operand, let field, false) = argument.kind else {
            parser.report(
                "macro-argument", "has() takes a field selection", remedy: "write has(x.field); for a key use \"key\" in x",
                at: argument.range.lowerBound)
            throw ParseFailure()
        }
        return try make(.select(operand, field: field, testOnly: true))
    }

    private mutating func expandBind(_ arguments: [Expr]) throws(ParseFailure) -> Expr {
        let name = try variableNames(arguments[..<1])[0]
        return try make(
            .comprehension(
                Comprehension(
                    variables: [HiddenName.unused], range: make(.list([])), accumulator: name, initial: arguments[1],
                    loopCondition: make(.literal(.bool(false))), loopStep: make(.identifier(name)), result: arguments[2])))
    }

    private mutating func expandAll(_ target: Expr, _ arguments: [Expr]) throws(ParseFailure) -> Expr {
        let variables = try variableNames(arguments.dropLast())
        return try fold(
            target, variables, initial: make(.literal(.bool(true))),
            condition: call(Operator.notStrictlyFalse, [accumulator()]),
            step: call(Operator.logicalAnd, [accumulator(), arguments[arguments.count - 1]]))
    }

    private mutating func expandExists(_ target: Expr, _ arguments: [Expr]) throws(ParseFailure) -> Expr {
        let variables = try variableNames(arguments.dropLast())
        return try fold(
            target, variables, initial: make(.literal(.bool(false))),
            condition: call(Operator.notStrictlyFalse, [call(Operator.logicalNot, [accumulator()])]),
            step: call(Operator.logicalOr, [accumulator(), arguments[arguments.count - 1]]))
    }

    private mutating func expandExistsOne(_ target: Expr, _ arguments: [Expr]) throws(ParseFailure) -> Expr {
        let variables = try variableNames(arguments.dropLast())
        let increment = try call(Operator.add, [accumulator(), make(.literal(.int(1)))])
        return try fold(
            target, variables, initial: make(.literal(.int(0))), condition: make(.literal(.bool(true))),
            step: call(Operator.conditional, [arguments[arguments.count - 1], increment, accumulator()]),
            result: call(Operator.equals, [accumulator(), make(.literal(.int(1)))]))
    }

    private mutating func expandFilter(_ target: Expr, _ arguments: [Expr]) throws(ParseFailure) -> Expr {
        let variables = try variableNames(arguments[..<1])
        let append = try call(Operator.add, [accumulator(), make(.list([make(.identifier(variables[0]))]))])
        return try fold(
            target, variables, initial: make(.list([])), condition: make(.literal(.bool(true))),
            step: call(Operator.conditional, [arguments[1], append, accumulator()]))
    }

    /// `map` and `transformList`: variables, an optional filter, the new element.
    private mutating func expandToList(
        _ target: Expr, variableCount: Int, _ arguments: [Expr]
    ) throws(ParseFailure) -> Expr {
        let variables = try variableNames(arguments[..<variableCount])
        let append = try call(Operator.add, [accumulator(), make(.list([arguments[arguments.count - 1]]))])
        return try fold(
            target, variables, initial: make(.list([])), condition: make(.literal(.bool(true))),
            step: filtered(append, arguments.count == variableCount + 2 ? arguments[variableCount] : nil))
    }

    /// `transformMap` keeps the keys and makes new values; `transformMapEntry` makes whole entries, as maps.
    private mutating func expandToMap(_ target: Expr, _ arguments: [Expr], entries: Bool) throws(ParseFailure) -> Expr {
        let variables = try variableNames(arguments[..<2])
        let value = arguments[arguments.count - 1]
        let insertion = try entries ? [accumulator(), value] : [accumulator(), make(.identifier(variables[0])), value]
        return try fold(
            target, variables, initial: make(.map([])), condition: make(.literal(.bool(true))),
            step: filtered(call(Operator.mapInsert, insertion), arguments.count == 4 ? arguments[2] : nil))
    }

    // MARK: Parts

    private mutating func filtered(_ step: Expr, _ condition: Expr?) throws(ParseFailure) -> Expr {
        guard let condition else { return step }
        return try call(Operator.conditional, [condition, step, accumulator()])
    }

    private mutating func fold(
        _ target: Expr, _ variables: [String], initial: Expr, condition: Expr, step: Expr, result: Expr? = nil
    ) throws(ParseFailure) -> Expr {
        let accumulated = if let result { result } else { try accumulator() }
        return try make(
            .comprehension(
                Comprehension(
                    variables: variables, range: target, accumulator: HiddenName.accumulator, initial: initial,
                    loopCondition: condition, loopStep: step, result: accumulated)))
    }

    private mutating func variableNames(_ arguments: ArraySlice<Expr>) throws(ParseFailure) -> [String] {
        var names: [String] = []
        for argument in arguments {
            guard case .identifier(let name) = argument.kind, !name.hasPrefix(".") else {
                parser.report(
                    "macro-argument", "a macro's variable is a simple name", remedy: "write for example list.exists(x, x > 1)",
                    at: argument.range.lowerBound)
                throw ParseFailure()
            }
            guard !names.contains(name) else {
                parser.report(
                    "macro-argument", "the variable '\(name)' is bound twice", remedy: "name the two variables differently",
                    at: argument.range.lowerBound)
                throw ParseFailure()
            }
            names.append(name)
        }
        return names
    }

    private mutating func accumulator() throws(ParseFailure) -> Expr { try make(.identifier(HiddenName.accumulator)) }

    private mutating func call(_ name: String, _ arguments: [Expr]) throws(ParseFailure) -> Expr {
        try make(.call(name, target: nil, arguments))
    }

    private mutating func make(_ kind: Expr.Kind) throws(ParseFailure) -> Expr { try parser.make(kind, range) }
}
