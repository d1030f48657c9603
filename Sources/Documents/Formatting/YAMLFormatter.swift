/// Lays out a YAML document in one canonical way: every comment and every value stays as it was written, and only space and the order of known keys change.
///
/// Blocks are indented by two spaces, lists in maps too; flow maps are `{a: b}` and flow lists `[a, b]`, broken into lines where the author broke
/// them; a comment behind values stands two spaces behind the longest of its neighbours; one empty line at most; a line break at the end. Quotation
/// marks, number formats and the text of multi-line scalars are kept.
public enum YAMLFormatter {
    public struct Result: Sendable {
        public var text: [UInt8]
        /// False where the document has a construct that is not laid out, such as explicit keys (`?`): the text is then the input.
        public var isUnderstood: Bool
    }

    /// Idempotent: what it returns, it leaves as it is. Linear in the input, but for the looking up of keys in maps.
    /// - Parameter shape: puts known keys into its order; without one all keys stay where they are.
    /// - Throws: what `parseYAML` throws.
    public static func format(_ bytes: [UInt8], file: String, shape: Shape? = nil, limits: DocumentLimits = .standard) throws(Diagnostics) -> Result {
        let meaning = try parseYAML(bytes, file: file, limits: limits)
        let untouched = Result(text: bytes, isUnderstood: false)
        guard let first = layOut(bytes, shape) else { return untouched }
        // Whatever the layout missed: a document never changes its meaning, and a second run finds nothing to do.
        guard let again = try? parseYAML(first.text, file: file, limits: limits), again.isSame(as: meaning) else { return untouched }
        guard let second = layOut(first.text, shape), second.text == first.text, second.comments.sorted() == first.comments.sorted() else { return untouched }
        return Result(text: first.text, isUnderstood: true)
    }

    private static func layOut(_ bytes: [UInt8], _ shape: Shape?) -> (text: [UInt8], comments: [String])? {
        guard let source = FormattingSource(bytes) else { return nil }
        do {
            let scan = try LayoutScan(source)
            var layout = Layout(source, scan, shape)
            return (try layout.print(), scan.comments.map(\.text))
        } catch {
            return nil
        }
    }
}

/// The layout does not know the construct, and leaves the document alone.
struct NotUnderstood: Error {}

extension Node {
    /// The same values written with the same quotation marks; entries of maps may stand in another order.
    func isSame(as other: Node) -> Bool {
        guard style == other.style, text == other.text else { return false }
        switch (content, other.content) {
        case (.list(let mine), .list(let others)):
            return mine.count == others.count && zip(mine, others).allSatisfy { $0.isSame(as: $1) }
        case (.map(let mine), .map(let others)):
            guard mine.count == others.count else { return false }
            var places: [String: Int] = [:]
            for (index, entry) in others.enumerated() { places[entry.key.text] = index }
            return mine.allSatisfy { entry in
                guard let place = places[entry.key.text] else { return false }
                return others[place].key.isQuoted == entry.key.isQuoted && others[place].value.isSame(as: entry.value)
            }
        case (.list, _), (.map, _), (_, .list), (_, .map): return false
        default: return true
        }
    }
}
