/// The standard string functions and the strings extension. Positions count code points.
enum Strings {
    static func apply(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        if builtin == .join { return try join(arguments) }
        guard let first = arguments.first, case .string(let text) = first else { throw .noSuchOverload(builtin.rawValue, arguments) }
        let rest = arguments.dropFirst()
        switch (builtin, rest.count) {
        case (.lowerAscii, 0): return .string(mapAscii(text, from: 0x41...0x5A, offset: 0x20))
        case (.upperAscii, 0): return .string(mapAscii(text, from: 0x61...0x7A, offset: 0xE0))
        case (.trim, 0): return .string(trim(text))
        case (.reverse, 0): return .string(string(text.unicodeScalars.reversed()))
        case (.quote, 0): return .string(quote(text))
        case (.charAt, 1), (.substring, 1), (.substring, 2): return try slice(builtin, text, arguments)
        case (.contains, 1), (.startsWith, 1), (.endsWith, 1):
            guard case .string(let part) = arguments[1] else { break }
            return .bool(search(builtin, text, part))
        case (.indexOf, 1...2), (.lastIndexOf, 1...2): return try index(builtin, text, arguments)
        case (.replace, 2...3): return try replace(text, arguments)
        case (.split, 1...2): return try split(text, arguments)
        default: break
        }
        throw .noSuchOverload(builtin.rawValue, arguments)
    }

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    // MARK: Searching

    private static func search(_ builtin: Builtin, _ text: String, _ part: String) -> Bool {
        switch builtin {
        case .startsWith: return text.utf8.starts(with: part.utf8)
        case .endsWith: return text.utf8.count >= part.utf8.count && text.utf8.suffix(part.utf8.count).elementsEqual(part.utf8)
        default:
            guard !part.isEmpty else { return true }
            // Bytes of UTF-8 match exactly where code points match.
            let search = SequenceSearch(for: Array(part.utf8))
            var text = text
            return text.withUTF8 { search.first(in: $0) != nil }
        }
    }

    private static func index(_ builtin: Builtin, _ text: String, _ arguments: [Value]) throws(EvaluationError) -> Value {
        guard case .string(let partText) = arguments[1] else { throw .noSuchOverload(builtin.rawValue, arguments) }
        let scalars = Array(text.unicodeScalars)
        let part = Array(partText.unicodeScalars)
        let isLast = builtin == .lastIndexOf
        var start = isLast ? scalars.count : 0
        if arguments.count == 3 {
            guard case .int(let offset) = arguments[2] else { throw .noSuchOverload(builtin.rawValue, arguments) }
            start = try position(offset, in: 0...scalars.count)
        }
        if part.isEmpty { return .int(Int64(start)) }
        guard isLast else { return .int(Int64(SequenceSearch(for: part).first(in: scalars, from: start) ?? -1)) }
        // The last occurrence that starts at `start` or before is the first one seen from the other end.
        let mirrored = scalars.prefix(start + part.count).reversed()
        let fromEnd = SequenceSearch(for: part.reversed()).first(in: Array(mirrored))
        return .int(fromEnd.map { Int64(mirrored.count - $0 - part.count) } ?? -1)
    }

    private static func position(_ offset: Int64, in range: ClosedRange<Int>) throws(EvaluationError) -> Int {
        guard let position = Int(exactly: offset), range.contains(position) else {
            throw EvaluationError(.indexOutOfRange, "index out of range: \(offset)")
        }
        return position
    }

    // MARK: Slicing

    private static func slice(_ builtin: Builtin, _ text: String, _ arguments: [Value]) throws(EvaluationError) -> Value {
        guard case .int(let startOffset) = arguments[1] else { throw .noSuchOverload(builtin.rawValue, arguments) }
        let scalars = Array(text.unicodeScalars)
        let start = try position(startOffset, in: 0...scalars.count)
        if builtin == .charAt { return .string(string(scalars[start..<min(start + 1, scalars.count)])) }
        var end = scalars.count
        if arguments.count == 3 {
            guard case .int(let endOffset) = arguments[2] else { throw .noSuchOverload(builtin.rawValue, arguments) }
            end = try position(endOffset, in: 0...scalars.count)
            guard start <= end else {
                throw EvaluationError(.indexOutOfRange, "invalid substring range. start: \(start), end: \(end)")
            }
        }
        return .string(string(scalars[start..<end]))
    }

    private static func trim(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(scalars[first...last])
    }

    /// Unicode's White_Space property, spelt out because that is the list the extension fixes.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    // MARK: Rewriting

    private static func mapAscii(_ text: String, from range: ClosedRange<UInt8>, offset: UInt8) -> String {
        String(decoding: text.utf8.map { range.contains($0) ? $0 &+ offset : $0 }, as: UTF8.self)
    }

    private static func quote(_ text: String) -> String {
        let escapes: [Unicode.Scalar: String] = [
            "\u{07}": "\\a", "\u{08}": "\\b", "\u{0C}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{0B}": "\\v", "\\": "\\\\",
            "\"": "\\\"",
        ]
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if let escape = escapes[scalar] { quoted += escape } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "\""
    }

    private static func replace(_ text: String, _ arguments: [Value]) throws(EvaluationError) -> Value {
        guard case .string(let old) = arguments[1], case .string(let new) = arguments[2] else {
            throw .noSuchOverload(Builtin.replace.rawValue, arguments)
        }
        var limit = Int64.max
        if arguments.count == 4 {
            guard case .int(let count) = arguments[3] else { throw .noSuchOverload(Builtin.replace.rawValue, arguments) }
            if count >= 0 { limit = count }
        }
        let scalars = Array(text.unicodeScalars)
        let part = Array(old.unicodeScalars)
        let replacement = Array(new.unicodeScalars)
        var result: [Unicode.Scalar] = []
        var position = 0
        let search = part.isEmpty ? nil : SequenceSearch(for: part)
        while limit > 0, position <= scalars.count {
            // An empty part stands before every code point and at the end.
            let found = search.map { $0.first(in: scalars, from: position) } ?? position
            guard let found else { break }
            guard result.count + replacement.count <= Limits.evaluationCostMax else {
                throw EvaluationError(.costExceeded, "the text grew beyond \(Limits.evaluationCostMax) characters")
            }
            result += scalars[position..<found] + replacement
            limit -= 1
            position = found + part.count
            if part.isEmpty {
                if position < scalars.count { result.append(scalars[position]) }
                position += 1
            }
        }
        if position < scalars.count { result += scalars[position...] }
        return .string(string(result))
    }

    private static func split(_ text: String, _ arguments: [Value]) throws(EvaluationError) -> Value {
        guard case .string(let separatorText) = arguments[1] else { throw .noSuchOverload(Builtin.split.rawValue, arguments) }
        var limit = Int64.max
        if arguments.count == 3 {
            guard case .int(let count) = arguments[2] else { throw .noSuchOverload(Builtin.split.rawValue, arguments) }
            if count == 0 { return .list([]) }
            if count > 0 { limit = count }
        }
        let scalars = Array(text.unicodeScalars)
        let separator = Array(separatorText.unicodeScalars)
        if separator.isEmpty {
            let singles = scalars.prefix(Int(min(limit - 1, Int64(scalars.count))))
            var parts = singles.map { Value.string(string([$0])) }
            if singles.count < scalars.count { parts.append(.string(string(scalars[singles.count...]))) }
            return .list(parts)
        }
        let search = SequenceSearch(for: separator)
        var parts: [Value] = []
        var start = 0
        while parts.count < limit - 1, let found = search.first(in: scalars, from: start) {
            parts.append(.string(string(scalars[start..<found])))
            start = found + separator.count
        }
        parts.append(.string(string(scalars[start...])))
        return .list(parts)
    }

    private static func join(_ arguments: [Value]) throws(EvaluationError) -> Value {
        guard arguments.count <= 2, case .list(let elements)? = arguments.first else { throw .noSuchOverload("join", arguments) }
        var separator = ""
        if arguments.count == 2 {
            guard case .string(let text) = arguments[1] else { throw .noSuchOverload("join", arguments) }
            separator = text
        }
        var result = ""
        for (index, element) in elements.enumerated() {
            guard case .string(let text) = element else { throw .noSuchOverload("join", arguments) }
            if index > 0 { result += separator }
            result += text
            guard result.utf8.count <= Limits.evaluationCostMax * 4 else {
                throw EvaluationError(.costExceeded, "the joined text is too long")
            }
        }
        return .string(result)
    }
}
