internal import Documents

/// Finds names and conditions in a package that look like something else than they are: letters of another alphabet that look like Latin ones, writing
/// from right to left, characters that nobody sees. Who reviews a package must see what the engine reads.
struct ConfusableNames {
    private let diagnostics: DiagnosticList
    /// Names by what they look like.
    private var seen: [String: String] = [:]

    init(_ diagnostics: DiagnosticList) { self.diagnostics = diagnostics }

    private static let code = "confusable-identifier"
    /// Their values are names.
    private static let nameKeys: Set<String> = ["package", "version", "id", "name", "entity", "on", "subject", "dimension", "level", "action"]
    /// Texts for people, in any language.
    private static let textKeys: Set<String> = ["title"]

    static func check(_ root: Node, _ diagnostics: DiagnosticList) {
        var names = ConfusableNames(diagnostics)
        names.walk(root, key: "")
    }

    private mutating func walk(_ node: Node, key: String) {
        switch node.content {
        case .list(let elements): for element in elements { walk(element, key: key) }
        case .map(let entries):
            for (name, value) in entries where !Self.textKeys.contains(name.text) {
                checkName(name.text, name.position)
                walk(value, key: name.text)
            }
        case .string(let text):
            if Self.nameKeys.contains(key) { checkName(text, node.position) } else { checkInvisible(text, node) }
        default: break
        }
    }

    /// Everything but names: a condition with a text in Arabic is right, one with invisible characters is not.
    private func checkInvisible(_ text: String, _ node: Node) {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return }
        var offset = 0
        for scalar in text.unicodeScalars {
            if let what = Self.invisible(scalar) {
                diagnostics.error(
                    code: Self.code, "the text holds \(what), which nobody sees", remedy: "remove it, or write it as an escape such as \\u202E",
                    at: node.position(atUTF8Offset: offset))
                return
            }
            offset += Unicode.UTF8.width(scalar)
        }
    }

    private mutating func checkName(_ text: String, _ position: Position) {
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
        if !isPlain && refuse(text, position) { return }
        let skeleton = isPlain ? text : Self.skeleton(text)
        if let other = seen.updateValue(text, forKey: skeleton), other != text {
            diagnostics.error(
                code: Self.code, "'\(text)' looks like '\(other)' and is another name", remedy: "write both with the same letters, or choose other names",
                at: position)
        } else if !isPlain && skeleton.utf8.allSatisfy({ $0 < 0x80 }) {
            diagnostics.warning(
                code: Self.code, "'\(text)' looks as if written in Latin letters, and is not", remedy: "write it in Latin letters", at: position)
        }
    }

    private func refuse(_ text: String, _ position: Position) -> Bool {
        var alphabets: Set<Alphabet> = []
        for scalar in text.unicodeScalars {
            if let what = Self.invisible(scalar) {
                diagnostics.error(code: Self.code, "a name holds \(what), which nobody sees", remedy: "remove it", at: position)
                return true
            }
            let alphabet = Alphabet(scalar)
            if alphabet == .rightToLeft {
                diagnostics.error(
                    code: Self.code, "the name '\(text)' is written from right to left, and would show in another order than it is read",
                    remedy: "write names from left to right, and put the text into 'title'", at: position)
                return true
            }
            if let alphabet { alphabets.insert(alphabet) }
        }
        guard alphabets.contains(.lookAlike) || alphabets.isSuperset(of: [.latin, .cyrillic]) || alphabets.isSuperset(of: [.latin, .greek]) else {
            return false
        }
        diagnostics.error(
            code: Self.code, "the name '\(text)' mixes letters of alphabets that look alike", remedy: "write it in one alphabet", at: position)
        return true
    }

    /// Alphabets whose letters are taken for one another; others, such as Han, are not among them.
    private enum Alphabet {
        case latin, cyrillic, greek
        /// Full-width and mathematical letters, whose only use in a name is to look like Latin ones.
        case lookAlike
        case rightToLeft

        init?(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F: self = .latin
            case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
            case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: self = .cyrillic
            case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF: self = .rightToLeft
            case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x1D400...0x1D7FF, 0x13A0...0x13FF: self = .lookAlike
            default: return nil
            }
        }
    }

    private static func invisible(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x61C: "the direction mark U+\(String(scalar.value, radix: 16, uppercase: true))"
        case 0xAD, 0x180E, 0x200B...0x200D, 0x2060...0x2064, 0xFEFF, 0xE0000...0xE007F:
            "the invisible character U+\(String(scalar.value, radix: 16, uppercase: true))"
        default: nil
        }
    }

    /// What a name looks like, in Latin letters as far as they do.
    private static func skeleton(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(latin[scalar] ?? scalar) }
        return String(result)
    }

    /// Cyrillic and Greek letters that look like Latin ones in common typefaces.
    private static let latin: [Unicode.Scalar: Unicode.Scalar] = {
        let pairs: [(String, String)] = [
            ("АВЕЅІЈКМНОРСТУХҮԌԚԜ", "ABESIJKMHOPCTYXYGQW"), ("аесорхуѕіјԁһԛԝӏ", "aecopxysijdhqwl"), ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"), ("ονικ", "ovik"),
        ]
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letters, looks) in pairs { for (letter, look) in zip(letters.unicodeScalars, looks.unicodeScalars) { table[letter] = look } }
        return table
    }()
}
