public import Documents

/// How far a package has been rolled out.
public struct Rollout: Sendable, Equatable {
    /// Of the subjects, from 0 to 1: for these the package acts, for the others the revision before it.
    public var share: Double

    public init(share: Double) { self.share = share }

    /// Reads `{share: 10%}`; nil where something is wrong, which is reported.
    public static func read(_ node: Node, _ diagnostics: DiagnosticList) -> Rollout? {
        var map = MapReader(node, "'rollout'", diagnostics)
        let share = map.share("share", .required)
        map.finish()
        return share.map { Rollout(share: $0) }
    }
}
