/// `template.format(list)`: `%s`, `%d`, `%f`, `%e`, `%b`, `%o`, `%x`, `%X` and `%%`, with a precision for `%f` and `%e`.
enum Format {
    static func apply(_ arguments: [Value]) throws(EvaluationError) -> Value {
        guard arguments.count == 2, case .string(let template) = arguments[0], case .list(let values) = arguments[1] else {
            throw .noSuchOverload("format", arguments)
        }
        var result: [UInt8] = []
        var used = 0
        var rest = Array(template.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "%") {
                rest = rest.dropFirst()
                result.append(byte)
                continue
            }
            let precision = try readPrecision(&rest)
            guard let verb = rest.popFirst() else { throw error("could not parse formatting clause: it ends after '%'") }
            guard used < values.count else { throw EvaluationError(.indexOutOfRange, "index \(used) out of range") }
            result += try clause(Character(Unicode.Scalar(verb)), precision, values[used]).utf8
            used += 1
            guard result.count <= Limits.evaluationCostMax * 4 else { throw EvaluationError(.costExceeded, "the formatted text is too long") }
        }
        return .string(String(decoding: result, as: UTF8.self))
    }

    private static func error(_ message: String) -> EvaluationError { EvaluationError(.invalidArgument, message) }

    private static func readPrecision(_ rest: inout ArraySlice<UInt8>) throws(EvaluationError) -> Int? {
        guard rest.first == UInt8(ascii: ".") else { return nil }
        let digits = rest.dropFirst().prefix(while: Lexer.isDigit)
        rest = rest.dropFirst(1 + digits.count)
        guard let precision = Int(String(decoding: digits, as: UTF8.self)), precision <= Limits.formatPrecisionMax else {
            throw error("could not parse formatting clause: the precision is a number up to \(Limits.formatPrecisionMax)")
        }
        return precision
    }

    private static func clause(_ verb: Character, _ precision: Int?, _ value: Value) throws(EvaluationError) -> String {
        switch verb {
        case "s": return try text(value)
        case "d":
            switch value {
            case .int(let int): return String(int)
            case .uint(let uint): return String(uint)
            case .double(let double): return NumberText.fixedShortest(double)
            default: throw error("error during formatting: decimal clause can only be used on integers, was given \(value.type.runtimeName)")
            }
        case "f", "e":
            guard let double = number(value) else {
                let name = verb == "f" ? "fixed-point" : "scientific"
                throw error("error during formatting: \(name) clause can only be used on doubles, was given \(value.type.runtimeName)")
            }
            return NumberText.rounded(double, precision: precision ?? 6, conversion: verb)
        case "b":
            switch value {
            case .bool(let bool): return bool ? "1" : "0"
            case .int(let int): return String(int, radix: 2)
            case .uint(let uint): return String(uint, radix: 2)
            default:
                throw error("error during formatting: only integers and bools can be formatted as binary, was given \(value.type.runtimeName)")
            }
        case "o":
            switch value {
            case .int(let int): return String(int, radix: 8)
            case .uint(let uint): return String(uint, radix: 8)
            default: throw error("error during formatting: octal clause can only be used on integers, was given \(value.type.runtimeName)")
            }
        case "x", "X": return try hexadecimal(value, uppercase: verb == "X")
        default: throw error("could not parse formatting clause: unrecognized formatting clause \"\(verb)\"")
        }
    }

    private static func number(_ value: Value) -> Double? {
        switch value {
        case .double(let double): double
        case .int(let int): Double(int)
        case .uint(let uint): Double(uint)
        default: nil
        }
    }

    private static func hexadecimal(_ value: Value, uppercase: Bool) throws(EvaluationError) -> String {
        switch value {
        case .int(let int): return String(int, radix: 16, uppercase: uppercase)
        case .uint(let uint): return String(uint, radix: 16, uppercase: uppercase)
        case .string(let text): return hexadecimal(Array(text.utf8), uppercase: uppercase)
        case .bytes(let bytes): return hexadecimal(bytes, uppercase: uppercase)
        default:
            throw error(
                "error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given \(value.type.runtimeName)")
        }
    }

    private static func hexadecimal(_ bytes: [UInt8], uppercase: Bool) -> String {
        let digits = Array((uppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        var result: [UInt8] = []
        for byte in bytes { result += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: result, as: UTF8.self)
    }

    /// A value as `%s` prints it. Entries of maps come in the order of their printed keys.
    private static func text(_ value: Value) throws(EvaluationError) -> String {
        switch value {
        case .null: return "null"
        case .double(let double): return NumberText.fixedShortest(double)
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .type(let type): return type.runtimeName
        case .list(let elements):
            var parts: [String] = []
            for element in elements { parts.append(try text(element)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let map):
            var entries: [(key: String, text: String)] = []
            for (key, value) in zip(map.keys, map.values) { entries.append((try text(key), try text(value))) }
            entries.sort { UTF8Text.precedes($0.key, $1.key) }
            return "{" + entries.map { "\($0.key): \($0.text)" }.joined(separator: ", ") + "}"
        default:
            guard case .string(let text) = try Conversions.convert(.string, value) else { return "" }
            return text
        }
    }
}
