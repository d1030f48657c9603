internal import Documents

/// An expression ready to be evaluated many times: names resolved to indexes, constants folded, patterns compiled.
public struct Program: Sendable {
    /// A step, which refers to other steps by index.
    enum Step: Sendable {
        case constant(Value)
        case variable(Int)
        /// `has(device.os)` where `device.os` is a variable.
        case isPresent(Int)
        case local(Int)
        /// Fails whenever it is evaluated: a name or function that does not exist.
        case failure(EvaluationError)
        case select(Int, field: String)
        case has(Int, field: String)
        case and(Int, Int)
        case or(Int, Int)
        case conditional(Int, Int, Int)
        case unary(Builtin, Int)
        case binary(Builtin, Int, Int)
        case call(Builtin, [Int])
        case matches(Int, Pattern)
        case addressInBlock(Int, AddressBlock)
        case defaulting(Int, Int)
        case isOnList(name: Int, subject: Int)
        case listAttribute(name: Int, subject: Int, attribute: Int)
        case hostCall(String, [Int])
        case list([Int])
        case map([(key: Int, value: Int)])
        /// `all` (looks for false) and `exists` (looks for true): errors count only when nothing decides.
        case quantifier(Loop, predicate: Int, decides: Bool)
        /// Every other macro.
        case fold(Loop, initial: Int, condition: Int, step: Int, result: Int)
    }

    struct Loop: Sendable {
        let range: Int
        /// The accumulator's slot; the variables have the next ones.
        let slot: Int
        let variableCount: Int
    }

    let steps: [Step]
    /// The node that each step came from, for errors.
    let nodeIDs: [Int]
    let root: Int
    let localCount: Int
    /// Names of the environment's variables by index, for activations that know only names.
    let variableNames: [String]

    /// Prepares a checked expression. Errors that the checker reported become errors of evaluation. O(nodes).
    public init(_ checked: CheckedExpression, environment: Environment) {
        var planner = Planner(checked: checked, environment: environment)
        root = planner.plan(checked.expression)
        steps = planner.steps
        nodeIDs = planner.nodeIDs
        localCount = checked.localCount
        variableNames = environment.variables.map(\.name)
    }

    /// Prepares a part of an expression over standard functions, with the names of its variables by index.
    init(_ checked: CheckedExpression, part: Expr, variableNames: [String]) {
        var planner = Planner(checked: checked, environment: Environment())
        root = planner.plan(part)
        steps = planner.steps
        nodeIDs = planner.nodeIDs
        localCount = checked.localCount
        self.variableNames = variableNames
    }

    /// Computes the value. Time and memory are bounded by `costMax`, in the units of `Limits.evaluationCostMax`.
    public func evaluate(
        _ activation: some Activation, costMax: Int = Limits.evaluationCostMax
    ) throws(EvaluationError) -> Value {
        var evaluator = Evaluator(program: self, activation: activation, costMax: costMax)
        return try evaluator.evaluate(root)
    }
}
