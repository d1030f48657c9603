internal import Glibc

/// A password that stands outside of the configuration.
public enum RedisSecret {
    /// A password has at most so many bytes; a larger file is another one.
    static let bytesMax = 4096

    /// A file's content without the line's end.
    public static func read(file path: String) throws(RedisConfigurationError) -> String {
        guard let file = unsafe fopen(path, "re") else { throw failed("password_file", "cannot open \(path): \(unsafe String(cString: strerror(errno)))") }
        defer { unsafe _ = fclose(file) }
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        guard unsafe ferror(file) == 0 else { throw failed("password_file", "cannot read \(path)") }
        guard count <= bytesMax else { throw failed("password_file", "\(path) has more than \(bytesMax) bytes: it holds the password alone") }
        var content = bytes[..<count]
        while let last = content.last, last == 0x0A || last == 0x0D { content.removeLast() }
        guard !content.isEmpty else { throw failed("password_file", "\(path) is empty: it holds the password alone") }
        guard let text = String(validating: content, as: UTF8.self) else { throw failed("password_file", "\(path) is not UTF-8") }
        return text
    }

    public static func read(environment name: String) throws(RedisConfigurationError) -> String {
        guard let value = unsafe getenv(name), unsafe value.pointee != 0 else {
            throw failed("password", "the environment variable \(name) is not set")
        }
        return unsafe String(cString: value)
    }

    private static func failed(_ setting: String, _ reason: String) -> RedisConfigurationError {
        RedisConfigurationError(setting: setting, reason: reason)
    }
}
