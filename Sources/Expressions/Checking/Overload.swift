/// One signature of a function or method.
public struct Overload: Sendable, Hashable {
    /// The canonical name, e.g. `size`, `_+_`, `math.greatest`.
    public let function: String
    /// Whether it is called as `target.function(…)`; the target is then the first parameter.
    public let isMethod: Bool
    /// `CELType.parameter` stands for type variables.
    public let parameters: [CELType]
    public let result: CELType

    public init(_ function: String, isMethod: Bool = false, _ parameters: [CELType], _ result: CELType) {
        self.function = function
        self.isMethod = isMethod
        self.parameters = parameters
        self.result = result
    }

    /// The signature as messages print it.
    public var signature: String {
        let arguments = parameters.dropFirst(isMethod ? 1 : 0).map(\.description).joined(separator: ", ")
        let target = isMethod ? "\(parameters[0])." : ""
        return "\(target)\(function)(\(arguments)) -> \(result)"
    }
}

/// Reads signatures such as `string.contains(string) -> bool`, in which the table of standard functions is written.
struct SignatureReader {
    private var rest: Substring

    static func read(_ text: String) -> Overload {
        var reader = SignatureReader(rest: Substring(text))
        return reader.readOverload()
    }

    private mutating func readOverload() -> Overload {
        var parameters: [CELType] = []
        var isMethod = false
        // A method starts with its target's type in braces: {string}.contains(string) -> bool.
        if accept("{") {
            isMethod = true
            parameters.append(readType())
            precondition(accept("}") && accept("."), "signature: \(rest)")
        }
        let open = rest.firstIndex(of: "(")!
        let name = String(rest[..<open])
        rest = rest[rest.index(after: open)...]
        while !accept(")") {
            parameters.append(readType())
            _ = accept(", ")
        }
        precondition(accept(" -> "), "signature: \(rest)")
        return Overload(name, isMethod: isMethod, parameters, readType())
    }

    private mutating func accept(_ prefix: String) -> Bool {
        guard rest.hasPrefix(prefix) else { return false }
        rest = rest.dropFirst(prefix.count)
        return true
    }

    private mutating func readType() -> CELType {
        let name = String(rest.prefix { $0.isLetter || $0.isNumber })
        rest = rest.dropFirst(name.count)
        switch name {
        case "A": return .parameter(0)
        case "B": return .parameter(1)
        case "null": return .null
        case "timestamp": return .timestamp
        case "duration": return .duration
        case "list", "type":
            precondition(accept("("), "signature: \(rest)")
            let inner = readType()
            precondition(accept(")"), "signature: \(rest)")
            return name == "list" ? .list(inner) : .type(inner)
        case "map":
            precondition(accept("("), "signature: \(rest)")
            let key = readType()
            precondition(accept(", "), "signature: \(rest)")
            let value = readType()
            precondition(accept(")"), "signature: \(rest)")
            return .map(key, value)
        default:
            guard let type = CELType.named[name] else { preconditionFailure("signature: \(name)") }
            return type
        }
    }
}
