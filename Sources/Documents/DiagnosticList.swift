/// Collects what is wrong with one input while its readers go on, so that a user mends it in one go. For one thread.
public final class DiagnosticList {
    public private(set) var all: [Diagnostic] = []

    public init() {}

    public func add(_ diagnostic: Diagnostic) { all.append(diagnostic) }

    public func add(contentsOf diagnostics: [Diagnostic]) { all.append(contentsOf: diagnostics) }

    public func error(code: String, _ message: String, remedy: String, at position: Position?) {
        add(Diagnostic(.error, code: code, message, remedy: remedy, at: position))
    }

    public func warning(code: String, _ message: String, remedy: String, at position: Position?) {
        add(Diagnostic(.warning, code: code, message, remedy: remedy, at: position))
    }

    public var hasErrors: Bool { all.contains { $0.severity == .error } }

    /// Everything once, in the order of lines; what has no position comes first, and equal places keep their order.
    public var sorted: [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return all.filter { seen.insert($0).inserted }.enumerated().sorted { left, right in
            let (a, b) = (left.element.position, right.element.position)
            let leftKey = (a?.file ?? "", a?.line ?? 0, a?.column ?? 0)
            let rightKey = (b?.file ?? "", b?.line ?? 0, b?.column ?? 0)
            return leftKey == rightKey ? left.offset < right.offset : leftKey < rightKey
        }.map(\.element)
    }

    /// - Throws: everything that was collected, warnings too, when there is an error among it.
    public func throwIfErrors() throws(Diagnostics) {
        if hasErrors { throw Diagnostics(sorted) }
    }
}
