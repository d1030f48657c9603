/// Values as JSON text.
///
/// A result is `{"value":…}`; kinds that JSON cannot tell apart carry their type: `{"value":1,"type":"uint"}`. Inside lists and
/// maps they are written as their value alone. The nesting of values is bounded by the tree and by the reader of bindings.
public enum JSONText {
    /// The whole result of an evaluation.
    public static func result(_ value: Value) -> String {
        guard let type = tag(value) else { return "{\"value\":\(plain(value))}" }
        return "{\"value\":\(plain(value)),\"type\":\"\(type)\"}"
    }

    /// `{"error":"…"}`
    public static func error(_ message: String) -> String { "{\"error\":\(string(message))}" }

    private static func tag(_ value: Value) -> String? {
        switch value {
        case .uint: "uint"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .double(let double): double.isFinite ? nil : "double"
        default: nil
        }
    }

    /// A value without its type.
    public static func plain(_ value: Value) -> String {
        var text = ""
        append(value, to: &text)
        return text
    }

    private static func append(_ value: Value, to text: inout String) {
        switch value {
        case .null: text += "null"
        case .bool(let bool): text += bool ? "true" : "false"
        case .int(let int): text += String(int)
        case .uint(let uint): text += String(uint)
        case .double(let double): text += NumberText.special(double).map { string($0) } ?? double.description
        case .string(let string): text += self.string(string)
        case .bytes(let bytes): text += string(Base64.encode(bytes))
        case .timestamp(let timestamp): text += string(timestamp.rfc3339)
        case .duration(let duration): text += string(duration.secondsText)
        case .type(let type): text += string(type.runtimeName)
        case .list(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                append(element, to: &text)
            }
            text += "]"
        case .map(let map):
            text += "{"
            for index in 0..<map.count {
                if index > 0 { text += "," }
                text += string(key(map.keys[index])) + ":"
                append(map.values[index], to: &text)
            }
            text += "}"
        }
    }

    private static func key(_ value: Value) -> String {
        if case .string(let string) = value { return string }
        return plain(value)
    }

    /// A string in quotes, with control characters, quotes and backslashes escaped.
    public static func string(_ text: String) -> String {
        let hexadecimal = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += Array("\\b".utf8)
            case 0x09: bytes += Array("\\t".utf8)
            case 0x0A: bytes += Array("\\n".utf8)
            case 0x0C: bytes += Array("\\f".utf8)
            case 0x0D: bytes += Array("\\r".utf8)
            case 0..<0x20: bytes += Array("\\u00".utf8) + [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }
}
