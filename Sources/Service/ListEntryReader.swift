internal import Documents
internal import Events
internal import Expressions
public import Rules

/// Reads list entries as the compacted topic and JSON Lines files carry them.
public enum ListEntryReader {
    /// An entry with the list it belongs to.
    public struct Parsed: Sendable {
        public var list: String
        public var subject: String
        public var entry: Lists.Entry
    }

    public struct Failure: Error, Sendable {
        public var message: String

        init(_ message: String) { self.message = message }
    }

    /// `{"list":…,"subject":…,"time":…,"expires_at":…,"attributes":{…}}`; all but the subject may be missing where the caller knows better.
    public static func read(_ json: [UInt8], list: String? = nil, timeMilliseconds: Int64) throws(Failure) -> Parsed {
        let value: Value
        do {
            value = try parseJSONValue(json)
        } catch {
            throw Failure("the entry is not JSON: \(error)")
        }
        guard case .map(let map) = value else { throw Failure("the entry is no JSON object") }
        func text(_ key: String) throws(Failure) -> String? {
            switch map.value(for: .string(key)) {
            case nil, .null?: return nil
            case .string(let text)?: return text
            default: throw Failure("'\(key)' is no text")
            }
        }
        func time(_ key: String) throws(Failure) -> Int64? {
            guard let text = try text(key) else { return nil }
            guard let milliseconds = Array(text.utf8).withUnsafeBufferPointer({ RFC3339.milliseconds($0) }) else {
                throw Failure("'\(key)' is not RFC 3339 with a zone")
            }
            return milliseconds
        }
        guard let subject = try text("subject"), !subject.isEmpty else { throw Failure("the entry has no subject") }
        guard let name = try text("list") ?? list else { throw Failure("the entry names no list") }
        var attributes: [Lists.Attribute] = []
        if case .map(let entries)? = map.value(for: .string("attributes")) {
            for (key, value) in zip(entries.keys, entries.values) {
                guard case .string(let name) = key else { continue }
                if case .string(let text) = value { attributes.append(Lists.Attribute(name: name, value: text)) }
            }
        }
        return Parsed(
            list: name, subject: subject,
            entry: Lists.Entry(
                timeMilliseconds: try time("time") ?? timeMilliseconds, expiresMilliseconds: try time("expires_at"), attributes: attributes))
    }

    /// The key of an entry in the compacted topic.
    public static func key(list: String, subject: String) -> String { list + ":" + subject }

    /// A key's list and subject.
    static func parts(ofKey key: UnsafeRawBufferPointer) -> (list: String, subject: String)? {
        let text = String(decoding: key, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}
