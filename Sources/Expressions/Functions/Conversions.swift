/// Conversions between types, e.g. `int(x)`. Values out of range and text that is no value are errors.
enum Conversions {
    static func convert(_ builtin: Builtin, _ value: Value) throws(EvaluationError) -> Value {
        switch builtin {
        case .dyn: return value
        case .type: return .type(value.type)
        case .bool: return .bool(try bool(value))
        case .int: return .int(try int(value))
        case .uint: return .uint(try uint(value))
        case .double: return .double(try double(value))
        case .string: return .string(try string(value))
        case .bytes: return try bytes(value)
        case .timestamp: return try timestamp(value)
        case .duration: return try duration(value)
        default: throw .noSuchOverload(builtin.rawValue, value)
        }
    }

    private static func range(_ type: String) -> EvaluationError { EvaluationError(.overflow, "range error converting to \(type)") }

    private static func malformed(_ type: String, _ text: String) -> EvaluationError {
        EvaluationError(.invalidArgument, "'\(text)' is no \(type)")
    }

    private static func bool(_ value: Value) throws(EvaluationError) -> Bool {
        switch value {
        case .bool(let bool): return bool
        case .string(let text):
            if ["true", "TRUE", "True", "t", "T", "1"].contains(text) { return true }
            if ["false", "FALSE", "False", "f", "F", "0"].contains(text) { return false }
            throw malformed("bool", text)
        default: throw .noSuchOverload("bool", value)
        }
    }

    private static func int(_ value: Value) throws(EvaluationError) -> Int64 {
        switch value {
        case .int(let int): return int
        case .uint(let uint):
            guard let int = Int64(exactly: uint) else { throw range("int") }
            return int
        case .double(let double):
            // Both ends are excluded: the nearest doubles stand for values beyond the range too.
            guard double > -0x1p63, double < 0x1p63 else { throw range("int") }
            return Int64(double)
        case .string(let text):
            guard let int = Int64(text) else { throw malformed("int", text) }
            return int
        case .timestamp(let timestamp): return timestamp.seconds
        default: throw .noSuchOverload("int", value)
        }
    }

    private static func uint(_ value: Value) throws(EvaluationError) -> UInt64 {
        switch value {
        case .uint(let uint): return uint
        case .int(let int):
            guard let uint = UInt64(exactly: int) else { throw range("uint") }
            return uint
        case .double(let double):
            guard double >= 0, double < 0x1p64 else { throw range("uint") }
            return UInt64(double)
        case .string(let text):
            guard text.utf8.first.map(Lexer.isDigit) == true, let uint = UInt64(text) else { throw malformed("uint", text) }
            return uint
        default: throw .noSuchOverload("uint", value)
        }
    }

    private static func double(_ value: Value) throws(EvaluationError) -> Double {
        switch value {
        case .double(let double): return double
        case .int(let int): return Double(int)
        case .uint(let uint): return Double(uint)
        case .string(let text):
            guard !text.utf8.contains(UInt8(ascii: "(")), let double = Double(text) else { throw malformed("double", text) }
            if double.isInfinite, text.utf8.contains(where: Lexer.isDigit) { throw range("double") }
            return double
        default: throw .noSuchOverload("double", value)
        }
    }

    private static func string(_ value: Value) throws(EvaluationError) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let bool): return bool ? "true" : "false"
        case .int(let int): return String(int)
        case .uint(let uint): return String(uint)
        case .double(let double): return NumberText.shortest(double)
        case .bytes(let bytes):
            guard let text = UTF8Text.string(validating: bytes) else { throw EvaluationError(.invalidArgument, "invalid UTF-8 in bytes") }
            return text
        case .timestamp(let timestamp): return timestamp.rfc3339
        case .duration(let duration): return duration.secondsText
        default: throw .noSuchOverload("string", value)
        }
    }

    private static func bytes(_ value: Value) throws(EvaluationError) -> Value {
        switch value {
        case .bytes: return value
        case .string(let text): return .bytes(Array(text.utf8))
        default: throw .noSuchOverload("bytes", value)
        }
    }

    private static func timestamp(_ value: Value) throws(EvaluationError) -> Value {
        switch value {
        case .timestamp: return value
        case .int(let seconds):
            guard let timestamp = Timestamp(seconds: seconds) else { throw range("timestamp") }
            return .timestamp(timestamp)
        case .string(let text):
            guard let timestamp = Timestamp(rfc3339: text) else { throw malformed("timestamp in the range of years 1 to 9999", text) }
            return .timestamp(timestamp)
        default: throw .noSuchOverload("timestamp", value)
        }
    }

    private static func duration(_ value: Value) throws(EvaluationError) -> Value {
        switch value {
        case .duration: return value
        case .int(let nanoseconds): return .duration(SignedDuration(nanoseconds: nanoseconds))
        case .string(let text):
            guard let duration = SignedDuration(text: text) else { throw malformed("duration in range", text) }
            return .duration(duration)
        default: throw .noSuchOverload("duration", value)
        }
    }
}
