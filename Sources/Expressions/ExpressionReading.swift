public import Documents

extension CheckedExpression {
    /// Reads, parses and checks an expression that stands as text in a document. Everything that is wrong with it goes to `diagnostics`, at its
    /// own line and column.
    /// - Parameter expected: the type that the expression must have; nil for any.
    /// - Returns: nil where there was an error.
    public static func read(
        _ node: Node, _ name: String, _ environment: Environment, expected: CELType?, _ diagnostics: DiagnosticList
    ) -> CheckedExpression? {
        guard let text = node.string(name, diagnostics) else { return nil }
        let source = Source(text, of: node)
        let expression: Expr
        do {
            expression = try parse(source)
        } catch {
            diagnostics.add(contentsOf: error.all)
            return nil
        }
        let (checked, found) = check(expression, source: source, environment: environment)
        diagnostics.add(contentsOf: found)
        if found.contains(where: { $0.severity == .error }) { return nil }
        if let expected, checked.type != expected, checked.type != .dyn {
            diagnostics.error(
                code: "wrong-type", "\(name) is of type \(checked.type), not \(expected)",
                remedy: expected == .bool ? "compare the value with something, for example with == or >=" : "write an expression of type \(expected)",
                at: source.position(at: 0))
            return nil
        }
        return checked
    }

    /// Whether two expressions compute the same over the same variables: the same text over an environment with the same variables.
    public func isEquivalent(to other: CheckedExpression) -> Bool {
        source.text.utf8.elementsEqual(other.source.text.utf8) && references == other.references
    }
}
