/// A node of the syntax tree, after macro expansion.
public struct Expr: Sendable {
    /// Distinct in its tree; children are numbered before their parents, so the root has the greatest and
    /// `root.id + 1` entries suffice for a table by node.
    public let id: Int
    /// UTF-8 offsets in the source. Nodes that a macro made have the range of the macro call or of one of its arguments.
    public let range: Range<Int>
    public let kind: Kind
    /// Levels of the tree below and including this node, at most `Limits.treeHeightMax`.
    public let height: Int

    public indirect enum Kind: Sendable {
        case literal(Value)
        /// A simple name; one that started with a dot (`.x`, absolute) keeps it.
        case identifier(String)
        /// `operand.field`, or `has(operand.field)` when `testOnly`.
        case select(Expr, field: String, testOnly: Bool)
        /// A call of a function or method; operators have the names in `Operator`.
        case call(String, target: Expr?, [Expr])
        case list([Expr])
        case map([(key: Expr, value: Expr)])
        case comprehension(Comprehension)
    }

    init(id: Int, range: Range<Int>, kind: Kind) {
        self.id = id
        self.range = range
        self.kind = kind
        height = 1 + Self.childHeight(kind)
    }

    private static func childHeight(_ kind: Kind) -> Int {
        switch kind {
        case .literal, .identifier: 0
        case .select(let operand, _, _): operand.height
        case .call(_, let target, let arguments): max(target?.height ?? 0, arguments.reduce(0) { max($0, $1.height) })
        case .list(let elements): elements.reduce(0) { max($0, $1.height) }
        case .map(let entries): entries.reduce(0) { max($0, $1.key.height, $1.value.height) }
        case .comprehension(let loop):
            max(loop.range.height, loop.initial.height, loop.loopCondition.height, loop.loopStep.height, loop.result.height)
        }
    }
}

/// A fold over a list or the entries of a map: what every macro expands to.
///
/// ```
/// accumulator = initial
/// for variables in range { if !loopCondition { break }; accumulator = loopStep }
/// return result
/// ```
public struct Comprehension: Sendable {
    /// One name: the element of a list, the key of a map. Two: index and element, or key and value.
    public let variables: [String]
    public let range: Expr
    /// Visible in `loopCondition`, `loopStep` and `result`.
    public let accumulator: String
    public let initial: Expr
    public let loopCondition: Expr
    public let loopStep: Expr
    public let result: Expr
}

/// The names that operators have as functions.
public enum Operator {
    public static let conditional = "_?_:_"
    public static let logicalAnd = "_&&_"
    public static let logicalOr = "_||_"
    public static let logicalNot = "!_"
    public static let negate = "-_"
    public static let equals = "_==_"
    public static let notEquals = "_!=_"
    public static let less = "_<_"
    public static let lessEquals = "_<=_"
    public static let greater = "_>_"
    public static let greaterEquals = "_>=_"
    public static let add = "_+_"
    public static let subtract = "_-_"
    public static let multiply = "_*_"
    public static let divide = "_/_"
    public static let modulo = "_%_"
    public static let index = "_[_]"
    public static let `in` = "@in"
    /// True unless its argument is false: errors do not end an `all` or `exists` loop.
    public static let notStrictlyFalse = "@not_strictly_false"
    /// Adds an entry, or the entries of a map, to a map; `transformMap` and `transformMapEntry` use it.
    public static let mapInsert = "@map_insert"
}

/// Names that macros bind and no expression can write.
public enum HiddenName {
    public static let accumulator = "@result"
    /// The loop variable of `cel.bind`, whose range is empty.
    public static let unused = "@unused"
}
