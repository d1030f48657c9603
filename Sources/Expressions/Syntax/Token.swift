/// A lexical token and where it stands.
struct Token {
    enum Kind: Equatable {
        case identifier(String)
        /// A name in backquotes, allowed only after a dot.
        case quotedIdentifier(String)
        case literal(Value)
        /// A run of digits whose value has no sign yet: `-` directly before it belongs to the literal.
        case integer(magnitude: UInt64)
        case `in`
        /// Punctuation and operators by their text.
        case symbol(String)
        case end
    }

    let kind: Kind
    let range: Range<Int>

    /// The token as messages quote it.
    func describe(in source: Source) -> String {
        if case .end = kind { return "the end of the expression" }
        return "'\(source.text(in: range))'"
    }
}

enum Keywords {
    /// Words that are never names, not even after a dot.
    static let literals: Set<String> = ["false", "in", "null", "true"]
    /// Words kept free for host languages: allowed after a dot, not as a variable or function.
    static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    ]
}
