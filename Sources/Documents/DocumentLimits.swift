/// Bounds on one YAML or JSON document, so that a hostile or broken file costs a clear error, never memory or stack.
public struct DocumentLimits: Sendable {
    /// Bytes of the input. A national blacklist of 200,000 entries is 10 MiB; nobody writes a larger document by hand.
    public var bytesMax: Int = 16 << 20
    /// Nesting of lists and maps. Rule packages need about 8; readers recurse, and 64 levels fit any thread's stack.
    public var depthMax: Int = 64
    /// Values in the tree, aliases counted as often as they are used. One million of them take about 200 MiB.
    public var nodesMax: Int = 1_000_000
    /// Values that exist only because an alias repeats them: what stops a "billion laughs" file of a few lines.
    public var aliasedNodesMax: Int = 100_000
    /// Errors reported for one document: more help nobody, and a generated file may have millions.
    public var diagnosticsMax: Int = 100

    public init() {}

    public static let standard = DocumentLimits()
}
