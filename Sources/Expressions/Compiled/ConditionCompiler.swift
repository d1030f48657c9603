extension ConditionProgram {
    /// Compiles a checked condition of type bool.
    /// - Parameters:
    ///   - bindings: where each variable is, in the order of the checker's variable indexes.
    ///   - firstTemporary: cells from here on are free for intermediate values.
    ///   - fingerprint: of a string constant, as the cells have it.
    ///   - lists: to resolve the names of lists; nil where expressions use none.
    ///   - timeZones: to resolve the zones of timestamp getters.
    ///   - shared: parts that are computed before, and only read here.
    public convenience init(
        _ expression: CheckedExpression, _ bindings: [Binding], firstTemporary: Int, fingerprint: @escaping @Sendable (String) -> UInt64,
        lists: (any ListLookup)? = nil, timeZones: (any TimeZoneProvider)? = nil, shared: SharedParts = SharedParts()
    ) {
        var compiler = ConditionCompiler(
            expression: expression, bindings: bindings, nextTemporary: firstTemporary, fingerprint: fingerprint, lists: lists, timeZones: timeZones,
            shared: shared)
        self.init(compiler.compile())
    }
}

/// Turns a checked condition into a program.
struct ConditionCompiler {
    let expression: CheckedExpression
    let bindings: [ConditionProgram.Binding]
    var nextTemporary: Int
    let fingerprint: @Sendable (String) -> UInt64
    let lists: (any ListLookup)?
    let timeZones: (any TimeZoneProvider)?
    let shared: SharedParts

    private typealias Instruction = ConditionProgram.Instruction
    /// A jump target: one of the three ends, or a label.
    private typealias Target = UInt16

    private var program = ConditionProgram.Parts()
    /// Instruction of each label; instructions hold labels until the end.
    private var labels: [Int] = []
    /// The instructions of each term of the outermost `&&`, or of the whole condition where it is none: all of them must hold.
    private var terms: [Range<Int>] = []

    /// A value in a cell, or known now.
    private enum Operand {
        case cell(UInt16, CellType)
        case constant(Value)
    }

    init(
        expression: CheckedExpression, bindings: [ConditionProgram.Binding], nextTemporary: Int, fingerprint: @escaping @Sendable (String) -> UInt64,
        lists: (any ListLookup)?, timeZones: (any TimeZoneProvider)?, shared: SharedParts = SharedParts()
    ) {
        self.expression = expression
        self.bindings = bindings
        self.nextTemporary = nextTemporary
        self.fingerprint = fingerprint
        self.lists = lists
        self.timeZones = timeZones
        self.shared = shared
    }

    mutating func compile() -> ConditionProgram.Parts {
        condition(expression.expression, yes: Instruction.toYes, no: Instruction.toNo, error: Instruction.toError)
        if program.instructions.count > Instruction.countMax || nextTemporary > Int(UInt16.max) {
            // Too large to compile: right all the same.
            program.instructions = []
            labels = []
            terms = []
            program.sharedSlots = []
            general(expression.expression, yes: Instruction.toYes, no: Instruction.toNo, error: Instruction.toError)
        }
        finish()
        (program.constraints, program.constraintsDecide) = constraints()
        return program
    }

    /// A program that writes the value of one part of the expression, or its error, into a cell; nil where it has no compiled form.
    mutating func compile(part node: Expr, isCondition: Bool, into slot: UInt16) -> (ConditionProgram.Parts, CellType)? {
        var type = CellType.bool
        if isCondition {
            let yes = label()
            let no = label()
            let failed = label()
            condition(node, yes: yes, no: no, error: failed)
            place(yes)
            emitValue(.constant, result: slot, immediate: 1)
            emitEnd()
            place(no)
            emitValue(.constant, result: slot, immediate: 0)
            emitEnd()
            place(failed)
            emitValue(.failure, result: slot)
        } else {
            guard case .cell(let value, let valueType)? = operand(node) else { return nil }
            type = valueType
            emitValue(.move, value, value, result: slot)
        }
        emitEnd()
        guard program.instructions.count <= Instruction.countMax, nextTemporary <= Int(UInt16.max) else { return nil }
        finish()
        return (program, type)
    }

    private mutating func emitEnd() { emit(.always, yes: Instruction.toYes, no: Instruction.toYes, error: Instruction.toYes) }

    /// Puts places for labels.
    private mutating func finish() {
        for index in program.instructions.indices {
            program.instructions[index].yes = resolve(program.instructions[index].yes)
            program.instructions[index].no = resolve(program.instructions[index].no)
            program.instructions[index].error = resolve(program.instructions[index].error)
        }
        program.frameWidth = max(nextTemporary, bindings.map { $0.slot + 1 }.max() ?? 0)
    }

    /// The cell of a part that is computed before.
    private mutating func sharedCell(_ node: Expr) -> (slot: UInt16, type: CellType)? {
        guard let cell = shared.cell(node, expression, bindings) else { return nil }
        if !program.sharedSlots.contains(Int(cell.slot)) { program.sharedSlots.append(Int(cell.slot)) }
        return cell
    }

    /// What the terms that are one comparison with a constant demand of their cells, one constraint for each cell; and whether all terms are like that.
    private func constraints() -> ([CellConstraint], areAll: Bool) {
        let alone = terms.isEmpty && program.instructions.count == 1 ? [0..<1] : terms
        var found: [CellConstraint] = []
        var areAll = !alone.isEmpty
        for term in alone {
            guard term.count == 1, let constraint = program.instructions[term.lowerBound].constraint(program.sets) else {
                areAll = false
                continue
            }
            if let index = found.firstIndex(where: { $0.slot == constraint.slot }) {
                found[index].intersect(constraint)
            } else {
                found.append(constraint)
            }
        }
        return (found, areAll)
    }

    private func resolve(_ target: Target) -> UInt16 {
        target >= Instruction.toYes ? target : UInt16(labels[Int(target)])
    }

    // MARK: Emitting

    private mutating func label() -> Target {
        labels.append(-1)
        return Target(labels.count - 1)
    }

    /// The next instruction is where the label points.
    private mutating func place(_ label: Target) { labels[Int(label)] = program.instructions.count }

    private mutating func emit(
        _ operation: ConditionProgram.Operation, _ left: UInt16 = 0, _ right: UInt16 = 0, immediate: UInt64 = 0, yes: Target, no: Target, error: Target,
        isSwapped: Bool = false
    ) {
        program.instructions.append(
            Instruction(operation: operation, left: left, right: right, yes: yes, no: no, error: error, isSwapped: isSwapped, immediate: immediate))
    }

    /// An instruction that goes on to the next one.
    private mutating func emitValue(
        _ operation: ConditionProgram.Operation, _ left: UInt16 = 0, _ right: UInt16 = 0, result: UInt16, immediate: UInt64 = 0
    ) {
        let next = label()
        program.instructions.append(
            Instruction(operation: operation, left: left, right: right, result: result, yes: next, no: next, error: next, immediate: immediate))
        place(next)
    }

    private mutating func temporary() -> UInt16 {
        nextTemporary += 1
        return UInt16(clamping: nextTemporary - 1)
    }

    private mutating func general(_ node: Expr, yes: Target, no: Target, error: Target) {
        program.generals.append(GeneralPart(expression, node, bindings, result: .bool, fingerprint: fingerprint, timeZones: timeZones))
        emit(.generalCondition, immediate: UInt64(program.generals.count - 1), yes: yes, no: no, error: error)
    }

    // MARK: Conditions

    private mutating func condition(_ node: Expr, yes: Target, no: Target, error: Target) {
        if let value = constant(node), case .bool(let flag) = value {
            return emit(.always, yes: flag ? yes : no, no: no, error: error)
        }
        if let (slot, type) = sharedCell(node), type == .bool { return emit(.isTrue, slot, yes: yes, no: no, error: error) }
        guard case .call(let function, let target, let arguments) = node.kind else {
            if case .cell(let slot, .bool) = operand(node) { return emit(.isTrue, slot, yes: yes, no: no, error: error) }
            return general(node, yes: yes, no: no, error: error)
        }
        switch (function, arguments.count) {
        case (Operator.logicalAnd, 2):
            all(operands(node, of: function), end: yes, other: no, error: error, isAnd: true, isOutermost: node.id == expression.expression.id)
        case (Operator.logicalOr, 2): all(operands(node, of: function), end: no, other: yes, error: error, isAnd: false)
        case (Operator.logicalNot, 1): condition(arguments[0], yes: no, no: yes, error: error)
        case (Operator.conditional, 3):
            let first = label()
            let second = label()
            condition(arguments[0], yes: first, no: second, error: error)
            place(first)
            condition(arguments[1], yes: yes, no: no, error: error)
            place(second)
            condition(arguments[2], yes: yes, no: no, error: error)
        case (Operator.equals, 2): comparison(node, .equal, arguments, yes: yes, no: no, error: error)
        case (Operator.notEquals, 2): comparison(node, .differ, arguments, yes: yes, no: no, error: error)
        case (Operator.less, 2): comparison(node, .less, arguments, yes: yes, no: no, error: error)
        case (Operator.lessEquals, 2): comparison(node, .atMost, arguments, yes: yes, no: no, error: error)
        case (Operator.greater, 2): comparison(node, .greater, arguments, yes: yes, no: no, error: error)
        case (Operator.greaterEquals, 2): comparison(node, .atLeast, arguments, yes: yes, no: no, error: error)
        case (Operator.in, 2): membership(node, arguments, yes: yes, no: no, error: error)
        case ("in_list", 2) where target == nil:
            if case .literal(.string(let name)) = arguments[0].kind, let list = lists?.index(of: name),
                case .cell(let slot, .fingerprint) = operand(arguments[1])
            {
                return emit(.inList, slot, immediate: UInt64(list), yes: yes, no: no, error: error)
            }
            general(node, yes: yes, no: no, error: error)
        case ("default", 2) where target == nil:
            if case .cell(let slot, .bool) = operand(node) { return emit(.isTrue, slot, yes: yes, no: no, error: error) }
            general(node, yes: yes, no: no, error: error)
        default: general(node, yes: yes, no: no, error: error)
        }
    }

    private func operands(_ node: Expr, of function: String) -> [Expr] {
        guard case .call(function, nil, let arguments) = node.kind, arguments.count == 2 else { return [node] }
        return operands(arguments[0], of: function) + operands(arguments[1], of: function)
    }

    /// `&&`: any false term decides; otherwise an error among them is the result. `||` is its mirror image.
    private mutating func all(_ operands: [Expr], end: Target, other: Target, error: Target, isAnd: Bool, isOutermost: Bool = false) {
        let flag = temporary()
        emitFlag(.clearFlag, flag)
        for term in operands {
            let next = label()
            let failed = label()
            let first = program.instructions.count
            if isAnd {
                condition(term, yes: next, no: other, error: failed)
            } else {
                condition(term, yes: other, no: next, error: failed)
            }
            if isOutermost { terms.append(first..<program.instructions.count) }
            place(failed)
            emitFlag(.setFlag, flag)
            place(next)
        }
        program.instructions.append(Instruction(operation: .testFlag, result: flag, yes: error, no: end, error: error))
    }

    private mutating func emitFlag(_ operation: ConditionProgram.Operation, _ flag: UInt16) {
        let next = label()
        program.instructions.append(Instruction(operation: operation, result: flag, yes: next, no: next, error: next))
        place(next)
    }

    private enum Relation {
        case equal, differ, less, atMost, greater, atLeast

        var mirrored: Relation {
            switch self {
            case .equal, .differ: self
            case .less: .greater
            case .atMost: .atLeast
            case .greater: .less
            case .atLeast: .atMost
            }
        }
    }

    private mutating func comparison(_ node: Expr, _ relation: Relation, _ arguments: [Expr], yes: Target, no: Target, error: Target) {
        var relation = relation
        guard var left = operand(arguments[0]), var right = operand(arguments[1]) else { return general(node, yes: yes, no: no, error: error) }
        if case .constant = left {
            swap(&left, &right)
            relation = relation.mirrored
        }
        guard case .cell(let slot, let type) = left else { return general(node, yes: yes, no: no, error: error) }
        switch right {
        case .constant(let value):
            guard compare(slot, type, relation, value, yes: yes, no: no, error: error) else { return general(node, yes: yes, no: no, error: error) }
        case .cell(let other, let otherType):
            guard compare(slot, type, relation, other, otherType, yes: yes, no: no, error: error) else {
                return general(node, yes: yes, no: no, error: error)
            }
        }
    }

    /// A cell with a constant. False where there is no compiled form.
    private mutating func compare(
        _ slot: UInt16, _ type: CellType, _ relation: Relation, _ value: Value, yes: Target, no: Target, error: Target
    ) -> Bool {
        func emitted(_ operation: ConditionProgram.Operation, _ bits: UInt64) -> Bool {
            emit(operation, slot, immediate: bits, yes: yes, no: no, error: error)
            return true
        }
        func integer(_ constant: Int64) -> Bool {
            let operation: ConditionProgram.Operation =
                switch relation {
                case .equal: .equalsConstant
                case .differ: .differsFromConstant
                case .less: .intLessConstant
                case .atMost: .intAtMostConstant
                case .greater: .intGreaterConstant
                case .atLeast: .intAtLeastConstant
                }
            return emitted(operation, UInt64(bitPattern: constant))
        }
        func double(_ constant: Double) -> Bool {
            let operation: ConditionProgram.Operation =
                switch relation {
                case .equal: .doubleEqualsConstant
                case .differ: .doubleDiffersFromConstant
                case .less: .doubleLessConstant
                case .atMost: .doubleAtMostConstant
                case .greater: .doubleGreaterConstant
                case .atLeast: .doubleAtLeastConstant
                }
            return emitted(operation, constant.bitPattern)
        }
        func equality(_ bits: UInt64) -> Bool {
            switch relation {
            case .equal: emitted(.equalsConstant, bits)
            case .differ: emitted(.differsFromConstant, bits)
            default: false
            }
        }
        func compareWithCell() -> Bool {
            guard let (other, otherType) = cell(.constant(value)) else { return false }
            return compare(slot, type, relation, other, otherType, yes: yes, no: no, error: error)
        }
        switch (type, value) {
        case (.int, .int(let constant)): return integer(constant)
        case (.int, .double(let constant)):
            // Below 2⁵³ order by value is order as doubles.
            if let whole = Int64(exactly: constant), relation == .equal || relation == .differ || abs(constant) < 0x1p53 { return integer(whole) }
            return compareWithCell()
        case (.double, .double(let constant)): return double(constant)
        case (.double, .int(let constant)):
            if let exact = Double(exactly: constant) { return double(exact) }
            return compareWithCell()
        case (.bool, .bool(let constant)): return equality(constant ? 1 : 0)
        case (.fingerprint, .string(let constant)): return equality(fingerprint(constant))
        // A value that the enum lacks equals none of its indexes.
        case (.enumeration(let values), .string(let constant)): return equality(values.firstIndex(of: constant).map(UInt64.init) ?? .max)
        case (.timestamp, .timestamp(let constant)):
            return constant.nanoseconds % 1_000_000 == 0 ? integer(constant.epochMilliseconds) : false
        case (.duration, .duration(let constant)):
            guard let milliseconds = Self.milliseconds(constant) else { return false }
            return integer(milliseconds)
        default: return false
        }
    }

    /// Two cells. False where there is no compiled form.
    private mutating func compare(
        _ left: UInt16, _ leftType: CellType, _ relation: Relation, _ right: UInt16, _ rightType: CellType, yes: Target, no: Target, error: Target,
        isSwapped: Bool = false
    ) -> Bool {
        func ordered(
            less: ConditionProgram.Operation, atMost: ConditionProgram.Operation, equal: ConditionProgram.Operation, differ: ConditionProgram.Operation
        )
            -> Bool
        {
            switch relation {
            case .equal: emit(equal, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            case .differ: emit(differ, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            case .less: emit(less, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            case .atMost: emit(atMost, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            case .greater: emit(less, right, left, yes: yes, no: no, error: error, isSwapped: !isSwapped)
            case .atLeast: emit(atMost, right, left, yes: yes, no: no, error: error, isSwapped: !isSwapped)
            }
            return true
        }
        switch (leftType, rightType) {
        case (.int, .int), (.timestamp, .timestamp), (.duration, .duration):
            return ordered(less: .intLess, atMost: .intAtMost, equal: .equals, differ: .differs)
        case (.double, .double): return ordered(less: .doubleLess, atMost: .doubleAtMost, equal: .doubleEquals, differ: .doubleDiffers)
        case (.int, .double):
            switch relation {
            case .less: emit(.intLessDouble, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            case .atMost: emit(.intAtMostDouble, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            case .greater: emit(.doubleLessInt, right, left, yes: yes, no: no, error: error, isSwapped: !isSwapped)
            case .atLeast: emit(.doubleAtMostInt, right, left, yes: yes, no: no, error: error, isSwapped: !isSwapped)
            case .equal: emit(.intEqualsDouble, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            case .differ: emit(.intDiffersFromDouble, left, right, yes: yes, no: no, error: error, isSwapped: isSwapped)
            }
            return true
        case (.double, .int):
            return compare(right, rightType, relation.mirrored, left, leftType, yes: yes, no: no, error: error, isSwapped: !isSwapped)
        case (.bool, .bool), (.fingerprint, .fingerprint): break
        case (.enumeration(let values), .enumeration(let others)) where values == others: break
        case (.enumeration(let values), .fingerprint), (.enumeration(let values), .enumeration):
            return compare(fingerprints(left, values), .fingerprint, relation, right, rightType, yes: yes, no: no, error: error)
        case (.fingerprint, .enumeration(let values)):
            return compare(left, leftType, relation, fingerprints(right, values), .fingerprint, yes: yes, no: no, error: error)
        default: return false
        }
        switch relation {
        case .equal: emit(.equals, left, right, yes: yes, no: no, error: error)
        case .differ: emit(.differs, left, right, yes: yes, no: no, error: error)
        default: return false
        }
        return true
    }

    private mutating func fingerprints(_ slot: UInt16, _ values: [String]) -> UInt16 {
        program.tables.append(values.map(fingerprint))
        let result = temporary()
        emitValue(.enumerationToFingerprint, slot, slot, result: result, immediate: UInt64(program.tables.count - 1))
        return result
    }

    /// `x in [a, b, c]`, or in a list known now.
    private mutating func membership(_ node: Expr, _ arguments: [Expr], yes: Target, no: Target, error: Target) {
        guard case .cell(let slot, let type)? = operand(arguments[0]) else { return general(node, yes: yes, no: no, error: error) }
        var elements: [Operand] = []
        if case .list(let values)? = constant(arguments[1]) {
            elements = values.map { .constant($0) }
        } else if case .list(let nodes) = arguments[1].kind {
            for element in nodes {
                guard let operand = operand(element) else { return general(node, yes: yes, no: no, error: error) }
                elements.append(operand)
            }
        } else {
            return general(node, yes: yes, no: no, error: error)
        }
        if let set = constants(elements, type) {
            program.sets.append(set.sorted())
            return emit(.isIn, slot, immediate: UInt64(program.sets.count - 1), yes: yes, no: no, error: error)
        }
        // An element without a value is the list's error, even behind one that would match.
        for case .cell(let slot, _) in [.cell(slot, type)] + elements {
            let next = label()
            emit(.exists, slot, yes: next, no: next, error: error)
            place(next)
        }
        for element in elements {
            let next = label()
            let isCompiled =
                switch element {
                case .constant(let value): compare(slot, type, .equal, value, yes: yes, no: next, error: error)
                case .cell(let other, let otherType): compare(slot, type, .equal, other, otherType, yes: yes, no: next, error: error)
                }
            guard isCompiled else {
                place(next)
                return general(node, yes: yes, no: no, error: error)
            }
            place(next)
        }
        emit(.always, yes: no, no: no, error: no)
    }

    /// The bits of constants, where equal values have equal bits; nil where one is no constant, or compares in another way.
    private func constants(_ elements: [Operand], _ type: CellType) -> [UInt64]? {
        var set: [UInt64] = []
        for element in elements {
            guard case .constant(let value) = element else { return nil }
            switch (type, value) {
            case (.int, .int(let value)): set.append(UInt64(bitPattern: value))
            case (.fingerprint, .string(let value)): set.append(fingerprint(value))
            case (.enumeration(let values), .string(let value)): if let index = values.firstIndex(of: value) { set.append(UInt64(index)) }
            default: return nil
            }
        }
        return set
    }

    // MARK: Values

    private func constant(_ node: Expr) -> Value? {
        if case .literal(let value) = node.kind { return value }
        if case .constant(let value) = expression.reference(of: node) { return value }
        return GeneralPart.constant(expression, node, timeZones: timeZones)
    }

    private static func milliseconds(_ duration: SignedDuration) -> Int64? {
        duration.nanoseconds % 1_000_000 == 0 ? duration.nanoseconds / 1_000_000 : nil
    }

    /// The cell of a number, making one where it is a constant.
    private mutating func cell(_ operand: Operand) -> (UInt16, CellType)? {
        switch operand {
        case .cell(let slot, let type): return (slot, type)
        case .constant(let value):
            let result = temporary()
            switch value {
            case .int(let int): emitValue(.constant, result: result, immediate: UInt64(bitPattern: int))
            case .double(let double): emitValue(.constant, result: result, immediate: double.bitPattern)
            case .bool(let bool): emitValue(.constant, result: result, immediate: bool ? 1 : 0)
            case .string(let string): emitValue(.constant, result: result, immediate: fingerprint(string))
            case .duration(let duration):
                guard let milliseconds = Self.milliseconds(duration) else { return nil }
                emitValue(.constant, result: result, immediate: UInt64(bitPattern: milliseconds))
            case .timestamp(let timestamp):
                guard timestamp.nanoseconds % 1_000_000 == 0 else { return nil }
                emitValue(.constant, result: result, immediate: UInt64(bitPattern: timestamp.epochMilliseconds))
            default: return nil
            }
            let types: CellType =
                switch value {
                case .int: .int
                case .double: .double
                case .bool: .bool
                case .string: .fingerprint
                case .duration: .duration
                default: .timestamp
                }
            return (result, types)
        }
    }

    /// The value of a node as a cell or constant; nil where it has no such form.
    private mutating func operand(_ node: Expr) -> Operand? {
        if let value = constant(node) { return .constant(value) }
        if case .variable(let index) = expression.reference(of: node) {
            return .cell(UInt16(bindings[index].slot), bindings[index].type)
        }
        if let (slot, type) = sharedCell(node) { return .cell(slot, type) }
        guard case .call(let function, let target, let arguments) = node.kind else { return generalOperand(node) }
        switch (function, target, arguments.count) {
        case (Operator.add, nil, 2): return arithmetic(node, arguments, .intAdd, .doubleAdd)
        case (Operator.subtract, nil, 2): return arithmetic(node, arguments, .intSubtract, .doubleSubtract)
        case (Operator.multiply, nil, 2): return arithmetic(node, arguments, .intMultiply, .doubleMultiply)
        case (Operator.divide, nil, 2): return arithmetic(node, arguments, .intDivide, .doubleDivide)
        case (Operator.modulo, nil, 2): return arithmetic(node, arguments, .intModulo, nil)
        case (Operator.conditional, nil, 3): return choice(node, arguments)
        case (Operator.negate, nil, 1):
            guard let inner = operand(arguments[0]), case .cell(let slot, let type) = inner, type == .int || type == .double else {
                return generalOperand(node)
            }
            let result = temporary()
            emitValue(type == .int ? .intNegate : .doubleNegate, slot, slot, result: result)
            return .cell(result, type)
        case ("double", nil, 1):
            guard let inner = operand(arguments[0]), case .cell(let slot, let type) = inner else { return generalOperand(node) }
            if type == .double { return inner }
            guard type == .int else { return generalOperand(node) }
            let result = temporary()
            emitValue(.intToDouble, slot, slot, result: result)
            return .cell(result, .double)
        case ("default", nil, 2):
            // Only plain variables: what else might fail otherwise than by absence goes the general way.
            guard case .variable = expression.reference(of: arguments[0]), let value = operand(arguments[0]), let fallback = operand(arguments[1]),
                case .cell(let slot, let type) = value, let (other, otherType) = cell(fallback)
            else { return generalOperand(node) }
            var right = other
            switch (type, otherType) {
            case _ where type == otherType: break
            case (.double, .int):
                right = temporary()
                emitValue(.intToDouble, other, other, result: right)
            default: return generalOperand(node)
            }
            let result = temporary()
            emitValue(.orDefault, slot, right, result: result)
            return .cell(result, type)
        case ("distance_km", nil, 4):
            var slots: [UInt16] = []
            for argument in arguments {
                guard let value = operand(argument), let (slot, type) = cell(value), type == .double || type == .int else { return generalOperand(node) }
                if type == .double {
                    slots.append(slot)
                } else {
                    let converted = temporary()
                    emitValue(.intToDouble, slot, slot, result: converted)
                    slots.append(converted)
                }
            }
            let first = temporary()
            let rest = (0..<3).map { _ in temporary() }
            for (slot, place) in zip(slots, [first] + rest) { emitValue(.move, slot, slot, result: place) }
            let result = temporary()
            emitValue(.distance, first, result: result)
            return .cell(result, .double)
        case (_, let target?, 0), (_, let target?, 1):
            guard let part = CivilPart.functions[function], let value = operand(target), case .cell(let slot, .timestamp) = value else {
                return generalOperand(node)
            }
            var rules: TimeZoneRules?
            if arguments.count == 1 {
                guard case .string(let name)? = constant(arguments[0]), let found = zone(name) else { return generalOperand(node) }
                rules = found
            }
            program.zones.append(rules)
            let result = temporary()
            emitValue(.civil, slot, slot, result: result, immediate: UInt64(program.zones.count - 1) << 8 | UInt64(part.rawValue))
            return .cell(result, .int)
        default: return generalOperand(node)
        }
    }

    /// A fixed offset, or a zone by name.
    private func zone(_ name: String) -> TimeZoneRules? {
        if let found = timeZones?.rules(named: name) { return found }
        return (try? TimeGetters.offsetSeconds(name, atUTC: 0, nil)).map { TimeZoneRules(fixedOffsetSeconds: $0) }
    }

    /// `condition ? a : b` as a value. Both sides must be held alike; enums beside strings become fingerprints.
    private mutating func choice(_ node: Expr, _ arguments: [Expr]) -> Operand? {
        let result = temporary()
        let first = label()
        let second = label()
        let failed = label()
        let end = label()
        condition(arguments[0], yes: first, no: second, error: failed)
        place(first)
        var left = operand(arguments[1]).flatMap { cell($0) }
        if let (slot, type) = left, case .enumeration(let values) = type { left = (fingerprints(slot, values), .fingerprint) }
        if let (slot, _) = left { emitValue(.move, slot, slot, result: result) }
        emit(.always, yes: end, no: end, error: end)
        place(second)
        var right = operand(arguments[2]).flatMap { cell($0) }
        if let (slot, type) = right, case .enumeration(let values) = type { right = (fingerprints(slot, values), .fingerprint) }
        if let (slot, _) = right { emitValue(.move, slot, slot, result: result) }
        emit(.always, yes: end, no: end, error: end)
        place(failed)
        emitValue(.failure, result: result)
        place(end)
        guard let left, let right, left.1 == right.1 else { return generalOperand(node) }
        return .cell(result, left.1)
    }

    private mutating func arithmetic(
        _ node: Expr, _ arguments: [Expr], _ int: ConditionProgram.Operation, _ double: ConditionProgram.Operation?
    ) -> Operand? {
        guard let left = operand(arguments[0]), let right = operand(arguments[1]), let (leftSlot, leftType) = cell(left),
            let (rightSlot, rightType) = cell(right)
        else { return generalOperand(node) }
        let operation: ConditionProgram.Operation
        let type: CellType
        switch (leftType, rightType, int) {
        case (.int, .int, _): (operation, type) = (int, .int)
        case (.double, .double, _):
            guard let double else { return generalOperand(node) }
            (operation, type) = (double, .double)
        case (.timestamp, .duration, .intAdd), (.duration, .timestamp, .intAdd): (operation, type) = (.timestampAdd, .timestamp)
        case (.timestamp, .duration, .intSubtract): (operation, type) = (.timestampSubtract, .timestamp)
        case (.timestamp, .timestamp, .intSubtract): (operation, type) = (.timestampDifference, .duration)
        case (.duration, .duration, .intAdd): (operation, type) = (.durationAdd, .duration)
        case (.duration, .duration, .intSubtract): (operation, type) = (.durationSubtract, .duration)
        default: return generalOperand(node)
        }
        let result = temporary()
        emitValue(operation, leftSlot, rightSlot, result: result)
        return .cell(result, type)
    }

    /// A value that the general evaluator computes, where its type has a cell.
    private mutating func generalOperand(_ node: Expr) -> Operand? {
        let type: CellType
        switch expression.type(of: node) {
        case .bool: type = .bool
        case .int: type = .int
        case .double: type = .double
        case .string, .opaqueString: type = .fingerprint
        default: return nil
        }
        program.generals.append(GeneralPart(expression, node, bindings, result: type, fingerprint: fingerprint, timeZones: timeZones))
        let result = temporary()
        emitValue(.generalValue, result: result, immediate: UInt64(program.generals.count - 1))
        return .cell(result, type)
    }
}
