internal import Expressions

extension Expr {
    /// The names that the expression takes from outside, each once, in the order of the text; names that a macro binds are not among them.
    var freeNames: [String] {
        var names: [String] = []
        collectFreeNames(into: &names, bound: [])
        return names
    }

    private func collectFreeNames(into names: inout [String], bound: [String]) {
        switch kind {
        case .literal: break
        case .identifier(let written):
            let name = written.hasPrefix(".") ? String(written.dropFirst()) : written
            if !bound.contains(name) && !names.contains(name) { names.append(name) }
        case .select(let operand, _, _): operand.collectFreeNames(into: &names, bound: bound)
        case .call(_, let target, let arguments):
            target?.collectFreeNames(into: &names, bound: bound)
            for argument in arguments { argument.collectFreeNames(into: &names, bound: bound) }
        case .list(let elements):
            for element in elements { element.collectFreeNames(into: &names, bound: bound) }
        case .map(let entries):
            for (key, value) in entries {
                key.collectFreeNames(into: &names, bound: bound)
                value.collectFreeNames(into: &names, bound: bound)
            }
        case .comprehension(let loop):
            loop.range.collectFreeNames(into: &names, bound: bound)
            loop.initial.collectFreeNames(into: &names, bound: bound)
            let inside = bound + loop.variables + [loop.accumulator]
            for part in [loop.loopCondition, loop.loopStep, loop.result] { part.collectFreeNames(into: &names, bound: inside) }
        }
    }
}
