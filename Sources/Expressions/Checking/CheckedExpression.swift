/// What a node of the tree refers to.
public enum Reference: Sendable, Hashable {
    /// The node refers to nothing: a literal, an operator's operand, a list.
    case none
    /// A variable of the environment, by index. A select node with this reference is a qualified name, and its operand is not
    /// evaluated; with `testOnly` (`has(device.os)`) it is true when the variable has a value.
    case variable(Int)
    /// A variable or accumulator of an enclosing comprehension, by slot.
    case local(Int)
    /// A named constant or a type.
    case constant(Value)
    /// A function by canonical name. `overload` is its only possible overload, as an index into `Environment` order, or nil when
    /// types are known only at run time. `dropsTarget`: the target of the call is a namespace (`math` in `math.abs`).
    case function(name: String, overload: Int?, dropsTarget: Bool)
    /// A name that nothing declares; evaluating it is an error.
    case unknown(String)
}

/// An expression whose names are resolved and whose nodes have types.
public struct CheckedExpression: Sendable {
    public let expression: Expr
    public let source: Source
    /// By node id. `dyn` where the type is known only at run time, `error` where an error was reported.
    public let types: [CELType]
    /// By node id.
    public let references: [Reference]
    /// First local slot of each comprehension, by node id; -1 elsewhere. The accumulator has this slot, the variables the next ones.
    public let comprehensionSlots: [Int]
    /// Local slots needed by the whole expression.
    public let localCount: Int

    /// The type of the whole expression.
    public var type: CELType { types[expression.id] }
    public func type(of node: Expr) -> CELType { types[node.id] }
    public func reference(of node: Expr) -> Reference { references[node.id] }
}
