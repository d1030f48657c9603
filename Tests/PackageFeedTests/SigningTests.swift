import Documents
import Testing

@testable import PackageFeed

@Suite struct SigningTests {
    private let old = SigningKey()
    private let new = SigningKey()
    private let stranger = SigningKey()
    private let now: Int64 = 1_800_000_000_000

    private func code(_ file: [UInt8], keys: [PublicKey], last: Admission.Accepted? = nil) -> String {
        do {
            let document = try SignedDocument(file, file: "p.yaml")
            let key = try Admission(keys: keys, last: last).check(document, nowMilliseconds: now)
            return key == nil ? "fine" : key == old.publicKey ? "old" : key == new.publicKey ? "new" : "?"
        } catch let refusal as Refusal {
            return refusal.code
        } catch {
            return (error as? Diagnostics)?.all.first?.code ?? "?"
        }
    }

    /// Faults stand in the order in which they are looked for.
    @Test func admission() throws {
        let text = package()
        let both = [old.publicKey, new.publicKey]
        let accepted = Admission.Accepted(
            release: Release(name: "sample", revision: 5, issuedMilliseconds: 0),
            digest: Digest.sha256(try SignedDocument(signed(text, by: old, revision: 5), file: "").signedBytes))
        var changed = signed(text, by: old)
        changed[changed.firstIndex(of: UInt8(ascii: "5"))!] = UInt8(ascii: "9")
        let table: [(String, [UInt8], [PublicKey], Admission.Accepted?, String)] = [
            ("nothing asked for", bytes(text), [], nil, "fine"),
            ("a signature that nobody asks for", signed(text, by: stranger), [], nil, "fine"),
            ("unsigned", bytes(text), both, nil, "unsigned"),
            ("a release without signature", signed(text), both, nil, "unsigned"),
            ("by a stranger", signed(text, by: stranger), both, nil, "untrusted-key"),
            ("by the old key", signed(text, by: old), both, nil, "old"),
            ("by the new key", signed(text, by: new), both, nil, "new"),
            ("by both, of which one is known", signed(text, by: old, new), [new.publicKey], nil, "new"),
            ("a retired key", signed(text, by: old), [new.publicKey], nil, "untrusted-key"),
            ("changed", changed, both, nil, "bad-signature"),
            ("changed and expired", changed, both, accepted, "bad-signature"),
            ("expired", signed(text, by: old, expires: now), both, nil, "expired"),
            ("not yet expired", signed(text, by: old, expires: now + 1), both, nil, "old"),
            ("expired and older", signed(text, by: old, revision: 4, expires: now), both, accepted, "expired"),
            ("older", signed(text, by: old, revision: 4), both, accepted, "rolled-back"),
            ("older and unsigned", signed(text, revision: 4), [], accepted, "rolled-back"),
            ("the same", signed(text, by: old, revision: 5), both, accepted, "old"),
            ("the same, signed by another key", signed(text, by: new, revision: 5), both, accepted, "new"),
            ("another one of the same revision", signed(text + "# x\n", by: old, revision: 5), both, accepted, "revision-reused"),
            ("newer", signed(text + "# x\n", by: old, revision: 6), both, accepted, "old"),
        ]
        for (what, file, keys, last, expected) in table { #expect(code(file, keys: keys, last: last) == expected, "\(what)") }
    }

    /// Whatever single byte of a signed file changes, it is not taken as signed.
    @Test func everyByteCounts() {
        let file = signed(package(), by: old)
        for index in file.indices {
            var changed = file
            changed[index] ^= 1
            #expect(code(changed, keys: [old.publicKey]) != "old", "byte \(index)")
        }
        for count in 0..<file.count - 1 { #expect(code(Array(file[..<count]), keys: [old.publicKey]) != "old", "cut at \(count)") }
        // The end of the last line is no part of what is signed.
        #expect(code(Array(file.dropLast()), keys: [old.publicKey]) == "old")
        #expect(code(file + [UInt8(ascii: " ")], keys: [old.publicKey]) == "malformed-signature")
    }

    @Test(arguments: [
        "# vane-release: name=a revision=1 issued=2026-01-01T00:00:00Z\npackage: a\n",
        "package: a\n# vane-signature: 0011 AAAA\n",
        "package: a\n# vane-release: name=a revision=1\n",
        "package: a\n# vane-release: name=a revision=-1 issued=2026-01-01T00:00:00Z\n",
        "package: a\n# vane-release: name=a revision=1 issued=yesterday\n",
        "package: a\n# vane-release: name=a revision=1 issued=2026-01-01T00:00:00Z expires=never\n",
        "package: a\n# vane-release: name=a revision=1 issued=2026-01-01T00:00:00Z color=red\n",
        "package: a\n# vane-release: name=a revision=1 issued=2026-01-01T00:00:00Z\n# vane-signature: 0011\n",
        "package: a\n# vane-release: name=a revision=1 issued=2026-01-01T00:00:00Z\n# vane-signature: 0011 AAAA\n",
    ])
    func malformed(_ text: String) {
        #expect(code(bytes(text), keys: []) == "malformed-signature")
    }

    @Test func anOrdinaryDocumentIsLeftAsItIs() throws {
        for text in ["", "\n", "package: a", "# vane\npackage: a\n", "a,b\n1,2\r\n"] {
            let document = try SignedDocument(bytes(text), file: "")
            #expect(document.content == bytes(text) && document.release == nil && document.bytes == bytes(text))
        }
        let release = Release(name: "a", revision: 7, issuedMilliseconds: 1_700_000_000_000, expiresMilliseconds: 1_800_000_000_250)
        var document = SignedDocument(content: bytes("a: 1"), release: release)
        document.sign(with: old)
        document.sign(with: new)
        document.sign(with: old)
        let back = try SignedDocument(document.bytes, file: "")
        #expect(back.content == bytes("a: 1\n") && back.release == release)
        #expect(back.signatures.map(\.keyID) == [new.publicKey.id, old.publicKey.id])
        #expect(back.signer(among: [stranger.publicKey]) == nil && back.signer(among: [old.publicKey]) == old.publicKey)
    }

    /// Keys and signatures are what OpenSSL makes and takes.
    @Test func opensslAgrees() throws {
        let folder = Folder()
        shell("openssl genpkey -algorithm ed25519 -out \(folder.path)/k.pem && openssl pkey -in \(folder.path)/k.pem -pubout -out \(folder.path)/k.pub")
        let key = try SigningKey(pem: folder.read("k.pem"), file: "k.pem")
        #expect(try PublicKey(pem: folder.read("k.pub"), file: "k.pub") == key.publicKey)
        #expect(key.pem == String(decoding: folder.read("k.pem"), as: UTF8.self) && key.publicKey.pem == String(decoding: folder.read("k.pub"), as: UTF8.self))
        var document = SignedDocument(content: bytes(package()), release: Release(name: "sample", revision: 1, issuedMilliseconds: 0))
        document.sign(with: key)
        folder.write("signed", document.signedBytes)
        folder.write("signature", document.signatures[0].bytes)
        let said = shell(
            "openssl pkeyutl -verify -pubin -inkey \(folder.path)/k.pub -rawin -in \(folder.path)/signed -sigfile \(folder.path)/signature 2>&1")
        #expect(said.contains("Verified Successfully"), "\(said)")
        #expect("\(key)" == "signing key \(key.publicKey.id)" && "\(String(reflecting: key))".contains(key.publicKey.id))
    }

    @Test func keysThatAreNone() {
        for text in ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", old.pem] {
            #expect(throws: Diagnostics.self) { try PublicKey(pem: bytes(text), file: "k") }
        }
        #expect(throws: Diagnostics.self) { try SigningKey(pem: bytes(old.publicKey.pem), file: "k") }
        #expect((try? PublicKey(pem: bytes(old.publicKey.pem), file: "k")) == old.publicKey)
    }
}
