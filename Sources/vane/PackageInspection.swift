internal import CommandLineTable
internal import Documents
internal import Events
internal import PackageFeed
internal import Service

/// `vane package inspect`.
enum PackageInspection {
    static func run(_ paths: [String], _ arguments: ParsedArguments) throws(Diagnostics) -> Int32 {
        guard !paths.isEmpty else { return PackageVerb.usage("inspect takes documents") }
        var keys: [PublicKey] = []
        for file in arguments.values("public-key") { keys.append(try PublicKey(pem: Files.read(file), file: file)) }
        var isRight = true
        for path in paths {
            let document = try SignedDocument(Files.read(path), file: path)
            let signer = document.signer(among: keys)
            if !keys.isEmpty && signer == nil { isRight = false }
            let verdict =
                if let signer { "signed by \(signer.id)" } else if document.signatures.isEmpty { "not signed" } else if keys.isEmpty { "not checked" } else {
                    "not signed by any of the given keys"
                }
            let root = DocumentName.of(document.content, file: path) == nil ? nil : try? parseYAML(document.content, file: path)
            if arguments.value("format") == "json" { writeJSON(path, document, root, verdict) } else { writeText(path, document, root, verdict) }
        }
        return isRight ? Exit.fine : Exit.invalid
    }

    private static func count(_ root: Node?, _ key: String) -> Int? {
        switch root?[key]?.content {
        case .list(let elements): elements.count
        case .map(let entries): entries.count
        default: nil
        }
    }

    private static let counted = ["rules", "indicators", "parameters", "events", "entities"]

    private static func writeText(_ path: String, _ document: SignedDocument, _ root: Node?, _ verdict: String) {
        var lines = ["bytes \(document.content.count)"]
        if let name = root?["package"]?.text { lines.insert("package \(name) \(root?["version"]?.text ?? "")", at: 0) }
        let counts = counted.compactMap { key in count(root, key).map { "\($0) \(key)" } }
        if !counts.isEmpty { lines.append(counts.joined(separator: ", ")) }
        if let share = root?["rollout"]?["share"]?.text { lines.append("acts for \(share) of the subjects at first") }
        if case .map(let bounds)? = root?["bounds"]?.content { lines.append("bounds for \(bounds.map(\.key.text).joined(separator: ", "))") }
        if let release = document.release {
            let expiry = release.expiresMilliseconds.map { "expires \(RFC3339.text($0))" } ?? "never expires"
            lines.append("release \(release.revision) of \(release.name), issued \(RFC3339.text(release.issuedMilliseconds)), \(expiry)")
        }
        let ids = document.signatures.map(\.keyID).joined(separator: ", ")
        lines.append("signatures \(ids.isEmpty ? "none" : ids): \(verdict)")
        Terminal.write("\(path)\n" + lines.map { "  \($0)\n" }.joined())
    }

    private static func writeJSON(_ path: String, _ document: SignedDocument, _ root: Node?, _ verdict: String) {
        var writer = JSONWriter()
        func text(_ key: String, _ value: String?) {
            writer.key(key)
            if let value { writer.string(value) } else { writer.null() }
        }
        writer.beginObject()
        text("file", path)
        text("package", root?["package"]?.text)
        text("version", root?["version"]?.text)
        writer.key("bytes")
        writer.int(Int64(document.content.count))
        for key in counted {
            guard let count = count(root, key) else { continue }
            writer.key(key)
            writer.int(Int64(count))
        }
        text("rollout_share", root?["rollout"]?["share"]?.text)
        writer.key("bounds")
        writer.beginArray()
        if case .map(let bounds)? = root?["bounds"]?.content { for bound in bounds { writer.string(bound.key.text) } }
        writer.endArray()
        text("release_of", document.release?.name)
        writer.key("revision")
        if let revision = document.release?.revision { writer.int(revision) } else { writer.null() }
        text("issued", document.release.map { RFC3339.text($0.issuedMilliseconds) })
        text("expires", document.release?.expiresMilliseconds.map { RFC3339.text($0) })
        writer.key("key_ids")
        writer.beginArray()
        for signature in document.signatures { writer.string(signature.keyID) }
        writer.endArray()
        text("verdict", verdict)
        writer.endObject()
        writer.newline()
        Terminal.write(writer.text)
    }
}
