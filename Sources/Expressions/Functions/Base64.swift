/// Base64 with the standard alphabet (RFC 4648, section 4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    static func apply(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError) -> Value {
        switch (builtin, arguments.first) {
        case (.base64Encode, .bytes(let bytes)?) where arguments.count == 1: return .string(encode(bytes))
        case (.base64Decode, .string(let text)?) where arguments.count == 1:
            guard let bytes = decode(text) else { throw EvaluationError(.invalidArgument, "the text is not base64") }
            return .bytes(bytes)
        default: throw .noSuchOverload(builtin.rawValue, arguments)
        }
    }

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let group = (0..<3).map { index + $0 < bytes.count ? UInt32(bytes[index + $0]) : 0 }
            let bits = group[0] << 16 | group[1] << 8 | group[2]
            for position in 0..<4 {
                let isPadding = index + position > bytes.count
                result.append(isPadding ? padding : alphabet[Int(bits >> (18 - 6 * UInt32(position)) & 63)])
            }
            index += 3
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Padding may be left out; nil for any other character or a length that no bytes have.
    static func decode(_ text: String) -> [UInt8]? {
        var digits = Array(text.utf8)
        if digits.count % 4 == 0 {
            for _ in 0..<2 where digits.last == padding { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return result
    }
}
