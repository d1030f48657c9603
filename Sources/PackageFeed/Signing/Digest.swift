internal import CCrypto

/// SHA-256.
enum Digest {
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        // SAFETY: the digest has the room that SHA-256 needs.
        let code = unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
        precondition(code == 1 && length == 32, "libcrypto has no SHA-256")
        return digest
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Base64 with padding, on one line.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        // SAFETY: the text has the room that the encoding needs, with its zero.
        let length = unsafe EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text[..<Int(length)], as: UTF8.self)
    }

    /// Nil for anything that `encode` does not write.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard !characters.isEmpty, characters.count % 4 == 0 else { return nil }
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes = [UInt8](repeating: 0, count: characters.count / 4 * 3)
        // SAFETY: the bytes have the room that the decoding needs.
        let length = unsafe EVP_DecodeBlock(&bytes, characters, Int32(characters.count))
        guard length == bytes.count else { return nil }
        bytes.removeLast(padding)
        // The last character may carry bits that mean nothing.
        return encode(bytes).utf8.elementsEqual(characters) ? bytes : nil
    }
}
