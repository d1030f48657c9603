// The errors that the YAML and the JSON reader share.
extension Diagnostic {
    static func limit(_ message: String, at position: Position) -> Diagnostic {
        Diagnostic(code: "limit-exceeded", message, remedy: "split the document, or write it with fewer and flatter values", at: position)
    }

    static func duplicateKey(_ key: Node.Key, first: Position) -> Diagnostic {
        Diagnostic(
            code: "duplicate-key", "the key '\(key.text)' stands already at line \(first.line), column \(first.column)",
            remedy: "keep one of the two", at: key.position)
    }

    static func numberOutOfRange(_ text: String, at position: Position) -> Diagnostic {
        Diagnostic(
            code: "number-out-of-range", "the number \(text.prefix(40)) does not fit 64 bits", remedy: "put it in quotes if it is an identifier",
            at: position)
    }

    static func notText(_ problem: String, at position: Position) -> Diagnostic {
        Diagnostic(
            code: "invalid-utf8", "the file is not clean UTF-8 text: \(problem)",
            remedy: "save it as UTF-8, without control characters other than tab and line breaks", at: position)
    }
}
