/// The mathematics extension, and `distance_km`.
enum Mathematics {
    static func apply(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        switch builtin {
        case .greatest, .least: return try extreme(builtin, arguments)
        case .ceil, .floor, .round, .trunc, .isNaN, .isInf, .isFinite: return try onDouble(builtin, arguments)
        case .abs, .sign, .sqrt, .bitNot: return try onNumber(builtin, arguments)
        case .distance: return try distance(arguments)
        default: return try onBits(builtin, arguments)
        }
    }

    private static func extreme(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        var numbers = arguments
        if arguments.count == 1, case .list(let list) = arguments[0] { numbers = list }
        guard var best = numbers.first else { throw EvaluationError(.invalidArgument, "\(builtin.rawValue) of an empty list") }
        guard best.type.isNumber else { throw .noSuchOverload(builtin.rawValue, arguments) }
        for number in numbers.dropFirst() {
            guard let order = NumericOrder.compare(number, best) else { throw .noSuchOverload(builtin.rawValue, arguments) }
            if order == (builtin == .greatest ? .greater : .less) { best = number }
        }
        return best
    }

    private static func onDouble(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        guard arguments.count == 1, case .double(let x) = arguments[0] else { throw .noSuchOverload(builtin.rawValue, arguments) }
        return switch builtin {
        case .ceil: .double(x.rounded(.up))
        case .floor: .double(x.rounded(.down))
        case .round: .double(x.rounded(.toNearestOrAwayFromZero))
        case .trunc: .double(x.rounded(.towardZero))
        case .isNaN: .bool(x.isNaN)
        case .isInf: .bool(x.isInfinite)
        default: .bool(x.isFinite)
        }
    }

    private static func onNumber(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        guard arguments.count == 1 else { throw .noSuchOverload(builtin.rawValue, arguments) }
        switch (builtin, arguments[0]) {
        case (.abs, .int(let x)):
            guard x != .min else { throw EvaluationError(.overflow, "integer overflow") }
            return .int(Swift.abs(x))
        case (.abs, .uint(let x)): return .uint(x)
        case (.abs, .double(let x)): return .double(x.magnitude)
        case (.sign, .int(let x)): return .int(x.signum())
        case (.sign, .uint(let x)): return .uint(x == 0 ? 0 : 1)
        case (.sign, .double(let x)): return .double(x > 0 ? 1 : x < 0 ? -1 : x)
        case (.sqrt, .int(let x)): return .double(Double(x).squareRoot())
        case (.sqrt, .uint(let x)): return .double(Double(x).squareRoot())
        case (.sqrt, .double(let x)): return .double(x.squareRoot())
        case (.bitNot, .int(let x)): return .int(~x)
        case (.bitNot, .uint(let x)): return .uint(~x)
        default: throw .noSuchOverload(builtin.rawValue, arguments)
        }
    }

    private static func onBits(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        guard arguments.count == 2 else { throw .noSuchOverload(builtin.rawValue, arguments) }
        switch (builtin, arguments[0], arguments[1]) {
        case (.bitAnd, .int(let a), .int(let b)): return .int(a & b)
        case (.bitAnd, .uint(let a), .uint(let b)): return .uint(a & b)
        case (.bitOr, .int(let a), .int(let b)): return .int(a | b)
        case (.bitOr, .uint(let a), .uint(let b)): return .uint(a | b)
        case (.bitXor, .int(let a), .int(let b)): return .int(a ^ b)
        case (.bitXor, .uint(let a), .uint(let b)): return .uint(a ^ b)
        case (.bitShiftLeft, .int(let a), .int(let b)): return .int(a << (try shift(b)))
        case (.bitShiftLeft, .uint(let a), .int(let b)): return .uint(a << (try shift(b)))
        case (.bitShiftRight, .int(let a), .int(let b)): return .int(Int64(bitPattern: UInt64(bitPattern: a) >> (try shift(b))))
        case (.bitShiftRight, .uint(let a), .int(let b)): return .uint(a >> (try shift(b)))
        default: throw .noSuchOverload(builtin.rawValue, arguments)
        }
    }

    /// Shifting by 64 or more leaves no bit. The extension fills with zeros from the left, whatever the sign.
    private static func shift(_ count: Int64) throws(EvaluationError) -> Int64 {
        guard count >= 0 else { throw EvaluationError(.invalidArgument, "negative offset: \(count)") }
        return min(count, 64)
    }

    private static func distance(_ arguments: [Value]) throws(EvaluationError) -> Value {
        guard arguments.count == 4 else { throw .noSuchOverload(Builtin.distance.rawValue, arguments) }
        var degrees: [Double] = []
        for argument in arguments {
            guard case .double(let value) = argument else { throw .noSuchOverload(Builtin.distance.rawValue, arguments) }
            degrees.append(value)
        }
        return .double(EarthDistance.kilometres(degrees[0], degrees[1], degrees[2], degrees[3]))
    }
}
