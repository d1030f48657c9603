internal import CCrypto
public import Documents

/// An Ed25519 key that packages are checked with.
public struct PublicKey: Sendable, Hashable {
    static let byteCount = 32
    /// How X.509 wraps the 32 bytes of the key.
    private static let wrapping: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

    let bytes: [UInt8]
    /// The first 16 hexadecimal digits of the SHA-256 of the key: what a signature names it by.
    public let id: String

    init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "an Ed25519 key has 32 bytes")
        self.bytes = bytes
        id = Digest.hexadecimal(Digest.sha256(bytes).prefix(8))
    }

    /// Reads the PEM text that `openssl pkey -pubout` and `vane package keys` write.
    /// - Parameter file: its name in messages.
    public init(pem: [UInt8], file: String) throws(Diagnostics) {
        guard let wrapped = PEM.decode(pem, "PUBLIC KEY"), wrapped.count == Self.wrapping.count + Self.byteCount, wrapped.starts(with: Self.wrapping) else {
            throw PEM.failure("no public key of Ed25519", "make a pair with: vane package keys new NAME, and name NAME.pub", file)
        }
        self.init(bytes: Array(wrapped.dropFirst(Self.wrapping.count)))
    }

    public var pem: String { PEM.encode(Self.wrapping + bytes, "PUBLIC KEY") }

    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count), let context = unsafe EVP_MD_CTX_new() else {
            return false
        }
        defer {
            unsafe EVP_MD_CTX_free(context)
            unsafe EVP_PKEY_free(key)
        }
        // SAFETY: both buffers are read within the call only.
        return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

/// An Ed25519 key that packages are signed with. It does not describe itself.
public struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// How PKCS #8 wraps the 32 bytes of the key.
    private static let wrapping: [UInt8] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]

    private let bytes: [UInt8]
    public let publicKey: PublicKey

    public init() {
        var bytes = [UInt8](repeating: 0, count: PublicKey.byteCount)
        // SAFETY: the buffer has the named size. Any 32 bytes are a key.
        let code = unsafe RAND_priv_bytes(&bytes, Int32(bytes.count))
        precondition(code == 1, "libcrypto has no randomness")
        self.init(bytes: bytes)!
    }

    private init?(bytes: [UInt8]) {
        guard let key = unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, bytes, bytes.count) else { return nil }
        defer { unsafe EVP_PKEY_free(key) }
        var publicBytes = [UInt8](repeating: 0, count: PublicKey.byteCount)
        var count = publicBytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(key, &publicBytes, &count) == 1, count == PublicKey.byteCount else { return nil }
        self.bytes = bytes
        publicKey = PublicKey(bytes: publicBytes)
    }

    /// Reads the PEM text that `openssl genpkey -algorithm ed25519` and `vane package keys` write; a key with a passphrase is refused.
    public init(pem: [UInt8], file: String) throws(Diagnostics) {
        guard let wrapped = PEM.decode(pem, "PRIVATE KEY"), wrapped.count == Self.wrapping.count + PublicKey.byteCount, wrapped.starts(with: Self.wrapping),
            let key = SigningKey(bytes: Array(wrapped.dropFirst(Self.wrapping.count)))
        else { throw PEM.failure("no private key of Ed25519 without a passphrase", "make a pair with: vane package keys new NAME, and name NAME.key", file) }
        self = key
    }

    public var pem: String { PEM.encode(Self.wrapping + bytes, "PRIVATE KEY") }

    func signature(of message: [UInt8]) -> [UInt8] {
        let key = unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, bytes, bytes.count)!
        let context = unsafe EVP_MD_CTX_new()!
        defer {
            unsafe EVP_MD_CTX_free(context)
            unsafe EVP_PKEY_free(key)
        }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        // SAFETY: both buffers are used within the calls only.
        let isSigned = unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        precondition(isSigned && count == signature.count, "libcrypto cannot sign")
        return signature
    }

    public var description: String { "signing key \(publicKey.id)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The text form of keys.
enum PEM {
    static func encode(_ bytes: [UInt8], _ label: String) -> String { "-----BEGIN \(label)-----\n\(Base64.encode(bytes))\n-----END \(label)-----\n" }

    /// Keys of this size stand on one line; nil for anything else.
    static func decode(_ text: [UInt8], _ label: String) -> [UInt8]? {
        let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }
        guard let start = lines.firstIndex(of: "-----BEGIN \(label)-----"), start + 2 < lines.count, lines[start + 2] == "-----END \(label)-----" else {
            return nil
        }
        return Base64.decode(lines[start + 1])
    }

    static func failure(_ what: String, _ remedy: String, _ file: String) -> Diagnostics {
        Diagnostics([Diagnostic(code: "bad-key", "the file holds \(what)", remedy: remedy, at: Position(file: file, line: 1, column: 1))])
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
