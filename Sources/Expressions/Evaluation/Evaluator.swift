/// Evaluates the steps of a program once.
///
/// `&&`, `||`, `? :`, quantifiers and `default` decide which operands count; everything else evaluates its operands from left to
/// right and fails with the first error.
struct Evaluator<Host: Activation> {
    private let program: Program
    private let activation: Host
    private var locals: [Value]
    private let costMax: Int
    private var cost = 0
    private var patterns: [(text: String, pattern: Pattern)] = []

    init(program: Program, activation: Host, costMax: Int) {
        self.program = program
        self.costMax = costMax
        self.activation = activation
        locals = Array(repeating: .null, count: program.localCount)
    }

    mutating func evaluate(_ index: Int) throws(EvaluationError) -> Value {
        switch program.steps[index] {
        case .constant(let value): return value
        case .local(let slot): return locals[slot]
        case .variable(let variable):
            if let value = lookUp(variable) { return value }
            let name = program.variableNames[variable]
            throw EvaluationError(.noSuchValue, "'\(name)' has no value", nodeID: program.nodeIDs[index])
        case .isPresent(let variable): return .bool(lookUp(variable) != nil)
        case .failure(let error): throw error
        case .and(let left, let right): return .bool(try logical(left, right, decides: false))
        case .or(let left, let right): return .bool(try logical(left, right, decides: true))
        case .conditional(let condition, let whenTrue, let whenFalse):
            let value = try evaluate(condition)
            guard case .bool(let isTrue) = value else { throw locate(.noSuchOverload("_?_:_", value), index) }
            return try evaluate(isTrue ? whenTrue : whenFalse)
        case .unary(let builtin, let operand):
            let value = try evaluate(operand)
            return try located(index) { () throws(EvaluationError) in try Self.unary(builtin, value) }
        case .binary(let builtin, let left, let right):
            return try binary(builtin, try evaluate(left), try evaluate(right), at: index)
        case .defaulting(let value, let fallback): return try defaulting(value, fallback)
        case .quantifier(let loop, let predicate, let decides): return try quantifier(loop, predicate, decides: decides, at: index)
        case .fold(let loop, let initial, let condition, let step, let result):
            return try fold(loop, initial: initial, condition: condition, step: step, result: result, at: index)
        default: return try evaluateOther(index)
        }
    }

    /// The steps that are rarer or need no deep recursion, apart so that the frame of `evaluate` stays small.
    private mutating func evaluateOther(_ index: Int) throws(EvaluationError) -> Value {
        switch program.steps[index] {
        case .select(let operand, let field):
            let value = try evaluate(operand)
            return try located(index) { () throws(EvaluationError) in try Self.select(value, field) }
        case .has(let operand, let field):
            let value = try evaluate(operand)
            guard case .map(let map) = value else { throw locate(.noSuchOverload("has", value), index) }
            return .bool(map.value(for: .string(field)) != nil)
        case .call(let builtin, let operands): return try call(builtin, try values(operands), at: index)
        case .matches(let operand, let pattern):
            let value = try evaluate(operand)
            guard case .string(let text) = value else { throw locate(.noSuchOverload("matches", value, .string("")), index) }
            try charge(text.utf8.count >> 6, index)
            return .bool(pattern.matches(text))
        case .addressInBlock(let operand, let block):
            let value = try evaluate(operand)
            return try located(index) { () throws(EvaluationError) in try Self.contains(block, value) }
        case .isOnList(let name, let subject): return try isOnList(name, subject, at: index)
        case .listAttribute(let name, let subject, let attribute): return try listAttribute(name, subject, attribute, at: index)
        case .hostCall(let function, let operands):
            let arguments = try values(operands)
            let result = try located(index) { () throws(EvaluationError) in try activation.call(function, arguments) }
            guard let result else { throw EvaluationError(.unknownFunction, "nothing computes '\(function)'", nodeID: program.nodeIDs[index]) }
            return result
        case .list(let elements):
            let values = try values(elements)
            try chargeContents(values, index)
            return .list(values)
        case .map(let entries): return try map(entries, at: index)
        default: preconditionFailure("a step that evaluate handles")
        }
    }

    private mutating func values(_ operands: [Int]) throws(EvaluationError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(operands.count)
        for operand in operands { values.append(try evaluate(operand)) }
        return values
    }

    // MARK: Errors and cost

    private func locate(_ error: EvaluationError, _ index: Int) -> EvaluationError {
        guard error.nodeID < 0 else { return error }
        var error = error
        error.nodeID = program.nodeIDs[index]
        return error
    }

    private func located<Result>(_ index: Int, _ body: () throws(EvaluationError) -> Result) throws(EvaluationError) -> Result {
        do {
            return try body()
        } catch {
            throw locate(error, index)
        }
    }

    private mutating func charge(_ units: Int, _ index: Int) throws(EvaluationError) {
        cost += units
        guard cost <= costMax else {
            throw EvaluationError(
                .costExceeded, "the expression was stopped after \(costMax) units of work", nodeID: program.nodeIDs[index])
        }
    }

    /// Charges for what new containers hold, down to the leaves: sharing could otherwise make values whose printed size is exponential.
    private mutating func chargeContents(_ values: [Value], _ index: Int) throws(EvaluationError) {
        try charge(values.count, index)
        for value in values { try chargeContents(value, index) }
    }

    private mutating func chargeContents(_ value: Value, _ index: Int) throws(EvaluationError) {
        switch value {
        case .string(let text): try charge(text.utf8.count >> 6, index)
        case .bytes(let bytes): try charge(bytes.count >> 6, index)
        case .list(let elements): try chargeContents(elements, index)
        case .map(let map):
            try charge(map.count, index)
            for value in map.values { try chargeContents(value, index) }
        default: break
        }
    }

    // MARK: Names

    private func lookUp(_ variable: Int) -> Value? {
        activation.value(at: variable) ?? activation.value(of: program.variableNames[variable])
    }

    private static func select(_ value: Value, _ field: String) throws(EvaluationError) -> Value {
        guard case .map(let map) = value else { throw .noSuchOverload("select .\(field)", value) }
        guard let found = map.value(for: .string(field)) else { throw EvaluationError(.noSuchKey, "no such key: \(field)") }
        return found
    }

    static func isKey(_ value: Value) -> Bool {
        switch value {
        case .bool, .int, .uint, .string: true
        default: false
        }
    }

    private mutating func map(_ entries: [(key: Int, value: Int)], at index: Int) throws(EvaluationError) -> Value {
        var map = MapValue()
        for entry in entries {
            let key = try evaluate(entry.key)
            let value = try evaluate(entry.value)
            try chargeContents([key, value], index)
            try insert(key, value, into: &map, index)
        }
        return .map(map)
    }

    private func insert(_ key: Value, _ value: Value, into map: inout MapValue, _ index: Int) throws(EvaluationError) {
        guard Self.isKey(key) else {
            throw EvaluationError(.invalidArgument, "a map key is a bool, int, uint or string, not \(key.type)", nodeID: program.nodeIDs[index])
        }
        guard map.insert(key, value) else {
            throw EvaluationError(.duplicateKey, "duplicate key in map: \(JSONText.plain(key))", nodeID: program.nodeIDs[index])
        }
    }

    // MARK: Logic

    /// `&&` (decided by false) and `||` (decided by true): one deciding operand suffices, whatever becomes of the other.
    private mutating func logical(_ left: Int, _ right: Int, decides: Bool) throws(EvaluationError) -> Bool {
        let first = try truth(left, operatorName: decides ? "_||_" : "_&&_")
        if case .success(decides) = first { return decides }
        let second = try truth(right, operatorName: decides ? "_||_" : "_&&_")
        if case .success(decides) = second { return decides }
        if case .failure(let error) = first { throw error }
        if case .failure(let error) = second { throw error }
        return !decides
    }

    /// A truth value, or the error that stands in its place; only an exhausted budget is thrown.
    private mutating func truth(_ index: Int, operatorName: String) throws(EvaluationError) -> Result<Bool, EvaluationError> {
        do {
            let value = try evaluate(index)
            if case .bool(let bool) = value { return .success(bool) }
            return .failure(locate(.noSuchOverload(operatorName, value), index))
        } catch {
            if error.code == .costExceeded { throw error }
            return .failure(error)
        }
    }

    private mutating func defaulting(_ value: Int, _ fallback: Int) throws(EvaluationError) -> Value {
        do {
            return try evaluate(value)
        } catch {
            guard error.code == .noSuchValue else { throw error }
            return try evaluate(fallback)
        }
    }

    // MARK: Loops

    private mutating func quantifier(
        _ loop: Program.Loop, _ predicate: Int, decides: Bool, at index: Int
    ) throws(EvaluationError) -> Value {
        let range = try evaluate(loop.range)
        let count = try self.count(range, index)
        var failure: EvaluationError?
        for position in 0..<count {
            try charge(1, index)
            bind(loop, range, position)
            switch try truth(predicate, operatorName: decides ? "_||_" : "_&&_") {
            case .success(decides): return .bool(decides)
            case .success: break
            case .failure(let error): failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decides)
    }

    private mutating func fold(
        _ loop: Program.Loop, initial: Int, condition: Int, step: Int, result: Int, at index: Int
    ) throws(EvaluationError) -> Value {
        let range = try evaluate(loop.range)
        locals[loop.slot] = try evaluate(initial)
        for position in 0..<(try count(range, index)) {
            try charge(1, index)
            bind(loop, range, position)
            guard case .bool(true) = try evaluate(condition) else { break }
            try accumulate(step, loop.slot)
        }
        return try evaluate(result)
    }

    /// Performs a loop step. Appending to the accumulator happens in place, which keeps `map` and `filter` linear.
    private mutating func accumulate(_ step: Int, _ slot: Int) throws(EvaluationError) {
        switch program.steps[step] {
        case .local(slot): return
        case .conditional(let condition, let whenTrue, let whenFalse):
            let value = try evaluate(condition)
            guard case .bool(let isTrue) = value else { throw locate(.noSuchOverload("_?_:_", value), step) }
            try accumulate(isTrue ? whenTrue : whenFalse, slot)
        case .binary(.add, let left, let right):
            guard case .local(slot) = program.steps[left], case .list(let added) = try evaluate(right),
                case .list(var elements) = locals[slot]
            else { return locals[slot] = try evaluate(step) }
            locals[slot] = .null
            elements += added
            locals[slot] = .list(elements)
        case .call(.mapInsert, let operands): try insert(operands, slot, step)
        default: locals[slot] = try evaluate(step)
        }
    }

    private mutating func insert(_ operands: [Int], _ slot: Int, _ step: Int) throws(EvaluationError) {
        let added = try values(Array(operands.dropFirst()))
        try chargeContents(added, step)
        guard case .map(var map) = locals[slot] else { throw locate(.noSuchOverload("@map_insert", [locals[slot]] + added), step) }
        locals[slot] = .null
        if added.count == 2 {
            try insert(added[0], added[1], into: &map, step)
        } else {
            guard case .map(let entries) = added[0] else { throw locate(.noSuchOverload("@map_insert", added), step) }
            for (key, value) in zip(entries.keys, entries.values) { try insert(key, value, into: &map, step) }
        }
        locals[slot] = .map(map)
    }

    private func count(_ range: Value, _ index: Int) throws(EvaluationError) -> Int {
        switch range {
        case .list(let elements): return elements.count
        case .map(let map): return map.count
        default: throw locate(.noSuchOverload("comprehension", range), index)
        }
    }

    private mutating func bind(_ loop: Program.Loop, _ range: Value, _ position: Int) {
        switch range {
        case .list(let elements):
            if loop.variableCount == 2 { locals[loop.slot + 1] = .int(Int64(position)) }
            locals[loop.slot + loop.variableCount] = elements[position]
        case .map(let map):
            locals[loop.slot + 1] = map.keys[position]
            if loop.variableCount == 2 { locals[loop.slot + 2] = map.values[position] }
        default: break
        }
    }
}

extension Evaluator {
    // MARK: Operators

    private static func unary(_ builtin: Builtin, _ value: Value) throws(EvaluationError) -> Value {
        switch (builtin, value) {
        case (.not, .bool(let bool)): return .bool(!bool)
        case (.negate, _): return try Arithmetic.negate(value)
        case (.notStrictlyFalse, _): return .bool(value != .bool(false))
        default: throw .noSuchOverload(builtin.rawValue, value)
        }
    }

    private mutating func binary(_ builtin: Builtin, _ left: Value, _ right: Value, at index: Int) throws(EvaluationError) -> Value {
        switch builtin {
        case .equals, .notEquals:
            try chargeContents(left, index)
            return .bool((left == right) == (builtin == .equals))
        case .less, .lessEquals, .greater, .greaterEquals:
            return .bool(try located(index) { () throws(EvaluationError) in try Ordering.compare(builtin, left, right) })
        case .add:
            let sum = try located(index) { () throws(EvaluationError) in try Arithmetic.add(left, right) }
            try chargeContents(sum, index)
            return sum
        case .in:
            if case .list = right { try chargeContents(right, index) }
            return .bool(try located(index) { () throws(EvaluationError) in try Self.isMember(left, of: right) })
        default: return try located(index) { () throws(EvaluationError) in try Self.arithmetic(builtin, left, right) }
        }
    }

    private static func arithmetic(_ builtin: Builtin, _ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch builtin {
        case .subtract: return try Arithmetic.subtract(left, right)
        case .multiply: return try Arithmetic.multiply(left, right)
        case .divide: return try Arithmetic.divide(left, right)
        case .modulo: return try Arithmetic.modulo(left, right)
        case .index: return try element(of: left, at: right)
        default: throw .noSuchOverload(builtin.rawValue, left, right)
        }
    }

    private static func isMember(_ element: Value, of container: Value) throws(EvaluationError) -> Bool {
        switch container {
        case .list(let elements): return elements.contains(element)
        case .map(let map): return map.value(for: element) != nil
        default: throw .noSuchOverload(Operator.in, element, container)
        }
    }

    private static func element(of container: Value, at key: Value) throws(EvaluationError) -> Value {
        switch (container, key) {
        case (.list(let elements), .int), (.list(let elements), .uint), (.list(let elements), .double):
            guard let position = integer(key) else {
                throw EvaluationError(.invalidArgument, "the index \(JSONText.plain(key)) is no integer")
            }
            guard elements.indices.contains(position) else { throw EvaluationError(.indexOutOfRange, "index out of range: \(position)") }
            return elements[position]
        case (.map(let map), _):
            guard let value = map.value(for: key) else { throw EvaluationError(.noSuchKey, "no such key: \(JSONText.plain(key))") }
            return value
        default: throw .noSuchOverload(Operator.index, container, key)
        }
    }

    private static func integer(_ value: Value) -> Int? {
        switch value {
        case .int(let int): Int(exactly: int)
        case .uint(let uint): Int(exactly: uint) ?? .max
        case .double(let double): Int(exactly: double)
        default: nil
        }
    }

    // MARK: Functions

    private mutating func call(_ builtin: Builtin, _ arguments: [Value], at index: Int) throws(EvaluationError) -> Value {
        for argument in arguments { try chargeContents(argument, index) }
        // Printing numbers is far dearer than touching them: a large double has three hundred digits.
        if builtin == .format, arguments.count == 2, case .list(let values) = arguments[1] { try charge(values.count * 32, index) }
        switch builtin {
        case .matches: return .bool(try matches(arguments, index))
        case .getFullYear, .getMonth, .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getHours, .getMinutes, .getSeconds,
            .getMilliseconds:
            return try located(index) { () throws(EvaluationError) in try timeGetter(builtin, arguments) }
        default:
            let result = try located(index) { () throws(EvaluationError) in try Self.pure(builtin, arguments) }
            try chargeContents(result, index)
            return result
        }
    }

    private static func pure(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        switch builtin {
        case .size: return .int(try size(arguments))
        case .dyn, .type, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration:
            guard arguments.count == 1 else { throw .noSuchOverload(builtin.rawValue, arguments) }
            return try Conversions.convert(builtin, arguments[0])
        case .contains, .startsWith, .endsWith, .charAt, .indexOf, .lastIndexOf, .lowerAscii, .upperAscii, .replace, .split, .substring,
            .trim, .reverse, .join, .quote:
            return try Strings.apply(builtin, arguments)
        case .format: return try Format.apply(arguments)
        case .base64Encode, .base64Decode: return try Base64.apply(builtin, arguments)
        case .addressInBlock:
            guard arguments.count == 2, case .string(let text) = arguments[1] else { throw .noSuchOverload(builtin.rawValue, arguments) }
            guard let block = AddressBlock(text) else { throw EvaluationError(.invalidArgument, "'\(text)' is no block of addresses") }
            return try contains(block, arguments[0])
        default: return try Mathematics.apply(builtin, arguments)
        }
    }

    private static func size(_ arguments: [Value]) throws(EvaluationError) -> Int64 {
        switch arguments.first {
        case .string(let text)?: return Int64(text.unicodeScalars.count)
        case .bytes(let bytes)?: return Int64(bytes.count)
        case .list(let elements)?: return Int64(elements.count)
        case .map(let map)?: return Int64(map.count)
        default: throw .noSuchOverload("size", arguments)
        }
    }

    private static func contains(_ block: AddressBlock, _ address: Value) throws(EvaluationError) -> Value {
        guard case .string(let text) = address else { throw .noSuchOverload(Builtin.addressInBlock.rawValue, address, .string("")) }
        guard let isInside = block.contains(address: text) else {
            throw EvaluationError(.invalidArgument, "'\(text)' is no IP address")
        }
        return .bool(isInside)
    }

    private func timeGetter(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        switch arguments.first {
        case .duration(let duration)? where arguments.count == 1: return try TimeGetters.get(builtin, duration)
        case .timestamp(let timestamp)? where arguments.count == 1: return try TimeGetters.get(builtin, timestamp, offsetSeconds: 0)
        case .timestamp(let timestamp)?:
            guard case .string(let zone) = arguments[1] else { throw .noSuchOverload(builtin.rawValue, arguments) }
            let offset = try TimeGetters.offsetSeconds(zone, atUTC: timestamp.seconds, activation.timeZones)
            return try TimeGetters.get(builtin, timestamp, offsetSeconds: offset)
        default: throw .noSuchOverload(builtin.rawValue, arguments)
        }
    }

    /// Compiling a pattern takes about as long as a hundred other steps.
    private static var patternCost: Int { 100 }

    /// A pattern that is known only now; literal ones were compiled by the planner.
    private mutating func matches(_ arguments: [Value], _ index: Int) throws(EvaluationError) -> Bool {
        guard arguments.count == 2, case .string(let text) = arguments[0], case .string(let patternText) = arguments[1] else {
            throw locate(.noSuchOverload("matches", arguments), index)
        }
        if let known = patterns.first(where: { UTF8Text.equal($0.text, patternText) }) { return known.pattern.matches(text) }
        try charge(Self.patternCost + patternText.utf8.count, index)
        switch Pattern.compile(patternText) {
        case .failure(let failure):
            throw EvaluationError(.invalidArgument, "the pattern is not valid: \(failure.reason)", nodeID: program.nodeIDs[index])
        case .success(let pattern):
            if patterns.count == Limits.patternCacheMax { patterns.removeFirst() }
            patterns.append((patternText, pattern))
            return pattern.matches(text)
        }
    }

    // MARK: Lists of the host

    private mutating func isOnList(_ name: Int, _ subject: Int, at index: Int) throws(EvaluationError) -> Value {
        let nameValue = try evaluate(name)
        let subject = try evaluate(subject)
        guard case .string(let name) = nameValue else { throw locate(.noSuchOverload("in_list", nameValue, subject), index) }
        return .bool(try located(index) { () throws(EvaluationError) in try activation.isOnList(name, subject: subject) })
    }

    private mutating func listAttribute(_ name: Int, _ subject: Int, _ attribute: Int, at index: Int) throws(EvaluationError) -> Value {
        let arguments = try values([name, subject, attribute])
        guard case .string(let name) = arguments[0], case .string(let attribute) = arguments[2] else {
            throw locate(.noSuchOverload("list_attr", arguments), index)
        }
        let value = try located(index) { () throws(EvaluationError) in
            try activation.listAttribute(name, subject: arguments[1], attribute: attribute)
        }
        guard let value else {
            throw EvaluationError(.noSuchValue, "the list '\(name)' has no '\(attribute)' for this subject", nodeID: program.nodeIDs[index])
        }
        return value
    }
}
