/// Every bound of the expression language, each with the reason for its size.
///
/// Expressions come from packages that are polled by URL and from `vane eval`, so their text is untrusted: whatever
/// is read, expanded or computed has a limit that is named here.
public enum Limits {
    /// Bytes of source text. The longest condition a person maintains fits in a page; 64 KiB leaves room for generated ones.
    public static let sourceBytesMax = 64 * 1024
    /// Nested brackets, unary operators and `? :` tails. The parser recurses once per level; this keeps it within 2 MiB of stack.
    public static let nestingDepthMax = 250
    /// Levels of the syntax tree after macro expansion. Checker and evaluator recurse once per level.
    public static let treeHeightMax = 250
    /// Nodes of one syntax tree after macro expansion; side tables by node id stay below a few hundred KiB.
    public static let nodeCountMax = 20_000
    /// Elements of one list literal, entries of one map literal, arguments of one call. Longer lists belong in a named list.
    public static let literalEntriesMax = 4_096
    /// Syntax errors reported at once; later ones are mostly consequences of earlier ones.
    public static let diagnosticsMax = 20
    /// Work of one evaluation, in loop steps, elements touched and 64-byte pieces of text: about 0.1 s, the share of a decision's
    /// 0.5 s deadline that one runaway expression may burn before it is stopped.
    public static let evaluationCostMax = 1_000_000
    /// Digits after the point in `format`; a double has no more than these anyway.
    public static let formatPrecisionMax = 100
    /// Compiled patterns kept by one evaluator for `matches` with a pattern computed at run time.
    public static let patternCacheMax = 16
    /// Nesting of JSON bound to variables; the reader, equality and the printer recurse once per level.
    public static let jsonDepthMax = 100
}
