public import Documents

/// A document with its release and signatures, which stand in one file as comment lines at its end:
///
///     package: account-trading
///     …
///     # vane-release: name=account-trading revision=42 issued=2026-11-20T01:30:00Z
///     # vane-signature: 3f9a0c11d2e4b6a8 MEQCIB…==
///
/// One file, so that it is fetched whole, from any web server. A signature is Ed25519 over all bytes before the first signature line.
public struct SignedDocument: Sendable {
    /// What stands before the release line: what is read as YAML, JSON or CSV.
    public var content: [UInt8]
    public var release: Release?
    public var signatures: [Signature]
    /// Content and release line.
    var signedBytes: [UInt8]

    public struct Signature: Sendable, Equatable {
        public var keyID: String
        var bytes: [UInt8]
    }

    private static let signatureMark = "# vane-signature:"
    /// One for each key that is in use while keys are replaced.
    public static let signaturesMax = 8
    /// A longer line is none of ours.
    private static let lineBytesMax = 1_024

    /// Takes a file apart. A file without such lines is a document without a release.
    /// - Throws: `malformed-signature` where such lines are there, but not as they must be.
    public init(_ bytes: [UInt8], file: String) throws(Diagnostics) {
        var lines: [(text: String, start: Int)] = []
        var end = bytes.count
        if bytes.last == UInt8(ascii: "\n") { end -= 1 }
        // From the end, as long as lines are ours.
        while end > 0, lines.count <= Self.signaturesMax {
            let start = bytes[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            guard end - start <= Self.lineBytesMax else { break }
            let line = String(decoding: bytes[start..<end], as: UTF8.self)
            guard line.hasPrefix(Self.signatureMark) || line.hasPrefix(Release.mark) else { break }
            lines.append((line, start))
            if line.hasPrefix(Release.mark) { break }
            end = start - 1
        }
        func malformed(_ what: String) -> Diagnostics {
            Diagnostics([
                Diagnostic(
                    code: "malformed-signature", what, remedy: "build and sign the document anew, and change nothing after that",
                    at: Position(file: file, line: 1, column: 1))
            ])
        }
        guard let first = lines.last else {
            if Self.hasMark(bytes) { throw malformed("the lines of release and signature are not the last ones of the document") }
            (content, release, signatures, signedBytes) = (bytes, nil, [], bytes)
            return
        }
        guard let release = Release(line: first.text) else { throw malformed("the signatures follow no readable line of release") }
        content = Array(bytes[..<first.start])
        if Self.hasMark(content) { throw malformed("there is a second line of release or signature") }
        self.release = release
        signatures = []
        signedBytes = Array(bytes[..<(lines.count > 1 ? lines[lines.count - 2].start : bytes.count)])
        if signedBytes.last != UInt8(ascii: "\n") { signedBytes.append(UInt8(ascii: "\n")) }
        for line in lines.dropLast().reversed() {
            let words = line.text.dropFirst(Self.signatureMark.count).split(separator: " ")
            guard words.count == 2, let bytes = Base64.decode(words[1]), bytes.count == 64 else { throw malformed("a line of signature cannot be read") }
            signatures.append(Signature(keyID: String(words[0]), bytes: bytes))
        }
    }

    /// Such a line elsewhere than at the end is a cut or doubled file.
    private static func hasMark(_ bytes: [UInt8]) -> Bool {
        let marks = [Array(signatureMark.utf8), Array(Release.mark.utf8)]
        var start = 0
        while start < bytes.count {
            if bytes[start] == UInt8(ascii: "#"), marks.contains(where: { bytes[start...].starts(with: $0) }) { return true }
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return false }
            start = end + 1
        }
        return false
    }

    /// A document of this content with a release and no signature yet; the content ends its last line.
    public init(content: [UInt8], release: Release) {
        self.content = content
        if let last = content.last, last != UInt8(ascii: "\n") { self.content.append(UInt8(ascii: "\n")) }
        self.release = release
        signatures = []
        signedBytes = self.content + Array((release.line + "\n").utf8)
    }

    /// Adds a signature; one of the same key is replaced.
    public mutating func sign(with key: SigningKey) {
        signatures.removeAll { $0.keyID == key.publicKey.id }
        signatures.append(Signature(keyID: key.publicKey.id, bytes: key.signature(of: signedBytes)))
    }

    /// The file.
    public var bytes: [UInt8] {
        guard release != nil else { return content }
        return signedBytes + signatures.flatMap { Array("\(Self.signatureMark) \($0.keyID) \(Base64.encode($0.bytes))\n".utf8) }
    }

    /// The first of the keys that has signed it, rightly; nil where none has.
    public func signer(among keys: [PublicKey]) -> PublicKey? {
        keys.first { key in signatures.contains { $0.keyID == key.id && key.verifies($0.bytes, of: signedBytes) } }
    }
}
