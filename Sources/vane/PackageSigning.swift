internal import CommandLineTable
internal import Documents
internal import PackageFeed
internal import Service

/// `vane package sign` and `vane package keys`.
enum PackageSigning {
    static func sign(_ paths: [String], _ arguments: ParsedArguments) throws(Diagnostics) -> Int32 {
        guard !paths.isEmpty else { return PackageVerb.usage("sign takes documents") }
        let output = arguments.value("output")
        guard output == nil || paths.count == 1 else { return PackageVerb.usage("--output goes with one document") }
        var keys: [SigningKey] = []
        for file in arguments.values("key") { keys.append(try SigningKey(pem: Files.read(file), file: file)) }
        guard !keys.isEmpty else { return PackageVerb.usage("sign needs --key") }
        guard keys.count <= SignedDocument.signaturesMax else { return PackageVerb.usage("at most \(SignedDocument.signaturesMax) keys sign one document") }
        let now = Clock.nowMilliseconds() / 1_000 * 1_000
        let revision = arguments.value("revision").map { Int64($0) } ?? now / 1_000
        guard let revision, revision >= 0 else { return PackageVerb.usage("--revision is a whole number") }
        let expires = arguments.value("expires-in").map { parseDuration($0) }
        if case .some(nil) = expires { return PackageVerb.usage("--expires-in is a duration, such as 30d") }
        for path in paths {
            let content = try SignedDocument(Files.read(path), file: path).content
            guard let name = arguments.value("name") ?? DocumentName.of(content, file: path), !name.isEmpty, !name.contains(" "), !name.contains("\n") else {
                throw Diagnostics([
                    Diagnostic(
                        code: "missing-name", "the document does not say its name", remedy: "give the name of the list with --name",
                        at: Position(file: path, line: 1, column: 1))
                ])
            }
            var document = SignedDocument(
                content: content,
                release: Release(name: name, revision: revision, issuedMilliseconds: now, expiresMilliseconds: (expires ?? nil).map { now + $0 }))
            for key in keys { document.sign(with: key) }
            try Files.replace(output ?? path, document.bytes)
            Terminal.write("\(output ?? path): \(name) revision \(revision), signed by \(keys.map(\.publicKey.id).joined(separator: ", "))\n")
        }
        return Exit.fine
    }

    static func keys(_ words: [String]) throws(Diagnostics) -> Int32 {
        switch words.first {
        case "new":
            guard words.count == 2 else { return PackageVerb.usage("keys new takes one name") }
            let (secret, open) = (words[1] + ".key", words[1] + ".pub")
            for path in [secret, open] where Files.exists(path) {
                throw Diagnostics([Diagnostic(code: "exists", "there is a file '\(path)' already", remedy: "choose another name")])
            }
            let key = SigningKey()
            try Files.replace(secret, Array(key.pem.utf8), mode: 0o600)
            try Files.replace(open, Array(key.publicKey.pem.utf8))
            Terminal.write("\(secret) and \(open): key \(key.publicKey.id)\n")
            return Exit.fine
        case "show":
            guard words.count > 1 else { return PackageVerb.usage("keys show takes files") }
            for path in words.dropFirst() {
                let bytes = try Files.read(path)
                let key: PublicKey
                if let secret = try? SigningKey(pem: bytes, file: path) { key = secret.publicKey } else { key = try PublicKey(pem: bytes, file: path) }
                Terminal.write("\(path): key \(key.id)\n")
            }
            return Exit.fine
        default: return PackageVerb.usage("write keys new NAME, or keys show FILE")
        }
    }
}
