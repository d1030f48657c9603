internal import Documents

/// Choosing among the overloads of a function, and saying why none fits.
extension Checker {
    mutating func inferOverload(_ call: CallSite) -> CELType {
        let overloads = environment.overloads(of: call.function)
        guard !overloads.isEmpty else { return reportUnknownFunction(call) }
        if isMapLookup(call), call.types[0] == .opaqueString {
            refer(call.node, to: .function(name: call.function, overload: nil, dropsTarget: false))
            reportFingerprint(call.arguments[0], use: "'in'")
            return .bool
        }
        let acceptsFingerprint = StandardFunctions.acceptsFingerprint.contains(call.function)
        let hidesFingerprints = acceptsFingerprint && call.types.contains { $0.withoutFingerprints != $0 }
        let types = hidesFingerprints ? call.types.map(\.withoutFingerprints) : call.types
        guard let match = match(call, overloads, types) else {
            refer(call.node, to: .function(name: call.function, overload: nil, dropsTarget: call.dropsTarget))
            return reportNoOverload(call, overloads)
        }
        refer(call.node, to: .function(name: call.function, overload: match.overload, dropsTarget: call.dropsTarget))
        guard let culprit = zip(call.arguments, call.types).first(where: { $1.withoutFingerprints != $1 }) else { return match.result }
        // What passes the value on knows as little of it; what forgets its type would let any function look into it.
        if call.function == "default" || call.function == Operator.conditional { return culprit.1 }
        if call.function == "dyn" { reportFingerprint(culprit.0, use: "dyn") }
        return match.result
    }

    private func isMapLookup(_ call: CallSite) -> Bool {
        if call.function == Operator.in, call.types.count == 2, case .map = call.types[1] { return true }
        return false
    }

    /// The overload that fits; with several (some argument is `dyn`), no overload and the result they agree on, or `dyn`.
    private mutating func match(
        _ call: CallSite, _ overloads: [Overload], _ types: [CELType]
    ) -> (overload: Int?, result: CELType)? {
        if StandardFunctions.variadic.contains(call.function), types.count > 1 { return matchVariadic(types) }
        let before = inference
        var fitting: [(overload: Int, result: CELType, inference: TypeInference)] = []
        for (index, overload) in overloads.enumerated()
        where overload.isMethod == call.isMethod && overload.parameters.count == types.count {
            inference = before
            let (parameters, result) = inference.instantiate(overload)
            guard zip(types, parameters).allSatisfy({ inference.assign($0, to: $1) }) else { continue }
            fitting.append((index, inference.resolve(result), inference))
        }
        inference = before
        guard let first = fitting.first else { return nil }
        if fitting.count == 1 {
            inference = first.inference
            return (first.overload, first.result)
        }
        // Their type variables belong to inferences that are dropped here.
        let results = fitting.map { $0.inference.resolve($0.result, final: true) }
        return (nil, results.allSatisfy { $0 == results[0] } ? results[0] : .dyn)
    }

    /// `math.greatest` and `math.least` take any numbers; the result has the type that all share.
    private func matchVariadic(_ types: [CELType]) -> (overload: Int?, result: CELType)? {
        guard types.allSatisfy({ $0.isNumber || $0.isOpen }) else { return nil }
        return (nil, types.allSatisfy { $0 == types[0] } ? types[0] : .dyn)
    }

    // MARK: Errors

    private mutating func reportUnknownFunction(_ call: CallSite) -> CELType {
        refer(call.node, to: .function(name: call.function, overload: nil, dropsTarget: call.dropsTarget))
        // A method of a value that is already wrong says nothing new.
        if call.isMethod, call.types[0] == .error { return .error }
        let near = didYouMean(call.function, among: environment.functionNames())
        report(
            "unknown-function", "there is no function '\(call.function)'",
            remedy: near.map { "did you mean '\($0)'?" } ?? "see the package reference for the functions there are", at: call.node)
        return .error
    }

    private mutating func reportNoOverload(_ call: CallSite, _ overloads: [Overload]) -> CELType {
        if call.types.contains(where: { $0 == .error }) { return .error }
        let plain = call.types.map(\.withoutFingerprints)
        if plain != call.types, match(call, overloads, plain) != nil {
            let culprit = zip(call.arguments, call.types).first { $1.withoutFingerprints != $1 }
            reportFingerprint(culprit?.0 ?? call.node, use: displayName(call.function))
            return .error
        }
        let candidates = overloads.map(\.signature).joined(separator: " | ")
        report(
            "no-such-overload", "\(displayName(call.function)) does not take \(describe(call))",
            remedy: overloadRemedy(call, overloads) ?? "it takes \(candidates)", at: call.node)
        return .error
    }

    private func describe(_ call: CallSite) -> String {
        let types = call.types.map { inference.resolve($0).description }
        guard call.isMethod else { return "(\(types.joined(separator: ", ")))" }
        return "\(types[0]).(\(types.dropFirst().joined(separator: ", ")))"
    }

    private func overloadRemedy(_ call: CallSite, _ overloads: [Overload]) -> String? {
        if overloads.allSatisfy({ $0.isMethod != call.isMethod }), let overload = overloads.first {
            return "call it as \(overload.signature)"
        }
        if call.function == Operator.add, call.types.contains(.string) { return "convert the other side with string(x)" }
        if call.function == "default" { return "the fallback has the type of the first argument" }
        if call.function == Operator.conditional, call.types.count == 3 {
            if call.types[0] == .bool { return "both outcomes of ? : have the same type; wrap one in dyn(…) if that is meant" }
            return "what stands before ? is a bool"
        }
        if Set(call.types).isSubset(of: [.int, .uint, .double]), Set(call.types).count > 1, call.types.contains(.double) {
            return "convert with double(x), and write literals with a point: 1.0"
        }
        return nil
    }

    private func displayName(_ function: String) -> String {
        let symbol = function.split(separator: "_").joined()
        switch function {
        case Operator.in: return "'in'"
        case Operator.conditional: return "'? :'"
        case Operator.index: return "'[ ]'"
        default: return function.contains("_") && symbol.allSatisfy { !$0.isLetter } ? "'\(symbol)'" : function
        }
    }

    mutating func reportFingerprint(_ node: Expr, use: String) {
        report(
            "fingerprint-only", "only the fingerprint of '\(source.text(in: node.range))' is kept, so \(use) cannot look into it",
            remedy: "add a derived field to the schema that computes it, and record that", at: node)
    }
}
