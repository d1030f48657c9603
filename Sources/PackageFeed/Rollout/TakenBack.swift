public import Documents

/// A document that ran, left its bounds, and is not taken again.
public struct TakenBack: Sendable, Equatable {
    /// Fingerprint of the document without release and signature: signed anew it is the same document.
    var revision: UInt64
    public var version: String
    /// In milliseconds since 1970.
    public var atMilliseconds: Int64
    /// Why.
    public var message: String
    /// The version that runs instead; nil where there was none to return to.
    public var returnedTo: String?
    /// Its fingerprint.
    var returnedToRevision: UInt64?

    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("version")
        writer.string(version)
        writer.key("at")
        writer.int(atMilliseconds)
        writer.key("message")
        writer.string(message)
        writer.key("returned_to")
        if let returnedTo { writer.string(returnedTo) } else { writer.null() }
        writer.endObject()
    }
}

extension TakenBack {
    /// As one line of a file.
    func line(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("revision")
        // JSON numbers end at 2^53.
        writer.string(String(revision))
        writer.key("version")
        writer.string(version)
        writer.key("at")
        writer.int(atMilliseconds)
        writer.key("message")
        writer.string(message)
        if let returnedTo {
            writer.key("returned_to")
            writer.string(returnedTo)
        }
        if let returnedToRevision {
            writer.key("returned_to_revision")
            writer.string(String(returnedToRevision))
        }
        writer.endObject()
        writer.newline()
    }

    /// Nil for a line that is none.
    init?(line: [UInt8]) {
        guard let node = try? parseYAML(line, file: "state.json"), let revision = node["revision"].flatMap({ UInt64($0.text) }),
            let version = node["version"]?.text, let at = node["at"].flatMap({ Int64($0.text) }), let message = node["message"]?.text
        else { return nil }
        self.init(
            revision: revision, version: version, atMilliseconds: at, message: message, returnedTo: node["returned_to"]?.text,
            returnedToRevision: node["returned_to_revision"].flatMap { UInt64($0.text) })
    }
}
