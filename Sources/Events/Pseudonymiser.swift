internal import CCrypto

/// Replaces sensitive values by HMAC-SHA-256 under the bank's key, cut to 128 bits and written in hexadecimal.
///
/// Equal values stay equal, so they can be counted and joined; without the key nobody can test a guess. Source: RFC 2104, FIPS 180-4.
/// About a microsecond a value. One thread at a time.
public final class Pseudonymiser {
    /// A shorter key could be tried out.
    public static let keyBytesMin = 16

    typealias Digest = (UInt64, UInt64)

    private let key: [UInt8]

    /// - Parameter key: at least `keyBytesMin` bytes.
    public init?(key: [UInt8]) {
        guard key.count >= Self.keyBytesMin else { return nil }
        self.key = key
    }

    deinit { key.withUnsafeBytes { OPENSSL_cleanse(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count) } }

    /// The first 128 bits of the HMAC, in its byte order.
    func digest(_ value: UnsafeRawBufferPointer, into digest: inout Digest) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { whole in
            var count: UInt32 = 0
            let data = value.bindMemory(to: UInt8.self)
            // A non-null pointer even for the empty value: libcrypto reads NULL as "no data given".
            let result =
                data.baseAddress.map { HMAC(EVP_sha256(), key, Int32(key.count), $0, data.count, whole.baseAddress, &count) }
                ?? HMAC(EVP_sha256(), key, Int32(key.count), key, 0, whole.baseAddress, &count)
            precondition(result != nil && count == 32, "libcrypto has no SHA-256")
            withUnsafeMutableBytes(of: &digest) { $0.copyMemory(from: UnsafeRawBufferPointer(start: whole.baseAddress, count: 16)) }
        }
    }

    /// The pseudonym of a value, as lists and tests need it.
    public func pseudonym(of value: String) -> String {
        var value = value
        var digest: Digest = (0, 0)
        value.withUTF8 { self.digest(UnsafeRawBufferPointer($0), into: &digest) }
        return withUnsafeBytes(of: &digest) { bytes in
            Self.withHexadecimal(bytes) { String(decoding: $0, as: UTF8.self) }
        }
    }

    static func withHexadecimal<Result>(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[2 * index] = digit(byte >> 4)
                text[2 * index + 1] = digit(byte & 15)
            }
            return body(UnsafeRawBufferPointer(text))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
}
