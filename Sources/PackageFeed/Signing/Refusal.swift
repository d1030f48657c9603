/// Why a document that has arrived is not taken.
struct Refusal: Error, Equatable {
    /// Stable and searchable, in kebab case.
    var code: String
    var message: String
}

/// What is asked of a document before it is looked into.
struct Admission {
    /// Empty: signatures are not asked for.
    var keys: [PublicKey]
    /// The release that ran last.
    var last: Accepted?

    struct Accepted: Equatable {
        var release: Release
        /// SHA-256 of content and release line.
        var digest: [UInt8]
    }

    /// - Returns: the key that vouches for the document; nil where none is asked for.
    /// - Throws: `unsigned`, `untrusted-key`, `bad-signature`, `expired`, `rolled-back` or `revision-reused`, in this order of precedence.
    func check(_ document: SignedDocument, nowMilliseconds: Int64) throws(Refusal) -> PublicKey? {
        var signer: PublicKey?
        if !keys.isEmpty {
            guard !document.signatures.isEmpty else { throw Refusal(code: "unsigned", message: "the document is not signed, and public_keys ask for it") }
            let known = Set(keys.map(\.id))
            guard document.signatures.contains(where: { known.contains($0.keyID) }) else {
                let ids = document.signatures.map(\.keyID).joined(separator: ", ")
                throw Refusal(code: "untrusted-key", message: "the document is signed with \(ids), and none of these is among public_keys")
            }
            signer = document.signer(among: keys)
            guard signer != nil else {
                throw Refusal(code: "bad-signature", message: "the document is not what was signed; a server must give it out byte for byte")
            }
        }
        guard let release = document.release else { return signer }
        if let expires = release.expiresMilliseconds, expires <= nowMilliseconds {
            throw Refusal(code: "expired", message: "the release \(release.revision) has expired; issue a new one")
        }
        if let last, release.revision < last.release.revision {
            throw Refusal(code: "rolled-back", message: "the release \(release.revision) is older than \(last.release.revision), which has been taken")
        }
        if let last, release.revision == last.release.revision, last.digest != Digest.sha256(document.signedBytes) {
            throw Refusal(code: "revision-reused", message: "there are two documents of release \(release.revision); give each its own revision")
        }
        return signer
    }
}
