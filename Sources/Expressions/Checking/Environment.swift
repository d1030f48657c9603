/// What an expression may refer to: variables, constants and functions, and the namespace in which it stands.
public struct Environment: Sendable {
    public struct Variable: Sendable, Hashable {
        public let name: String
        public let type: CELType
        /// The only texts that the variable can be, as of an enum; nil where anything goes.
        public let values: [String]?
    }

    /// Names are tried as `container.name`, then in each enclosing namespace, then as they are. Empty: none.
    public var container: String
    /// In order of declaration; the index is what a checked expression refers to.
    public private(set) var variables: [Variable] = []
    private var variableIndexes: [String: Int] = [:]
    private var constants: [String: Value] = [:]
    private var functions: [String: [Overload]] = [:]

    public init(container: String = "") { self.container = container }

    /// Declares a variable, whose name may be qualified (`device.os`), and returns its index. A second declaration of the
    /// same name returns the first one's index and changes nothing.
    /// - Parameter values: the only texts that it can be; comparing it with another one is an error.
    @discardableResult
    public mutating func declare(variable name: String, _ type: CELType, values: [String]? = nil) -> Int {
        if let index = variableIndexes[name] { return index }
        variables.append(Variable(name: name, type: type, values: values))
        variableIndexes[name] = variables.count - 1
        return variables.count - 1
    }

    /// Declares a name for a value known before evaluation, such as a package parameter.
    public mutating func declare(constant name: String, _ value: Value) { constants[name] = value }

    /// Declares a function that the activation computes (`Activation.call`).
    public mutating func declare(function overload: Overload) { functions[overload.function, default: []].append(overload) }

    public func index(ofVariable name: String) -> Int? { variableIndexes[name] }

    /// Every overload of a function, standard or declared, in the order to which `Reference.function` refers.
    public func overloads(of name: String) -> [Overload] {
        (StandardFunctions.overloads[name] ?? []) + (functions[name] ?? [])
    }

    func isFunction(_ name: String) -> Bool {
        StandardFunctions.overloads[name] != nil || functions[name] != nil
    }

    /// What a fully qualified name stands for.
    func lookUp(_ name: String) -> Reference? {
        if let index = variableIndexes[name] { return .variable(index) }
        if let value = constants[name] { return .constant(value) }
        // `dyn` is a conversion and a type of declarations, but no value has that type.
        if name != "dyn", let type = CELType.named[name] { return .constant(.type(type)) }
        return nil
    }

    /// The full names that a name may have from inside the container, the innermost first. A leading dot means: as it is.
    func candidates(_ name: String) -> [String] {
        if name.hasPrefix(".") { return [String(name.dropFirst())] }
        guard !container.isEmpty else { return [name] }
        var result: [String] = []
        var prefix = Substring(container)
        while true {
            result.append("\(prefix).\(name)")
            guard let dot = prefix.lastIndex(of: ".") else { break }
            prefix = prefix[..<dot]
        }
        return result + [name]
    }

    /// Names that a misspelt one might mean, in a fixed order.
    func suggestions() -> [String] { variables.map(\.name) + constants.keys.sorted() }

    func functionNames() -> [String] {
        (Array(StandardFunctions.overloads.keys) + Array(functions.keys)).filter { $0.first?.isLetter == true }.sorted()
    }
}
