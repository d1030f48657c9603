/// Type variables and what they stand for so far.
struct TypeInference {
    private var bindings: [CELType?] = []

    mutating func fresh() -> CELType {
        bindings.append(nil)
        return .parameter(bindings.count - 1)
    }

    /// A signature with its own fresh type variables.
    mutating func instantiate(_ overload: Overload) -> (parameters: [CELType], result: CELType) {
        let base = bindings.count
        bindings += [nil, nil]
        return (overload.parameters.map { Self.shift($0, by: base) }, Self.shift(overload.result, by: base))
    }

    private static func shift(_ type: CELType, by base: Int) -> CELType {
        switch type {
        case .parameter(let index): .parameter(index + base)
        case .list(let element): .list(shift(element, by: base))
        case .map(let key, let value): .map(shift(key, by: base), shift(value, by: base))
        case .type(let inner): .type(shift(inner, by: base))
        default: type
        }
    }

    /// Replaces bound variables; unbound ones stay, or become `dyn` when `final`.
    func resolve(_ type: CELType, final: Bool = false) -> CELType {
        switch type {
        case .parameter(let index):
            if let bound = bindings[index] { return resolve(bound, final: final) }
            return final ? .dyn : type
        case .list(let element): return .list(resolve(element, final: final))
        case .map(let key, let value): return .map(resolve(key, final: final), resolve(value, final: final))
        case .type(let inner): return .type(resolve(inner, final: final))
        default: return type
        }
    }

    /// Whether a value of one type may stand where another is asked for, binding type variables to make it so.
    mutating func assign(_ from: CELType, to target: CELType) -> Bool {
        switch (from, target) {
        case (.parameter(let a), .parameter(let b)) where a == b: return true
        case (_, .parameter(let index)):
            guard let bound = bindings[index] else { return bind(index, to: from) }
            return rebind(index, bound, with: from)
        case (.parameter(let index), _):
            guard let bound = bindings[index] else { return bind(index, to: target) }
            return assign(bound, to: target)
        case (.dyn, _), (_, .dyn), (.error, _), (_, .error): return true
        case (.list(let a), .list(let b)): return assign(a, to: b)
        case (.map(let keyA, let valueA), .map(let keyB, let valueB)): return assign(keyA, to: keyB) && assign(valueA, to: valueB)
        case (.type, .type): return true
        // Of a known string the fingerprint can be made, not the other way round.
        case (.string, .opaqueString): return true
        default: return from == target
        }
    }

    /// A variable that meets `dyn` after something else becomes `dyn`: the result is known only at run time.
    private mutating func rebind(_ index: Int, _ bound: CELType, with type: CELType) -> Bool {
        guard assign(type, to: bound) else { return false }
        if case .dyn = resolve(type) { bindings[index] = .dyn }
        return true
    }

    private mutating func bind(_ index: Int, to type: CELType) -> Bool {
        let resolved = resolve(type)
        if resolved == .parameter(index) { return true }
        guard !occurs(index, in: resolved) else { return false }
        bindings[index] = resolved
        return true
    }

    private func occurs(_ index: Int, in type: CELType) -> Bool {
        switch type {
        case .parameter(let other): other == index
        case .list(let element): occurs(index, in: element)
        case .map(let key, let value): occurs(index, in: key) || occurs(index, in: value)
        case .type(let inner): occurs(index, in: inner)
        default: false
        }
    }
}

extension CELType {
    /// The type with every string known only by its fingerprint seen as a plain string.
    var withoutFingerprints: CELType {
        switch self {
        case .opaqueString: .string
        case .list(let element): .list(element.withoutFingerprints)
        case .map(let key, let value): .map(key.withoutFingerprints, value.withoutFingerprints)
        default: self
        }
    }

    var isNumber: Bool { self == .int || self == .uint || self == .double }
    /// Known only at run time, or already reported.
    var isOpen: Bool { self == .dyn || self == .error }
}
